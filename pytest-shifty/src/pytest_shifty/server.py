"""HTTP to the server, or to a worker's relay to it; blocking, for threads."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import cast
from urllib.parse import urlsplit

from pytest_shifty.notes import reason_of
from pytest_shifty.settings import Settings

_LARGEST_ANSWER = 16 * 1024 * 1024
_AWAY_S = 30


class Unanswered(Exception):
    """The server is away (``status`` is None then), or has refused."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Server:
    def __init__(self, settings: Settings) -> None:
        self._url = urlsplit(settings.url)
        self._headers = {"Authorization": f"Bearer {settings.token}", "Content-Type": "application/json"}
        if settings.tenant:
            self._headers["X-Tenant-ID"] = settings.tenant
        self._away_until = 0.0

    def away(self) -> bool:
        """Whether it did not answer a moment ago: then no step waits for it."""
        return time.monotonic() < self._away_until

    def get(self, route: str, ms: float) -> object:
        return self._request("GET", route, None, ms)

    def post(self, route: str, body: object, ms: float) -> object:
        return self._request("POST", route, json.dumps(body).encode(), ms)

    def _request(self, method: str, route: str, data: bytes | None, ms: float) -> object:
        try:
            status, body = self._exchange(method, route, data, ms / 1000)
        except (OSError, HTTPException) as error:
            self._away_until = time.monotonic() + _AWAY_S
            raise Unanswered(f"{self._url.geturl()} does not answer: {reason_of(error)}") from error
        if status >= 500:
            self._away_until = time.monotonic() + _AWAY_S
        if status >= 300:
            raise Unanswered(f"{method} {route.split('?')[0]} was refused with {status}: {_message_of(body)}", status)
        return cast("object", json.loads(body)) if body else None

    def _exchange(self, method: str, route: str, data: bytes | None, seconds: float) -> tuple[int, bytes]:
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=max(0.1, seconds))
        try:
            connection.request(method, f"{self._url.path}{route}", data, self._headers)
            response = connection.getresponse()
            body = response.read(_LARGEST_ANSWER + 1)
        finally:
            connection.close()
        if len(body) > _LARGEST_ANSWER:
            raise HTTPException("an answer without end")
        return response.status, body


def _message_of(body: bytes) -> str:
    try:
        return str(cast("Mapping[str, object]", json.loads(body))["error"])[:300]
    except (ValueError, KeyError, TypeError):
        return body[:100].decode(errors="replace")
