"""Errors as RFC 9457's application/problem+json: what was got, what was expected, and in `hint` how to mend it."""

from __future__ import annotations

import http
import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from ..errors import EncoderError, SemsearchError, StoreError
from .faults import fault

MEDIA_TYPE = "application/problem+json"
TAKEN = "/openapi.json tells what each request takes, with examples"

logger = logging.getLogger(__name__)


class ProblemError(Exception):
    """What a request is answered with instead of what it asked for. status: of HTTP. headers: further ones."""

    def __init__(self, status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.hint, self.headers = status, detail, hint, dict(headers or {})


def problem(status: int, detail: str, hint: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The response that tells what is wrong."""
    told = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "detail": detail}
    if hint:
        told["hint"] = hint
    return Response(json.dumps(told, ensure_ascii=False), status, headers, MEDIA_TYPE)


def told_by_all(app: FastAPI) -> None:
    """Make every error of an application a problem."""
    app.add_exception_handler(ProblemError, _of_ours)
    app.add_exception_handler(SemsearchError, _of_semsearch)
    app.add_exception_handler(RequestValidationError, _of_values)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_a_defect)


async def _of_ours(_: Request, error: Any) -> Response:
    return problem(error.status, error.detail, error.hint, error.headers)


async def _of_semsearch(_: Request, error: Any) -> Response:
    status = 503 if isinstance(error, StoreError | EncoderError) else 400
    return problem(status, error.message, error.hint or TAKEN, {"Retry-After": "5"} if status == 503 else None)


async def _of_values(request: Request, error: Any) -> Response:
    """The values of a request that are none: each with its place."""
    faults = error.errors()
    given = request.headers.get("content-type", "nothing")
    if faults[0]["type"] == "model_attributes_type" and "json" not in given.lower():
        detail = f"Content-Type: {given[:60]}, expected application/json"
        return problem(422, detail, "with curl: -H 'Content-Type: application/json'")
    return problem(422, "; ".join(map(fault, faults[:5])), TAKEN)


async def _of_http(request: Request, error: Any) -> Response:
    hint = "/openapi.json tells what there is" if error.status_code in (404, 405) else TAKEN
    headers = {**(error.headers or {}), **({"Allow": _allowed(request)} if error.status_code == 405 else {})}
    return problem(error.status_code, str(error.detail), hint, headers)


def _allowed(request: Request) -> str:
    """The methods of all routes at an address; HEAD is answered wherever GET is."""
    routes = [route for route in request.app.state.routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in routes for method in getattr(route, "methods", None) or ()} or {"GET"}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


async def _of_a_defect(_: Request, error: Exception) -> Response:
    """Starlette logs the traceback; whoever asked does not see it."""
    return problem(500, f"a defect of semsearch ({type(error).__name__})", "the server's log tells more")
