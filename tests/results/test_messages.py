"""Reading the contract's messages."""

import pytest

from shifty.results.errors import BadMessage
from shifty.results.messages import decode, decode_all
from shifty.wire import RunEndMessage, RunStartMessage, TestBatchMessage

BATCH = b'{"type":"test:batch","payload":{"results":[{"testFile":"a.spec.ts","testName":"adds","status":"passed"}]}}'


def test_messages_may_come_alone_as_an_array_or_one_a_line() -> None:
    start = b'{"type":"run:start","payload":{"totalTests":1}}'

    for body in (b"[" + start + b"," + BATCH + b"]", start + b"\n" + BATCH + b"\n"):
        messages, faults = decode_all(body)
        assert [type(message) for message in messages] == [RunStartMessage, TestBatchMessage]
        assert not faults
    assert isinstance(decode_all(BATCH)[0][0], TestBatchMessage)


def test_what_cannot_be_read_is_named_by_its_place_and_holds_up_nothing() -> None:
    messages, faults = decode_all(b'[{"type":"nope","payload":{}},' + BATCH + b',{"type":"run:end","payload":{}},7]')

    assert [type(message) for message in messages] == [TestBatchMessage, RunEndMessage]
    assert [fault.index for fault in faults] == [0, 3]
    assert "Message 0" in faults[0].error.message


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (b'{"type":"test:batch","payload":{"results":[{"testFile":"a","testName":"b","status":"green"}]}}', "status"),
        (b'{"type":"test:batch","payload":{"results":[{"testFile":"","testName":"b","status":"passed"}]}}', "testFile"),
        (b'{"type":"test:batch","payload":{}}', "results"),
        (b'{"type":"run:start","payload":{"shardIndex":-1}}', "shardIndex"),
        (
            b'{"type":"test:batch","payload":{"results":[{"testFile":"a","testName":"b","status":"passed","durationMs":3e12}]}}',
            "durationMs",
        ),
    ],
)
def test_an_error_names_the_field(message: bytes, field: str) -> None:
    with pytest.raises(BadMessage, match=field):
        decode(message)


def test_what_is_no_json_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadMessage, match="can't be read"):
        decode(b"\xff\x00")
    with pytest.raises(BadMessage):
        decode_all(b"[1,")


def test_unknown_fields_are_ignored_so_that_reporters_may_be_newer() -> None:
    assert isinstance(decode(b'{"type":"run:end","payload":{"shardIndex":0,"mood":"good"}}'), RunEndMessage)


@pytest.mark.parametrize(
    "message",
    [
        b'{"type":"test:start","payload":{"testFile":"%s","testName":"t"}}',
        b'{"type":"test:batch","payload":{"results":[{"testFile":"%s","testName":"t","status":"passed"}]}}',
        b'{"type":"run:start","payload":{"tests":[{"testFile":"%s","testName":"t"}]}}',
        b'{"type":"run:error","payload":{"testFile":"%s","error":{"message":"m"}}}',
    ],
)
def test_a_path_that_no_index_can_hold_is_refused_at_the_door(message: bytes) -> None:
    fits, too_long = ("測" * 341).encode(), ("測" * 342).encode()

    decode(message % fits)
    with pytest.raises(BadMessage, match="1024 bytes"):
        decode(message % too_long)
