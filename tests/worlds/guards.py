"""A gateway that runs before a till and a shop: the shop's functions are guarded elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.servers.shop import Shop
from tests.worlds.gateway import World
from tests.worlds.till_workspace import SERVERS, till_files
from watchkeeper.enforcement.guard import Guard
from watchkeeper.plan.draft.import_tools import import_tools

Json = dict[str, Any]
_GRANTS = """\
  - id: sells
    granted_by: ana
    control: limits
    actions: [shop/sell, shop/lend, shop/gift]
    valid_until: 2099-12-31
    bands:
      - {argument: amount, least: "0.01", alone: "500", review: "1000"}
    budgets:
      - {within: 24h, sum: "5000", argument: amount}
    review: {role: lead}
"""
_OTHER = """\
agent: other
grants:
  - id: other-sells
    granted_by: ana
    control: limits
    actions: [shop/sell]
    valid_until: 2099-12-31
    bands:
      - {argument: amount, least: "0.01", alone: "500"}
    budgets:
      - {within: 24h, count: 25}
"""
_LOOKS = """\
@id("looks-at-stock")
@control("limits")
permit (principal == Agent::"payer", action == Action::"shop/stock", resource);
"""
_EMPTY = """\
@id("no-stock")
@control("limits")
forbid (principal, action == Action::"shop/gift", resource)
unless { context.facts.stock.open };
"""


def shop_files(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    """Return the workspace of the till with the shop beside it."""
    from io import StringIO

    from ruamel.yaml import YAML

    guard = Guard(folder / "nowhere", agent="payer", server="shop")
    Shop(guard, folder)
    imported = import_tools(None, guard.definitions, server="shop", module="tests.servers.shop")
    yaml = YAML()
    document = yaml.load(imported.tool_file)
    tools = document["tools"]
    for name in ("sell", "lend", "gift"):
        tools[name]["writes"] = True
        tools[name]["clear"] = ["amount"]
    tools["sell"]["once_per"] = {"arguments": ["to", "amount", "note"], "within": "1h"}
    tools["lend"]["cancel"] = True
    tools["lend"]["error_means_no_effect"] = True
    tools["gift"]["facts"] = {
        "stock": {
            "tool": "stock",
            "arguments": {"to": "to"},
            "timeout": "2s",
            "fields": {"open": {"path": "open", "type": "bool"}},
        }
    }
    tools["stock"]["writes"] = False
    out = StringIO()
    yaml.dump(document, out)
    files = till_files(folder, keys, **changes)
    return {
        **files,
        "systems/till.yaml": files["systems/till.yaml"].replace("[till]", "[till, shop]"),
        "authority/payer.yaml": files["authority/payer.yaml"] + _GRANTS,
        "authority/other.yaml": _OTHER,
        "policies/till/all.permit.cedar": files["policies/till/all.permit.cedar"] + _LOOKS,
        "policies/till/shop.forbid.cedar": _EMPTY,
        "tools/shop.yaml": out.getvalue(),
        "tools/shop.definitions.json": imported.definitions,
    }


def open_guard(world: World, agent: str = "payer", token: str | None = None) -> Shop:
    """Guard the shop's functions in this process, through the gateway that runs."""
    token = world.tokens[agent] if token is None else token
    (world.till / "stock").write_text('{"open": true}')
    return Shop(Guard(world.home, agent=agent, server="shop", token=token), world.till)


class Process:
    """The shop in a process of its own."""

    def __init__(self, world: World, agent: str = "payer") -> None:
        self.world = world
        (world.till / "go").unlink(missing_ok=True)
        (world.till / "stock").write_text('{"open": true}')
        command = [sys.executable, "-m", "tests.servers.shop"]
        token, folder = world.tokens[agent], str(world.till)
        environment = {**os.environ, "WATCHKEEPER_TOKEN": token, "SHOP": folder}
        self.process = subprocess.Popen(
            [*command, str(world.home), agent],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=SERVERS.parents[1],
        )

    def begin(self, tool: str, **arguments: Any) -> None:
        """Ask for a call, and do not wait for it."""
        assert self.process.stdin is not None
        line = json.dumps({"tool": tool, "arguments": arguments}).encode() + b"\n"
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def told(self) -> Json:
        """Return what came of a call."""
        assert self.process.stdout is not None
        found: Json = json.loads(self.process.stdout.readline())
        return found

    def call(self, tool: str, **arguments: Any) -> Json:
        """Ask for a call, and return what came of it."""
        self.begin(tool, **arguments)
        return self.told()

    def kill(self) -> None:
        """End it without warning."""
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let it end, and wait for that."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.wait(30)


class Raw:
    """Somebody who speaks the lines of the socket by hand."""

    def __init__(self, world: World) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(30)
        self._line.connect(str(world.home / "gateway.sock"))
        self._reading = self._line.makefile("rb")

    def say(self, *messages: Json) -> None:
        """Say one line, or several in one go: they are read before anything else happens."""
        self._line.sendall(b"".join(json.dumps(said).encode() + b"\n" for said in messages))

    def heard(self) -> Json | None:
        """Return the next line; None if the other side is gone."""
        try:
            line = self._reading.readline()
        except ConnectionError:
            return None
        return json.loads(line) if line else None

    def greet(self, world: World, agent: str = "payer", server: str = "shop") -> Json | None:
        """Say who it is, with the functions as they were released."""
        guard = Guard(world.till / "nowhere", agent=agent, server="shop")
        Shop(guard, world.till)
        pins = {function.name: function.pin for function in guard._functions.values()}
        hello = {"token": world.tokens[agent], "server": server, "pins": pins}
        self.say({"guard": hello})
        return self.heard()

    def close(self) -> None:
        """Go."""
        self._reading.close()
        self._line.close()


@contextlib.contextmanager
def raw(world: World, agent: str = "payer", server: str = "shop") -> Iterator[Raw]:
    """Connect by hand, and greet."""
    line = Raw(world)
    try:
        assert line.greet(world, agent, server) == {"result": {"agent": agent}}
        yield line
    finally:
        line.close()
