"""An agent goes to the door for people with its own token, and people's pages at its own door."""

from __future__ import annotations

import pytest

from tests.worlds.gateway import World
from watchkeeper.console.headers import SECURITY

PLACES = ("/mcp/till", "/healthz", "/", "/api/v1/commands", "/mcp/till/", "//mcp/till")


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
def test_the_console_knows_no_agents(till: World, path: str, method: str) -> None:
    assert till.console != till.url
    size = len(till.entries())
    answer = till.client.request(method, till.console + path, headers=till.headers("payer"))
    assert answer.status_code in {303, 403, 404, 405}
    assert answer.headers.get("location", "/sign-in").startswith("/sign-in")
    for name, value in SECURITY.items():
        assert answer.headers[name] == value
    assert len(till.entries()) == size
