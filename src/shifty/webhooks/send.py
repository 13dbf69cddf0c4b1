"""Sends one message: to the address that was checked, without redirects, and without reading what is answered."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Final

import httpx

from shifty.webhooks.addresses import Unreachable, chosen, resolve
from shifty.webhooks.model import Outcome

ANSWER_S: Final = 10.0
_LONGEST_ERROR: Final = 500


class Sender:
    """``public_url`` is what links to runs begin with; None: messages have none."""

    def __init__(self, public_url: str | None, *, private_addresses: bool, answer_s: float = ANSWER_S) -> None:
        self.public_url = public_url.rstrip("/") if public_url else None
        self._private = private_addresses
        self._answer_s = answer_s

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """What came of it; all that can go wrong is told in words."""
        try:
            async with asyncio.timeout(self._answer_s):
                status = await self._post(url, body, headers)
        except TimeoutError:
            return Outcome(None, f"no answer within {self._answer_s:g} s")
        except Unreachable as error:
            return Outcome(None, str(error)[:_LONGEST_ERROR])
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            said = "".join(letter if letter.isprintable() else " " for letter in str(error))
            return Outcome(None, f"{type(error).__name__}: {said}"[:_LONGEST_ERROR].rstrip(": "))
        return Outcome(status, _fault(status))

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        wanted = httpx.URL(url)
        port = wanted.port or (443 if wanted.scheme == "https" else 80)
        # Looked up here, once: a name that is another address a moment later must not lead elsewhere than was checked.
        address = chosen(wanted.host, await resolve(wanted.host, port), private=self._private)
        transport = httpx.AsyncHTTPTransport(verify=self._tls)
        # No proxy of the environment: it would look the name up again.
        async with httpx.AsyncClient(transport=transport, timeout=self._answer_s, trust_env=False) as client:
            request = client.build_request(
                "POST",
                wanted.copy_with(host=address),
                content=body,
                headers={**headers, "Host": wanted.netloc.decode("ascii")},
                extensions={"sni_hostname": wanted.host},
            )
            answer = await client.send(request, stream=True, follow_redirects=False)
            await answer.aclose()
            return answer.status_code

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()


def _fault(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    beside = " (redirects are not followed)" if 300 <= status < 400 else ""
    return f"answered {status}{beside}"
