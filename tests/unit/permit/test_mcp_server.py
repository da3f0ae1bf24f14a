"""A server of the `mcp` package that demands permits, over its own protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.server import MCPServer
from mcp.shared.exceptions import MCPError

from tests.worlds.permits import Maker
from watchkeeper.ledger.permit import META
from watchkeeper.permit import require_permits

ARGS = {"amount": 10}


class Till:
    """A server with one tool, and what that did."""

    def __init__(self, folder: Path) -> None:
        self.maker, self.paid = Maker(folder), list[int]()
        self.server = MCPServer("till")

        def pay(amount: int) -> str:
            self.paid.append(amount)
            return "paid"

        self.server.add_tool(pay)
        require_permits(self.server, self.maker.permits())

    async def pay(self, amount: int, permit: str | None) -> Any:
        meta = {} if permit is None else {META: permit}
        async with Client(self.server) as client:
            try:
                return await client.call_tool("pay", {"amount": amount}, meta=meta)
            except MCPError as error:
                return error


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


async def test_with_its_permit_a_call_is_done_once(till: Till) -> None:
    permit = till.maker.permit("pay", ARGS)
    assert not (await till.pay(10, permit)).is_error
    again = await till.pay(10, permit)
    assert again.error.data == {"code": "permit-invalid", "reason": "used"}
    assert till.paid == [10]


@pytest.mark.parametrize("given", ["none", "another", "rubbish"])
async def test_without_it_nothing_is_done(till: Till, given: str) -> None:
    permits = {"none": None, "another": till.maker.permit("pay", {"amount": 9}), "rubbish": "x.y.z"}
    assert (await till.pay(10, permits[given])).error.code == -32010
    assert till.paid == []


async def test_what_there_is_may_be_listed(till: Till) -> None:
    async with Client(till.server) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["pay"]
        with pytest.raises(MCPError, match="a permit is required"):
            await client.read_resource("x://y")
