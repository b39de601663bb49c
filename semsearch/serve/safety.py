"""What holds for every request, before the application sees it and after it answered.

In: requests. Out: a request under another host's name, or with a body that is too long or does not come, is refused;
HEAD is answered as GET, without the body; every response carries the headers that keep a browser from running what is
not ours; a defect is told without its traceback.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Collection, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .limits import BODY_BYTES, BODY_S
from .problems import problem

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_TOO_LONG = f"a body of more than {BODY_BYTES:,} bytes"
_SHORTER = "ask for less at once"
_AT_ONCE = "send as many bytes as Content-Length tells"

logger = logging.getLogger(__name__)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address: all that a name stands for has to be of the loopback."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found)


class Guard:
    """The checks and the headers around an application."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None) -> None:
        """hosts: the names that a request may come under, any where it is None. A page of another site can have its own
        name lead to this machine (DNS rebinding), and would be let in as if it were ours."""
        self._app = app
        self._hosts: Collection[str] | None = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's start and end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered, is_head = False, scope["method"] == "HEAD"

        async def with_headers(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-cache")
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        headers = Headers(scope=scope)
        if wrong := self._wrong(headers):
            await problem(*wrong)(scope, receive, with_headers)
            return
        try:
            await self._answer(scope, receive, with_headers)
        except Exception as error:  # the outermost face
            logger.exception("%s %s", scope["method"], scope["path"])
            if answered:
                raise
            told = problem(500, f"a defect of semsearch ({type(error).__name__})", "the server's log tells more")
            await told(scope, receive, with_headers)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Once the body is there, as GET where HEAD was asked."""
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            whole = await _whole(receive) if _has_body(Headers(scope=scope)) else receive
        except _NoBodyError as error:
            await error.answer(scope, receive, send)
            return
        try:
            await self._app(inner, whole, send)
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]  # which metrics count by

    def _wrong(self, headers: Headers) -> tuple[int, str, str] | None:
        """The status, what is wrong and the hint; None where nothing is."""
        host = _name(headers.get("host", ""))
        if self._hosts is not None and host not in self._hosts:
            hint = f"ask for it as {' or '.join(sorted(self._hosts))}; `--public` takes any name"
            return 421, f"the Host is {host[:80]!r}, which is no name of this server", hint
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > BODY_BYTES:
            return 413, _TOO_LONG, _SHORTER
        return None


def _name(host: str) -> str:
    """The name in a Host header, without the port and the brackets of IPv6."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


class _NoBodyError(Exception):
    """A body that did not come, with what its sender is told."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


async def _whole(receive: Receive) -> Receive:
    """receive, of which the body is there already: it cannot keep what waits for it. _NoBodyError where it is too long,
    where it takes too long, and where whoever sends it hangs up."""
    parts: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(BODY_S):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _NoBodyError(Response(status_code=499))
                parts.append(message.get("body", b""))
                size, more = size + len(parts[-1]), message.get("more_body", False)
                if size > BODY_BYTES:
                    raise _NoBodyError(problem(413, _TOO_LONG, _SHORTER))
    except TimeoutError:
        late = problem(408, f"the body did not arrive within {BODY_S:.0f} s", _AT_ONCE, {"connection": "close"})
        raise _NoBodyError(late) from None
    body: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

    async def again() -> Message:
        return body.pop() if body else await receive()

    return again
