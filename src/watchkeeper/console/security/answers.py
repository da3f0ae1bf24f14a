"""Refusals of the web door, for programs."""

from __future__ import annotations

from starlette.responses import Response

from watchkeeper.errors import (
    LogUnavailable,
    NotAuthorised,
    ProviderFailed,
    SessionMissing,
    SignInRefused,
    TooManyTries,
    WatchkeeperError,
)
from watchkeeper.ledger.canonical import render_json

_STATUS: tuple[tuple[type[WatchkeeperError], int], ...] = (
    (SessionMissing, 401),
    (SignInRefused, 403),
    (NotAuthorised, 403),
    (TooManyTries, 429),
    (ProviderFailed, 502),
    (LogUnavailable, 503),
)


def problem(status: int, code: str, detail: str, advice: str = "") -> Response:
    """Return a refusal as problem details (RFC 9457)."""
    said = {"type": "about:blank", "status": status, "code": code}
    body = render_json({**said, "detail": detail, "advice": advice})
    return Response(body, status, media_type="application/problem+json")


def status_of(error: WatchkeeperError) -> int:
    """Return the HTTP status that fits what stood against a request."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


def problem_of(error: WatchkeeperError) -> Response:
    """Return what stood against a request."""
    return problem(status_of(error), error.code, error.message, error.advice)
