"""The middleware: what passes without a permit, what needs one, what two could read differently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from tests.worlds.permits import Maker
from watchkeeper.ledger.permit import HEADER
from watchkeeper.permit import RequirePermit

ARGS = {"amount": 10}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "pay", "arguments": ARGS},
}


class Till:
    """An app behind the middleware that notes what reaches it."""

    def __init__(self, folder: Path) -> None:
        self.maker, self.came = Maker(folder), list[bytes]()

        async def mcp(request: Request) -> Response:
            self.came.append(await request.body())
            claims = request.scope["watchkeeper.permit"] if request.method == "POST" else None
            return JSONResponse({"agent": claims.agent if claims else None})

        every = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        routes = [Route(path, mcp, methods=every) for path in ("/mcp", "/other", "/healthz")]
        app = RequirePermit(Starlette(routes=routes), self.maker.permits(), open_paths=["/healthz"])
        transport = httpx2.ASGITransport(app=app)
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://till")

    async def post(
        self, body: Any, *, path: str = "/mcp", method: str = "POST", **headers: str
    ) -> httpx2.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, content=raw, headers=said)

    def permit(self) -> dict[str, str]:
        return {HEADER.replace("-", "_"): self.maker.permit("pay", ARGS)}


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


async def test_with_its_permit_a_call_comes_through_as_it_was(till: Till) -> None:
    raw = json.dumps(CALL, indent=1).encode()
    answer = await till.post(raw, **till.permit())
    assert (answer.status_code, answer.json()) == (200, {"agent": "a"})
    assert till.came == [raw]


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
    ],
)
async def test_what_does_nothing_needs_none(till: Till, message: dict[str, Any]) -> None:
    assert (await till.post(message)).status_code == 200
    assert len(till.came) == 1


@pytest.mark.parametrize(
    "message",
    [
        CALL,
        {k: v for k, v in CALL.items() if k != "id"},
        {**CALL, "id": None},
        {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "x"}},
        {"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": "x"}},
        {"jsonrpc": "2.0", "id": 1, "method": "unknown/thing"},
        {"jsonrpc": "2.0", "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 1, "method": "notifications/initialized"},
    ],
)
@pytest.mark.parametrize("path", ["/mcp", "/other", "//mcp", "/mcp/", "/healthz/../mcp"])
async def test_all_else_needs_one_wherever_it_is_sent(
    till: Till, message: dict[str, Any], path: str
) -> None:
    answer = await till.post(message, path=path)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "missing"
    assert till.came == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        json.dumps([CALL]).encode(),
        b'{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","Method":"tools/list"}',
        b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
        json.dumps(CALL).encode("utf-16"),
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
        b'{"jsonrpc":"2.0","id":1,"method":["tools/list"]}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}',
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'"' + b"x" * (1 << 20) + b'"',
    ],
)
async def test_what_two_could_read_differently_is_refused(till: Till, body: bytes) -> None:
    answer = await till.post(body, **till.permit())
    assert (answer.status_code, answer.json()["reason"]) == (403, "malformed")
    assert till.came == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_another_way_to_send_a_message(till: Till, method: str) -> None:
    assert (await till.post(CALL, method=method, **till.permit())).status_code == 403
    assert till.came == []


async def test_two_permits_are_none(till: Till) -> None:
    two = [(HEADER, till.maker.permit("pay", ARGS)) for _ in range(2)]
    answer = await till.client.post("/mcp", content=json.dumps(CALL), headers=two)
    assert answer.json()["reason"] == "malformed"


async def test_an_open_page_and_the_stream_of_a_session_need_none(till: Till) -> None:
    assert (await till.client.get("/healthz")).status_code == 200
    assert (await till.client.get("/mcp")).status_code == 200
    assert (await till.client.delete("/mcp")).status_code == 200


async def test_nothing_comes_by_a_socket(till: Till) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(*_: Any) -> None:
        raise AssertionError("reached")

    guarded = RequirePermit(app, till.maker.permits())
    await guarded({"type": "websocket", "path": "/mcp", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_what_a_refusal_says_holds_no_permit_and_no_argument(till: Till) -> None:
    permit = till.maker.permit("tip", {"amount": 4711})
    answer = await till.post(CALL, **{HEADER.replace("-", "_"): permit})
    assert answer.json()["reason"] == "other-call"
    assert permit not in answer.text
    assert "4711" not in answer.text
