"""One socket as producers and viewers use it: whole messages in, whole messages out."""

import asyncio
from typing import Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from shifty.errors import Refusal

MOST_BYTES: Final = 1024 * 1024
"""Of one message; the server closes with 1009 what is larger."""


class Gone(Exception):
    """The other side has left, or takes nothing any more."""


class Frames:
    """Reads one message after the other, and lets only one be sent at a time."""

    def __init__(self, socket: WebSocket, patience_s: float | None = None) -> None:
        self._socket = socket
        self._patience_s = patience_s
        self._sending = asyncio.Lock()

    async def receive(self) -> bytes | str:
        """The next message. Raises Gone."""
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise Gone
        return frame.get("text") or frame.get("bytes") or b""

    async def send(self, message: object) -> None:
        """Send ``message`` as JSON. Raises Gone."""
        await self.send_text(msgspec.json.encode(message).decode())

    async def send_text(self, text: str) -> None:
        """Send what is encoded already; returns when the other side has taken most of what came before. Raises Gone."""
        async with self._sending:
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError, TimeoutError):
                raise Gone from None

    async def refuse(self, error: Refusal, seq: int | None = None) -> None:
        """Tell of bad input; the socket stays open. Raises Gone."""
        payload = {"code": error.code, "error": error.message, "details": error.details, "seq": seq}
        await self.send({"type": "error", "payload": payload})

    async def close(self, code: int, reason: str) -> None:
        async with self._sending:
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._socket.close(code, reason)
            except (WebSocketDisconnect, RuntimeError, TimeoutError):
                return
