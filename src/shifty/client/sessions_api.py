"""The call that signs a browser in."""

from urllib.parse import urlencode

from shifty.client.answer import Answer, read
from shifty.client.transport import Transport


class SignInCode(Answer, kw_only=True, frozen=True):
    code: str
    expires_in: int


async def sign_in_path(transport: Transport, to: str = "/") -> str:
    """The path that signs a browser in, once, within two minutes, and goes on to the path ``to``."""
    made = read(await transport.call("POST", "/sign-in-codes"), SignInCode)
    return f"/sign-in?{urlencode({'code': made.code, 'next': to})}"
