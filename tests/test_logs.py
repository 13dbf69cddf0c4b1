"""Logs for people and for machines."""

import io
import json
import logging
from collections.abc import Generator

import pytest

from shifty.logs import set_up_logs


@pytest.fixture(autouse=True)
def logging_as_before() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_is_one_object_a_line_with_what_was_passed_beside_the_message() -> None:
    stream = io.StringIO()
    set_up_logs("info", "json", stream)

    logging.getLogger("shifty.x").warning("run %s\nended", "r1", extra={"request_id": "q1"})
    logging.getLogger("shifty.x").debug("not asked for")

    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["message"] == "run r1\nended"
    assert entry["level"] == "warning"
    assert entry["request_id"] == "q1"


def test_an_exception_is_in_the_object() -> None:
    stream = io.StringIO()
    set_up_logs("info", "json", stream)

    try:
        raise LookupError("gone")
    except LookupError:
        logging.getLogger("shifty.x").exception("failed")

    assert "LookupError: gone" in json.loads(stream.getvalue())["exception"]


def test_text_is_a_line_for_people() -> None:
    stream = io.StringIO()
    set_up_logs("debug", "text", stream)

    logging.getLogger("shifty.x").info("ready")

    assert stream.getvalue().endswith("INFO    shifty.x: ready\n")
