"""The connections of `semsearch serve`: those of uvicorn, but that a request which was begun has to arrive in time."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .problems import problem

HEAD_S = 20.0
"""How long the head of a request, or the first one of a connection, may take."""

STOPPING_S = 2.0
"""How long a body may still take to arrive once the process is told to stop."""

_LATE = "the head of the request did not arrive in time"
_NO_REQUEST = "this is no request of HTTP that can be read, or its address is longer than 64 kB"


class Connection(HttpToolsProtocol):
    """One that is closed where a head does not come, and where a body does not while the server stops."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on; a part of a head starts the time for it, and its end stops it."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        self._forget()

    def shutdown(self) -> None:
        """Stop; who has not sent the whole request yet has a moment to do it."""
        super().shutdown()
        if self._is_under_way() and self.cycle.more_body:
            self.loop.call_later(STOPPING_S, self._cut_body)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        self._refuse(400, _NO_REQUEST, "/openapi.json tells what can be asked; a long text is sent by POST")

    def _is_under_way(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        if self._is_under_way() or self.transport.is_closing():
            self._forget()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_S, self._cut_head)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _cut_head(self) -> None:
        if self.transport.is_closing():
            return
        if self.headers is None:  # nothing was said: a browser opens connections ahead
            self.transport.close()
        else:
            self._refuse(408, _LATE, "send it at once")

    def _cut_body(self) -> None:
        if self._is_under_way() and self.cycle.more_body:
            self.transport.close()

    def _refuse(self, status: int, detail: str, hint: str) -> None:
        told = problem(status, detail, hint, {"connection": "close", "x-content-type-options": "nosniff"})
        head = "".join(f"{name.decode()}: {value.decode()}\r\n" for name, value in told.raw_headers)
        self.transport.write(f"HTTP/1.1 {status} -\r\n{head}\r\n".encode() + bytes(told.body))
        self.transport.close()
