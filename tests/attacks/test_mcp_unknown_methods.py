"""Methods that are not in the closed list, or that the tool file does not name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.worlds.gateway import World, open_till, refused

UNKNOWN = ["tools/CALL", "tools/call ", "Tools/call", "tools.call", "tools/invoke", "nonsense", ""]
NAMED = [
    "resources/read",
    "resources/subscribe",
    "prompts/get",
    "completion/complete",
    "tasks/get",
    "tasks/result",
    "tasks/cancel",
    "tasks/list",
    "tasks/update",
]
ABOUT_THE_HOST = ["elicitation/create", "sampling/createMessage", "roots/list"]


def _request(method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 9, "method": method, "params": params}


@pytest.mark.parametrize("method", [*UNKNOWN, *NAMED, *ABOUT_THE_HOST])
def test_a_method_that_nobody_named_is_refused(till: World, method: str) -> None:
    body = _request(method, name="pay", uri="file:///etc/passwd", arguments={"to": "x"})
    decided = refused(till, lambda: till.post(body), "unknown-method")
    assert decided.method == method


@pytest.mark.parametrize(
    "method",
    ["tools/call", "notifications/tools/call", "notifications/nonsense", "nonsense", "initialize"],
)
def test_a_notification_does_nothing_but_what_is_listed(till: World, method: str) -> None:
    params = {"name": "pay", "arguments": {"to": "x", "amount": 1}}
    body = {"jsonrpc": "2.0", "method": method, "params": params}
    refused(till, lambda: till.post(body), "invalid-request")


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("named") / "world"
    with open_till(folder, methods="resources/read") as world:
        yield world


def test_a_named_method_is_let_through_and_recorded(named: World) -> None:
    reply = named.post(_request("resources/read", uri="file:///x"))
    assert reply.body["error"]["code"] == -32601  # the till itself does not know it
    assert named.decisions()[-1].method == "resources/read"


def test_no_other_is_let_through_with_it(named: World) -> None:
    refused(named, lambda: named.post(_request("prompts/get", name="x")), "unknown-method")


def test_a_stop_takes_hold_of_a_named_method(named: World) -> None:
    named.stop("agent:payer")
    try:
        refused(named, lambda: named.post(_request("resources/read", uri="x")), "stopped")
    finally:
        named.resume("agent:payer")
