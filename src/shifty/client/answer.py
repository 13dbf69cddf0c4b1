"""What every answer of the server is read as."""

from typing import ClassVar, TypeVar

import msgspec

from shifty.client.errors import Stopped


class Answer(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of what is read. Fields that a newer server adds are passed over."""

    __test__: ClassVar[bool] = False
    """pytest would take a class named ``Test…`` for a test, in every suite that imports it."""


A = TypeVar("A", bound=Answer)


def read(body: bytes, kind: type[A]) -> A:
    """An answer that the server gave with 200.

    Raises:
        Stopped: it is not what our servers answer.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        sentence = f"The server's answer is no {kind.__name__} ({error}); is it a Shifty server?"
        raise Stopped(sentence, code="UNKNOWN", status=200) from error
