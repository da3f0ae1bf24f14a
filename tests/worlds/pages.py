"""The console's pages over a bank in memory, served to a real browser or to a client in process."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.testclient import TestClient

from tests.worlds.bank import LIMITS, Bank, bank_bundle
from tests.worlds.browser import started
from tests.worlds.console import Visitor
from tests.worlds.people import Passholder
from watchkeeper.console import make_app
from watchkeeper.console.door import cookie_name
from watchkeeper.loop.surface import Surface, Urls
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.bundle import Bundle, Limits
from watchkeeper.records.plan.people import Console


@dataclass
class Desk:
    """A bank, people with passkeys, and the console's pages over it at `url`."""

    url: str
    path: Path = field(default_factory=lambda: Path("nowhere"))
    limits: Limits = field(default_factory=lambda: replace(LIMITS, pending_per_agent=1_000))
    bundle: Bundle = field(default_factory=bank_bundle)
    people: tuple[str, ...] = ("ana", "ben", "cyd")
    make: Callable[[Bundle], Bank] = Bank

    def __post_init__(self) -> None:
        self.holders = {name: Passholder(name, origin=self.url) for name in self.people}
        self.bank = self.make(self._bundle(self.bundle))
        surface = Surface(self.bank.kernel, self.path, self._command, Urls("", self.url))
        self.app = make_app(surface)

    @property
    def cookie(self) -> str:
        return cookie_name(self.url)

    def visitor(self, person: str | None = None) -> Visitor:
        """Somebody without a screen; signed in by passkey, where it is a person."""
        client = TestClient(self.app, self.url, follow_redirects=False)
        found = Visitor(self.url, client=client)
        if person is not None:
            assert found.sign_in(self.holders[person]).status_code == 200
        return found

    def token(self, person: str) -> str:
        return str(self.visitor(person).client.cookies[self.cookie])

    def release(self, bundle: Bundle) -> str:
        """Put another plan into force, with the passkeys that people have."""
        return self.bank.release(self._bundle(bundle))

    def _bundle(self, bundle: Bundle) -> Bundle:
        people = tuple(
            replace(p, passkeys=(self.holders[p.id].passkey,)) if p.id in self.holders else p
            for p in bundle.people
        )
        return replace(bundle, people=people, console=Console(self.url), limits=self.limits)

    async def _command(self, signature: Signature, beside: dict[str, Any]) -> Any:
        return self.bank.commands.run(signature, beside)

    def get(self, path: str, person: str | None = "ben") -> httpx2.Response:
        return self.visitor(person).get(path)


@dataclass
class Looked:
    """A page in a browser, and what it did that it should not have."""

    desk: Desk
    context: Any
    page: Any
    seen: list[str] = field(default_factory=list)
    scripted: bool = True

    def open(self, path: str) -> None:
        self.page.goto(self.desk.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until keys count: none does just after a page was shown."""
        if self.scripted:
            self.page.wait_for_selector("html[data-settled]")


@contextlib.contextmanager
def served(**changes: Any) -> Iterator[Desk]:
    """Serve the pages at a port of their own."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        desk = Desk(f"http://localhost:{bound.getsockname()[1]}", **changes)
        config = uvicorn.Config(desk.app, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        try:
            yield desk
        finally:
            server.should_exit = True
            server.force_exit = True
            thread.join(20)


@contextlib.contextmanager
def looking(
    browser: Any, desk: Desk, person: str, *, verified: bool = True, **context: Any
) -> Iterator[Looked]:
    """Look at the pages as a person whose passkey is in this browser's authenticator."""
    around = browser.new_context(**context)
    around.add_cookies([{"name": desk.cookie, "value": desk.token(person), "url": desk.url}])
    page = around.new_page()
    scripted = context.get("java_script_enabled", True)
    found = Looked(desk, around, page, scripted=scripted)
    page.on("pageerror", lambda error: found.seen.append(f"fault {error}"))
    page.on("console", lambda message: found.seen.append(f"message {message.text}"))
    page.on("request", lambda asked: _note_foreign(found, asked.url))
    if scripted:
        _authenticator(around, page, desk.holders[person], verified=verified)
    yield found
    around.close()


def _note_foreign(found: Looked, url: str) -> None:
    if not url.startswith(found.desk.url):
        found.seen.append(f"request {url}")


def _authenticator(around: Any, page: Any, holder: Passholder, *, verified: bool) -> None:
    """Give a browser an authenticator that holds a person's passkey (CDP domain WebAuthn)."""
    session = around.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    raw = holder.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = holder.passkey.credential
    given = {
        "credentialId": base64.b64encode(
            base64.urlsafe_b64decode(credential + "=" * (-len(credential) % 4))
        ).decode(),
        "isResidentCredential": True,
        "rpId": holder.rp_id,
        "privateKey": base64.b64encode(raw).decode(),
        "userHandle": base64.b64encode(holder.person.encode()).decode(),
        "signCount": 0,
    }
    session.send(
        "WebAuthn.addCredential",
        {"authenticatorId": made["authenticatorId"], "credential": given},
    )


__all__ = ["Desk", "Looked", "looking", "served", "started"]
