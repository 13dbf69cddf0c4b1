"""Say which element of a page a broken locator means, if that is sure enough. Nothing is written."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.healing.arbiter import Arbiter, after_arbiter
from shifty.healing.decision_store import DecisionStore
from shifty.healing.engine.coefficients import coefficients
from shifty.healing.engine.decide import decide
from shifty.healing.engine.model import Answer, Question
from shifty.healing.model import Fingerprint, Project, Refused
from shifty.healing.policy import allowed, needs_fingerprint, strictest, wait_left_ms
from shifty.healing.recall import recall
from shifty.healing.refused import refusal_of
from shifty.healing.store import HealingStore
from shifty.healing.wire import Alternative, HealAnswer, HealRequest
from shifty.ids import parse_run_id

AT_ONCE: Final = 2
"""Questions that one process thinks about at a time: each keeps a processor busy, and others are to be served, too."""


class Healer:
    """One per process."""

    def __init__(self, db: Database, arbiter: Arbiter | None = None) -> None:
        self._db = db
        self._arbiter = arbiter
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def heal(self, tenant_id: UUID, asked: HealRequest, only: str | None = None) -> HealAnswer:
        """Answer for one broken locator. ``only`` is the one project of the caller's key."""
        async with self._db.connection() as connection:
            store = HealingStore(connection, tenant_id)
            run_id = parse_run_id(asked.run_id) if asked.run_id else None
            project = await store.project(asked.project, run_id, only)
            if refused := _refused(asked, project):
                return refused
            fingerprint = await recall(store, project.id, asked) if project else None
            unwanted = await _unwanted(DecisionStore(connection, tenant_id), project, asked)
        if early := _too_early(asked, fingerprint):
            return early
        question = Question(
            selector=asked.leg,
            candidates=asked.candidates,
            fingerprints=fingerprint.elements if fingerprint else (),
            action=asked.action,
            reason=asked.reason,
        )
        answer = _without(unwanted, await self._answer(question), asked)
        return _told(answer, asked, project, fingerprint)

    async def close(self) -> None:
        if self._arbiter:
            await self._arbiter.close()

    async def _answer(self, question: Question) -> Answer:
        async with self._turns:
            answer = await asyncio.to_thread(decide, question)
        if self._arbiter is None or answer.band != "propose":
            return answer
        choice = await self._arbiter.choose(question, answer)
        bands = coefficients().bands
        heal_at = bands.heal if question.fingerprints else bands.unseen
        return after_arbiter(answer, choice, heal_at=heal_at, action=question.action)


async def _unwanted(store: DecisionStore, project: Project | None, asked: HealRequest) -> list[Refused]:
    return await store.refused(project.id, asked.call_site.file, asked.selector) if project else []


def _without(unwanted: Sequence[Refused], answer: Answer, asked: HealRequest) -> Answer:
    """Somebody has refused the element that was chosen: then none is. The next best was not the first choice."""
    if answer.band == "refuse" or answer.index is None:
        return answer
    said = refusal_of(asked.candidates[answer.index], asked.selector, unwanted)
    if said is None:
        return answer
    why = f": {said.reason}" if said.reason else ""
    return replace(answer, band="refuse", explanation=f"{answer.explanation} But {said.by} has refused it{why}".strip())


def _refused(asked: HealRequest, project: Project | None) -> HealAnswer | None:
    if project and project.mode == "off":
        return _refusal(f"Healing is off for the project {project.slug}.")
    return _refusal("Healing is off for this worker or test.") if asked.mode == "off" else None


def _too_early(asked: HealRequest, fingerprint: Fingerprint | None) -> HealAnswer | None:
    if fingerprint is None:
        if not needs_fingerprint(asked.action, asked.reason):
            return None
        what = "which of several elements is meant" if asked.reason == "strict" else "what an expectation is about"
        return _refusal(f"This locator was never seen to work here, and it alone does not say {what}.")
    left_ms = wait_left_ms(asked.waited_ms, fingerprint.longest_wait_ms)
    if not left_ms:
        return None
    why = (
        f"This locator has once needed {fingerprint.longest_wait_ms} ms. It was waited for for {asked.waited_ms} ms, "
        "which is too short to take it for broken."
    )
    return HealAnswer(decision="wait", wait_ms=left_ms, explanation=why, fingerprint=fingerprint.elements[0])


def _refusal(why: str) -> HealAnswer:
    return HealAnswer(decision="refuse", explanation=why)


def _told(answer: Answer, asked: HealRequest, project: Project | None, fingerprint: Fingerprint | None) -> HealAnswer:
    mode = strictest(asked.mode, project.mode if project else "heal")
    alternatives = [Alternative(candidate=other.index, confidence=other.confidence) for other in answer.alternatives]
    refused = answer.band == "refuse"
    if refused and answer.index is not None:
        # Nobody takes by mistake for an answer what is none.
        alternatives.insert(0, Alternative(candidate=answer.index, confidence=answer.confidence))
    return HealAnswer(
        decision=allowed(answer.band, mode),
        confidence=round(answer.confidence, 4),
        strategy=answer.strategy,
        candidate=None if refused else answer.index,
        alternatives=alternatives,
        explanation=answer.explanation,
        fingerprint=fingerprint.elements[0] if fingerprint else None,
    )
