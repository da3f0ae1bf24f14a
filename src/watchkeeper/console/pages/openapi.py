"""The description of the JSON (OpenAPI 3.1), made from the table that the routes are made from."""

from __future__ import annotations

import re
from importlib.metadata import version

from watchkeeper.console.pages.schema import Schemas
from watchkeeper.console.pages.table import API, PAGES, Page, Query
from watchkeeper.records.codec import Json

_NAMES = re.compile(r"{(\w+)}")
_PROBLEM = {"$ref": "#/components/responses/Problem"}
_TEXT = {"type": "string"}


def describe(cookie: str) -> dict[str, Json]:
    """Return the whole description, as a JSON object; `cookie` is the session's."""
    schemas = Schemas()
    paths: dict[str, Json] = {page.api: {"get": _get(page, schemas)} for page in PAGES}
    paths["/live"] = {"get": _live()}
    paths["/challenges"] = {"post": _post("challenge", "What a passkey is to sign.", _CHALLENGE)}
    paths["/commands"] = {"post": _post("command", "Carry out what was signed.", _COMMAND)}
    paths["/openapi.json"] = {"get": _itself()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watchkeeper console",
            "version": version("watchkeeper"),
            "description": "What the console's pages show, for programs. Nothing is changed by "
            "reading; whatever a person says is a command that their passkey signed.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": API}],
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas.named, "Problem": _PROBLEM_SCHEMA},
            "responses": {"Problem": _problem()},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": cookie}},
        },
    }


def _get(page: Page, schemas: Schemas) -> dict[str, Json]:
    content = {"application/json": {"schema": schemas.of(page.view)}}
    found = {"description": page.about, "content": content}
    answers: dict[str, Json] = {"200": found, "401": _PROBLEM}
    names = _NAMES.findall(page.api)
    if names or page.name in {"answers", "together"}:
        answers["404"] = _PROBLEM
    return {
        "operationId": page.name,
        "summary": page.about,
        "parameters": [_in_path(name) for name in names] + [_asked(q) for q in page.queries],
        "responses": answers,
    }


def _in_path(name: str) -> dict[str, Json]:
    return {"name": name, "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}}


def _asked(query: Query) -> dict[str, Json]:
    schema: dict[str, Json] = dict(_TEXT)
    if query.among:
        schema["enum"] = list(query.among)
    return {"name": query.name, "in": "query", "description": query.about, "schema": schema}


def _live() -> dict[str, Json]:
    stream = {
        "description": "Server-sent events: `decision`, `verdict`, `effect`, `void`, `stop`, "
        "`resume`, `question`, `answer`, and `gap` where some were left out.",
        "content": {"text/event-stream": {"schema": _TEXT}},
    }
    after = Query("after", "only what comes after this place, `shard/index`")
    return {
        "operationId": "stream",
        "summary": "What happens, as it is recorded.",
        "parameters": [_asked(after)],
        "responses": {"200": stream, "401": _PROBLEM, "429": _PROBLEM},
    }


def _post(name: str, about: str, body: dict[str, Json]) -> dict[str, Json]:
    token = {"name": "x-csrf", "in": "header", "required": True, "schema": _TEXT}
    done = {"description": about, "content": {"application/json": {"schema": {}}}}
    return {
        "operationId": name,
        "summary": about,
        "parameters": [token],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": done,
            "401": _PROBLEM,
            "403": _PROBLEM,
            "413": _PROBLEM,
            "415": _PROBLEM,
            "422": _PROBLEM,
            "503": _PROBLEM,
        },
    }


def _itself() -> dict[str, Json]:
    found = {
        "description": "This.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return {
        "operationId": "description",
        "summary": "This description.",
        "security": [],
        "responses": {"200": found},
    }


def _problem() -> dict[str, Json]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": "Why not (RFC 9457), with our own `code` and `advice`.",
        "content": {"application/problem+json": schema},
    }


_PROBLEM_SCHEMA: dict[str, Json] = {
    "type": "object",
    "required": ["type", "status", "code", "detail", "advice"],
    "properties": {
        "type": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "detail": _TEXT,
        "advice": _TEXT,
    },
}
_CHALLENGE: dict[str, Json] = {
    "type": "object",
    "required": ["verb", "body"],
    "properties": {
        "verb": {
            **_TEXT,
            "description": "What to do: `approve`, `refuse`, `ask`, `withdraw`, `approve-list`, "
            "`refuse-list`, `stop`, `resume`, `resolve`, and the others of the terminal.",
        },
        "body": {
            "type": "object",
            "description": "What is the person's to say: for one action its `handle`, for a list "
            "its `items`, each a `handle` and a `view`; `role`; digests of texts. What stands for "
            "the action itself is filled in.",
        },
    },
}
_COMMAND: dict[str, Json] = {
    "type": "object",
    "required": ["payload", "assertion"],
    "properties": {
        "payload": {**_TEXT, "description": "The command that was given out, in base64."},
        "assertion": {
            "type": "object",
            "required": ["id", "authenticatorData", "clientDataJSON", "signature"],
            "properties": {
                "id": _TEXT,
                "authenticatorData": _TEXT,
                "clientDataJSON": _TEXT,
                "signature": _TEXT,
            },
        },
        "beside": {"type": "object", "description": "What is not signed: a reason and its salt."},
    },
}
