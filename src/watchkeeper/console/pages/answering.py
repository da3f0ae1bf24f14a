"""Answers for programs."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from watchkeeper.ledger.canonical import render_json


def json_response(body: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(render_json(body), status, media_type="application/json")
