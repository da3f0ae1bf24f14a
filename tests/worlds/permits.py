"""Permits in the hands of tests: made as the gateway makes them, or otherwise; and a till on HTTP.

maker = Maker(folder)
permits = maker.permits()
permits.check(maker.permit("pay", {"amount": 1}), "tools/call", "pay", {"amount": 1})
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.gateway import World, make_world
from tests.worlds.till_workspace import SERVERS, till_files
from watchkeeper.ledger.permit import Asked, Claims, PublishedKey, mint, render_jwks
from watchkeeper.ledger.signature import keyid_of
from watchkeeper.permit import KeysFile, Permits, UsedFile

NOW = 1_800_000_000
CREDENTIAL = "credential-of-the-till"
_START_SECONDS = 60


class Key:
    """A key that signs, in memory."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.public_key = self.private.public_key().public_bytes_raw()
        self.keyid = keyid_of(self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


@dataclass
class Maker:
    """A gateway's key for permits, its published half, and a clock that tests may set."""

    folder: Path
    key: Key = field(default_factory=Key)
    now: float = NOW
    count: int = 0

    def __post_init__(self) -> None:
        self.publish(PublishedKey(self.key.public_key))

    @property
    def keys(self) -> Path:
        return self.folder / "permits.jwks"

    def publish(self, *keys: PublishedKey) -> None:
        self.keys.write_bytes(render_jwks(keys))

    def store(self, **more: Any) -> UsedFile:
        """The tool server's own store, as old as an hour where it is new."""
        path = self.folder / "used"
        if not path.exists():
            UsedFile(path, clock=lambda: self.now - 3600, **more).close()
        return UsedFile(path, clock=lambda: self.now, **more)

    def permits(self, audience: str = "desk", **more: Any) -> Permits:
        said = {"store": self.store(), "clock": lambda: self.now, **more}
        return Permits(KeysFile(self.keys), audience, said.pop("store"), **said)

    def claims(self, tool: str, arguments: Mapping[str, Any], **changes: Any) -> Claims:
        self.count += 1
        at = int(self.now)
        act = Asked("tools/call", tool, arguments, {}).digest
        made = Claims("x/0", "desk", at, at, at + 60, f"id-{self.count}", act, "a", "r", "0/1")
        return replace(made, **changes)

    def permit(self, tool: str, arguments: Mapping[str, Any], **changes: Any) -> str:
        key = changes.pop("key", self.key)
        return mint(self.claims(tool, arguments, **changes), key)


@dataclass
class Shop:
    """A gateway, and a till on HTTP that demands permits: each a process of its own."""

    world: World
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def start(self) -> None:
        """Start the till, at the port that it had before."""
        words = [str(self.world.till), str(self.world.home / "permits.jwks"), str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, str(SERVERS / "till_http.py"), *words], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["port"]

    def end(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.terminate()
            self.process.wait(_START_SECONDS)
            self.process.stdout.close()
        self.process = None

    def wire(self) -> list[dict[str, Any]]:
        """What a thief on the wire read, in order."""
        text = (self.world.till / "wire").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def calls(self, tool: str) -> list[dict[str, Any]]:
        """The calls of one tool that came."""
        found = []
        for said in self.wire():
            body = json.loads(said["body"])
            if body.get("method") == "tools/call" and body["params"]["name"] == tool:
                found.append(said)
        return found

    def post(self, body: str, headers: Mapping[str, str]) -> httpx2.Response:
        """Go round the gateway."""
        with httpx2.Client(timeout=20, trust_env=False) as client:
            return client.post(self.url, content=body, headers=dict(headers))


def shop_files(folder: Path, keys: Mapping[str, str], *, port: int, **changes: Any) -> Any:
    """The till's workspace, with the till on HTTP and demanding permits."""
    files = till_files(folder, keys, **changes)
    said = files["tools/till.yaml"].splitlines()
    at = next(n for n, line in enumerate(said) if line.startswith("command:"))
    said[at : at + 1] = [
        f"url: http://127.0.0.1:{port}/mcp",
        "headers: {Authorization: 'file:till.authorization'}",
        "permit: {audience: till, lifetime: 60s}",
    ]
    return {**files, "tools/till.yaml": "\n".join(said) + "\n"}


@contextlib.contextmanager
def open_shop(folder: Path) -> Iterator[Shop]:
    """Start the till, make a home whose plan names it, start the gateway; end all of them."""
    shop = Shop(World(folder, {}))
    shop.world.till.mkdir(parents=True)
    shop.start()
    try:
        yield from _with_gateway(folder, shop)
    finally:
        shop.end()


def _with_gateway(folder: Path, shop: Shop) -> Iterator[Shop]:
    world = make_world(folder, shop_files, port=shop.port)
    shop.world = world
    secret = world.home / "credentials" / "till.authorization"
    secret.parent.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(f"Bearer {CREDENTIAL}")
    try:
        world.start()
        yield shop
    finally:
        world.end()
        world.client.close()
