"""The real call had what was left of the author's time; its message and its log shall name the whole."""

import re
from typing import Any, cast


def speak_of_authors_time(outcome: object, sent: float, authors: float) -> None:
    """``outcome`` is an error, or an unmet expectation's result; it is changed."""
    pattern = re.compile(rf"(timeout:?\s+){round(sent)}ms", re.IGNORECASE)

    def told(said: Any) -> Any:
        if isinstance(said, str):
            return pattern.sub(rf"\g<1>{authors:.15g}ms", said)
        return [told(one) for one in cast("list[Any]", said)] if isinstance(said, list) else said

    if isinstance(outcome, dict):
        result = cast("dict[str, Any]", outcome)
        result.update({key: told(result[key]) for key in ("log", "errorMessage") if key in result})
    elif isinstance(outcome, Exception):
        outcome.args = tuple(told(one) for one in outcome.args)
        for name in ("_message", "_stack", "_log"):
            if isinstance(said := getattr(outcome, name, None), str | list):
                setattr(outcome, name, told(said))
