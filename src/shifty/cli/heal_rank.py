"""``shifty heal rank``: says of elements which of their candidates they are now. JSON lines in and out."""

import sys
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import typer

from shifty.cli.exits import Exit
from shifty.cli.output import complain

if TYPE_CHECKING:
    from shifty.healing.engine.element import Element
    from shifty.healing.engine.model import Answer


class _Line(msgspec.Struct):
    """Elements stay raw here: a fault is told with the field it is in."""

    target: msgspec.Raw
    candidates: list[msgspec.Raw]


class _Ranked(msgspec.Struct):
    ranking: list[int]
    """Indices of all candidates, best first."""
    confidence: float
    """Of the first: the chance that it is the one."""
    decision: str
    strategy: str


class _Faulty(msgspec.Struct):
    line: int
    error: str


def register(group: typer.Typer) -> None:
    group.command("rank")(rank)


def rank() -> None:
    """Rank the candidates of each line of stdin, {"target": E, "candidates": [E…]}; one JSON line each on stdout.

    E is an element in snake_case, as in the open fingerprint data, or in camelCase, as the collector writes it. A line
    that can't be read gets an object {"line", "error"} on stderr and none on stdout; the exit code is 2 then.
    """
    faulty = _answer_all(sys.stdin.buffer, sys.stdout.buffer)
    if faulty:
        complain(f"{faulty} of the lines could not be read; the others are answered.")
        raise typer.Exit(Exit.USAGE)


def _answer_all(lines: BinaryIO, out: BinaryIO) -> int:
    """Line by line, so that a program can ask, read the answer, and ask again. Returns how many were faulty."""
    faulty = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answered = msgspec.json.encode(_answer(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            faulty += 1
            sys.stderr.write(msgspec.json.encode(_Faulty(number, f"Line {number}: {error}")).decode() + "\n")
            sys.stderr.flush()
            continue
        out.write(answered + b"\n")
        out.flush()
    return faulty


def _answer(line: bytes) -> _Ranked:
    # Here, since numpy takes a moment, and only this command of many needs it.
    from shifty.healing.engine.decide import decide
    from shifty.healing.engine.model import Question

    asked = msgspec.json.decode(line, type=_Line)
    target = _element(asked.target, "target")
    candidates = [_element(raw, f"candidates[{index}]") for index, raw in enumerate(asked.candidates)]
    return _told(decide(Question(selector="", fingerprints=(target,), candidates=candidates)))


def _element(raw: msgspec.Raw, where: str) -> "Element":
    from shifty.healing.engine.flat import read_element

    try:
        return read_element(msgspec.json.decode(raw))
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"{where}: {error}") from None


def _told(answer: "Answer") -> _Ranked:
    return _Ranked(list(answer.ranking), round(answer.confidence, 4), answer.band, answer.strategy)
