"""The contract's messages, read from bytes: one, an array, or one a line."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from shifty.results.errors import BadMessage
from shifty.wire import (
    AnyMessage,
    RunErrorMessage,
    RunStartMessage,
    TestBatchMessage,
    TestStartMessage,
)

# Of a path in UTF-8: it stands in an index, which takes no more than some 2,700.
_MOST_PATH_BYTES = 1024

_one = msgspec.json.Decoder(AnyMessage)
_many = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True)
class Fault:
    """A message that can't be read, by its place in what was sent."""

    index: int
    error: BadMessage


def decode(data: bytes | str) -> AnyMessage:
    """One message.

    Raises:
        BadMessage: it is not JSON, of no known type, or a field has the wrong type; the sentence names the field.
    """
    try:
        message = _one.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(str(error)) from None
    for path in _paths(message):
        if not path.isascii() and len(path.encode(errors="surrogatepass")) > _MOST_PATH_BYTES:
            raise BadMessage(f"the `testFile` {path[:40]!r}… has more than {_MOST_PATH_BYTES} bytes in UTF-8")
    return message


def _paths(message: AnyMessage) -> Iterator[str]:
    match message:
        case RunStartMessage(payload=payload):
            yield from (test.test_file for test in payload.tests or ())
        case TestStartMessage(payload=payload):
            yield payload.test_file
        case TestBatchMessage(payload=payload):
            yield from (result.test_file for result in payload.results)
        case RunErrorMessage(payload=payload):
            yield payload.test_file or ""
        case _:
            return


def decode_all(body: bytes) -> tuple[list[AnyMessage], list[Fault]]:
    """Every message of a request body; what can't be read is a fault and holds up none of the others."""
    messages: list[AnyMessage] = []
    faults: list[Fault] = []
    for index, raw in enumerate(_split(body)):
        try:
            messages.append(decode(raw))
        except BadMessage as error:
            faults.append(Fault(index, BadMessage(error.message.partition(": ")[2], index)))
    return messages, faults


def _split(body: bytes) -> list[bytes]:
    text = body.strip()
    if not text.startswith(b"["):
        return [line for line in text.splitlines() if line.strip()]
    try:
        return [bytes(raw) for raw in _many.decode(text)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(str(error)) from None
