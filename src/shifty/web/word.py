"""A word of the wire: what a field means, and what it may look like."""

from typing import NamedTuple

from pydantic import JsonValue


class Word(NamedTuple):
    meaning: str
    example: JsonValue
