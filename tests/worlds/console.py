"""A real gateway with its console, and people who come to it without a browser."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from tests.worlds.bank import Bank, bank_bundle
from tests.worlds.enrolled import code_for
from tests.worlds.gateway import World, make_world
from tests.worlds.people import CONSOLE, Passholder
from tests.worlds.till_workspace import till_files
from watchkeeper import wiring
from watchkeeper.console import make_app
from watchkeeper.loop.codes import render_code
from watchkeeper.loop.surface import Surface, Urls
from watchkeeper.records.instant import render_instant
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Console

Json = dict[str, Any]


@dataclass
class Visitor:
    """A browser without a screen: it keeps cookies, and says where its pages come from."""

    place: str
    csrf: str = ""
    client: Any = field(default_factory=lambda: httpx2.Client(timeout=30))
    said: Json = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(self.place + path, headers=headers)

    def post(
        self, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Post JSON as a page of the console does."""
        given = {"origin": self.place, "x-csrf": self.csrf, **(headers or {})}
        return self.client.post(self.place + path, json=body or {}, headers=given)

    def send_form(self, path: str, **fields: str) -> httpx2.Response:
        given = {"origin": self.place}
        return self.client.post(self.place + path, data=fields, headers=given)

    def look(self) -> str:
        """Open one's own page and take its token."""
        page = self.get("/me").text
        self.csrf = page.partition('name="csrf" content="')[2].partition('"')[0]
        return page

    @property
    def signed_in(self) -> bool:
        return self.get("/api/v1/me").status_code == 200

    def sign_in(self, holder: Passholder) -> httpx2.Response:
        """Sign in by passkey."""
        asked = self.post("/api/v1/sign-in/passkey/options").json()
        answer = holder.web_answer(asked["challenge"])
        body = {"challenge": asked["challenge"], "assertion": answer}
        found = self.post("/api/v1/sign-in/passkey", body)
        if found.status_code == 200:
            self.look()
        return found

    def say(self, holder: Passholder, verb: str, body: Json) -> httpx2.Response:
        """Have a passkey sign a command that the console makes, and give it back."""
        asked = self.post("/api/v1/challenges", {"verb": verb, "body": body}).json()
        self.said = {
            "payload": asked["payload"],
            "assertion": holder.web_answer(asked["challenge"]),
            "beside": {},
        }
        return self.post("/api/v1/commands", self.said)

    def register(self, holder: Passholder) -> httpx2.Response:
        """Have a passkey registered in the session there is."""
        asked = self.post("/api/v1/passkeys/options").json()
        body = {
            "challenge": asked["challenge"],
            "credential": holder.registration(asked["challenge"]),
        }
        found = self.post("/api/v1/passkeys", body)
        if found.status_code == 201:
            self.look()
        return found


@dataclass
class ConsoleWorld:
    """A gateway with a console, at a place that its plan names."""

    world: World
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def place(self) -> str:
        return self.world.console

    def visitor(self) -> Visitor:
        self.visitors.append(Visitor(self.place))
        return self.visitors[-1]

    def holder(self, person: str, **changes: Any) -> Passholder:
        """Somebody's authenticator, made for this place."""
        return Passholder(person, **{"origin": self.place, **changes})

    def code(self, person: str, by: str = "") -> str:
        """Have a code made at a terminal."""
        raw = secrets.token_bytes(16)
        body = {
            "person": person,
            "digest": hashlib.sha256(raw).hexdigest(),
            "expires": render_instant(wiring.clock().wall().plus(590)),
        }
        self.world.ask(by or person, "console-code", body)
        return render_code(raw)

    def come_in(self, person: str) -> tuple[Visitor, Passholder]:
        """Register a passkey by a code; returns who is signed in by then, and with what."""
        visitor, holder = self.visitor(), self.holder(person)
        assert visitor.send_form("/sign-in/code", code=self.code(person)).status_code == 303
        visitor.look()
        assert visitor.register(holder).status_code == 201
        return visitor, holder


class InsideConsole:
    """The console over a bank in memory, without a process: as fast as its own code."""

    def __init__(self, place: str = CONSOLE, bundle: Bundle | None = None) -> None:
        bundle = bundle or bank_bundle()
        named = bundle.console or (None if place == CONSOLE else Console(place))
        self.place = place
        self.bank = Bank(replace(bundle, console=named))
        self.app = make_app(
            Surface(self.bank.kernel, Path("nowhere"), self._command, Urls("", place))
        )

    def visitor(self, address: str = "192.0.2.1") -> Visitor:
        client = TestClient(self.app, self.place, client=(address, 40_000), follow_redirects=False)
        return Visitor(self.place, client=client)

    def holder(self, person: str, **changes: Any) -> Passholder:
        host = self.place.partition("://")[2].partition(":")[0]
        return Passholder(person, **{"origin": self.place, "rp_id": host, **changes})

    def code(self, person: str, by: str = "") -> str:
        return code_for(self.bank, person, by, place=self.place)

    def come_in(self, person: str) -> tuple[Visitor, Passholder]:
        """Register a passkey by a code; returns who is signed in by then, and with what."""
        visitor, holder = self.visitor(), self.holder(person)
        assert visitor.send_form("/sign-in/code", code=self.code(person)).status_code == 303
        visitor.look()
        assert visitor.register(holder).status_code == 201
        return visitor, holder

    async def _command(self, signature: Signature, beside: Json) -> Any:
        return self.bank.commands.run(signature, beside)


@contextlib.contextmanager
def open_console(
    folder: Path, workspace: Any = till_files, *, console: str = "", **changes: Any
) -> Iterator[ConsoleWorld]:
    """Make a world whose plan names its console, start it, and end it.

    `console` is more that the plan says of it, as the inside of a flow mapping.
    """
    port = _free_port()

    def files(till: Path, keys: Mapping[str, str], **more: Any) -> dict[str, str]:
        found = dict(workspace(till, keys, **more))
        place = f"url: 'http://localhost:{port}'"
        found["aims.yaml"] += f"console: {{{place}{', ' if console else ''}{console}}}\n"
        return found

    world = make_world(folder, files, **changes)
    world.console_port, opened = port, ConsoleWorld(world)
    try:
        world.start()
        yield opened
    finally:
        for visitor in opened.visitors:
            visitor.client.close()
        world.end()
        world.client.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
