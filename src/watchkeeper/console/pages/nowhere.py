"""What is answered where there is no page, or none for this method."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from watchkeeper.console.pages.table import API
from watchkeeper.console.pages.templates import render
from watchkeeper.console.security.answers import problem

_WORDS = {404: ("not-found", "there is no such page"), 405: ("not-so", "not by this method")}


async def not_served(request: Request, error: Exception) -> Response:
    """Answer a path that nothing serves: as a page, or as problem details to a program."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    code, why = _WORDS.get(status, ("refused", "this is not served"))
    if request.url.path.startswith(f"{API}/") or request.method not in {"GET", "HEAD"}:
        found = problem(status, code, why)
    else:
        found = HTMLResponse(render("nowhere.html.jinja", why=why), status)
    found.headers.update(headers or {})
    return found
