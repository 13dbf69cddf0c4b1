"""A language model as arbiter: where the engine is not sure, it chooses among the best candidates, or none."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import httpx

from shifty.healing.arbiter_protocol import Malformed, chosen_number, request_body
from shifty.healing.engine.model import Answer, Question, Ranked

SHOWN: Final = 5
"""Candidates that the model may choose among; the right one is beyond them in two of a hundred."""

ENOUGH_ALONE: Final = 0.7
"""The engine's own confidence from which its first choice is healed if the model makes the same."""

ABOVE_THE_BAR: Final = 0.01
"""A heal by both together claims hardly more than the threshold: the model's word is not calibrated."""

LARGEST_ANSWER: Final = 256 * 1024


@dataclass(frozen=True)
class Picked:
    """``index`` into the question's candidates."""

    index: int


@dataclass(frozen=True)
class Nothing:
    """None of the candidates is the element, it says."""


@dataclass(frozen=True)
class Abstained:
    """It was not asked, or gave no answer that can be used. The engine's own stands."""

    why: str


Choice: TypeAlias = Picked | Nothing | Abstained


class Arbiter:
    """Asks ``POST {url}/chat/completions``, as OpenAI has it and Ollama, vLLM and others understand it.

    One per process; what it keeps open is closed by ``close``.
    """

    def __init__(
        self, *, url: str, model: str, key: str | None = None, timeout_s: float = 8.0, at_most: int = 4
    ) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._timeout_s = timeout_s
        self._turns = asyncio.Semaphore(at_most)
        self._client: httpx.AsyncClient | None = None

    async def choose(self, question: Question, answer: Answer) -> Choice:
        """Never raises for what the other side does. Waiting for a turn counts into the time limit."""
        if (why := _why_not(question, answer)) is not None:
            return Abstained(why)
        shown = list(answer.ranking[:SHOWN])
        body = request_body(self._model, question, [question.candidates[index] for index in shown])
        if self._client is None:
            # Loading certificates takes a while, which is not the model's. The time limit is ours, for all of it.
            self._client = httpx.AsyncClient(timeout=None, headers=self._headers)  # noqa: S113
        try:
            async with asyncio.timeout(self._timeout_s), self._turns:
                number = chosen_number(await self._ask(self._client, body), len(shown))
        except TimeoutError:
            return Abstained(f"the model did not answer within {self._timeout_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Abstained(f"the model could not be asked: {type(error).__name__}")
        except Malformed as error:
            return Abstained(str(error))
        return Nothing() if number is None else Picked(shown[number - 1])

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _ask(self, client: httpx.AsyncClient, body: bytes) -> bytes:
        headers = {"content-type": "application/json"}
        async with client.stream("POST", self._url, content=body, headers=headers) as response:
            if not response.is_success:
                raise Malformed(f"the model's server answered {response.status_code}")
            received = bytearray()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > LARGEST_ANSWER:
                    raise Malformed("the model's answer is too long")
            return bytes(received)


def after_arbiter(answer: Answer, choice: Choice, *, heal_at: float, action: str) -> Answer:
    """The engine's answer in the light of the model's choice. ``heal_at``: the engine's threshold for healing.

    The same first choice makes a heal of what was nearly one; another is proposed, never healed; none lowers it.
    Expectations are never healed by a model's word.
    """
    if answer.band != "propose" or answer.index is None or isinstance(choice, Abstained):
        return answer
    if isinstance(choice, Nothing):
        return _doubted(answer)
    if choice.index != answer.index:
        return _instead(answer, choice.index) if choice.index in answer.ranking else answer
    if answer.confidence < ENOUGH_ALONE or _expects(action):
        return _told(answer, "A language model chose the same.")
    return _told(
        replace(
            answer, band="heal", strategy="ai-powered-analysis", confidence=min(1.0, round(heal_at + ABOVE_THE_BAR, 4))
        ),
        "A language model, asked because that was not quite sure, chose the same.",
    )


def _why_not(question: Question, answer: Answer) -> str | None:
    if answer.band != "propose" or answer.index is None:
        return "the engine is sure by itself"
    if question.reason == "strict" and not question.fingerprints:
        return "which of several elements is meant can't be told without a fingerprint"
    return "expectations are not left to a model" if _expects(question.action) else None


def _expects(action: str) -> bool:
    return action.startswith("expect")


def _doubted(answer: Answer) -> Answer:
    lower = replace(answer, confidence=round(answer.confidence * 0.8, 4))
    if answer.confidence < ENOUGH_ALONE:
        lower = replace(lower, band="refuse")
    return _told(lower, "A language model says that none of the best candidates is it.")


def _instead(answer: Answer, index: int) -> Answer:
    confidences = {other.index: other.confidence for other in answer.alternatives}
    first = () if answer.index is None else (Ranked(answer.index, answer.confidence),)
    others = [*first, *(other for other in answer.alternatives if other.index != index)]
    changed = replace(
        answer,
        index=index,
        confidence=confidences.get(index, 0.0),
        strategy="ai-powered-analysis",
        ranking=_moved_to_front(answer.ranking, index),
        alternatives=tuple(others[: SHOWN - 1]),
    )
    return replace(
        changed,
        explanation=f"A language model chose this one, the engine another. {answer.explanation}".strip(),
    )


def _moved_to_front(ranking: Sequence[int], index: int) -> tuple[int, ...]:
    return (index, *(other for other in ranking if other != index))


def _told(answer: Answer, sentence: str) -> Answer:
    return replace(answer, explanation=f"{answer.explanation} {sentence}".strip())
