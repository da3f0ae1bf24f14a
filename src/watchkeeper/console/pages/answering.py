"""Answers for programs: JSON, and refusals that a program may read."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from watchkeeper.errors import LogUnavailable, NotAuthorised, WatchkeeperError
from watchkeeper.ledger.canonical import render_json


def json_response(body: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(render_json(body), status, media_type="application/json")


def problem(status: int, code: str, detail: str, advice: str = "") -> Response:
    """Return a refusal that a program may read (RFC 9457)."""
    body = {
        "type": "about:blank",
        "status": status,
        "code": code,
        "detail": detail,
        "advice": advice,
    }
    return Response(render_json(body), status, media_type="application/problem+json")


def refusal(error: WatchkeeperError) -> Response:
    """Return what stood against something that was asked."""
    return problem(_status_of(error), error.code, error.message, error.advice)


def _status_of(error: WatchkeeperError) -> int:
    if isinstance(error, NotAuthorised):
        return 403
    return 503 if isinstance(error, LogUnavailable) else 422
