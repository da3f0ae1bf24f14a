"""Commands by passkey in the page: it takes and refuses the same ones as the verifier in Python."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import allowed, bank_bundle, escalated, pay
from tests.worlds.browser import Opened, opened, started
from tests.worlds.disk_bank import DiskBank
from tests.worlds.people import CONSOLE, Passholder, high_s
from watchkeeper import wiring
from watchkeeper.errors import CommandInvalid
from watchkeeper.ledger.assertion import EDDSA, ES256, RS256, passkey_keys
from watchkeeper.ledger.envelope import open_command
from watchkeeper.records.action import Status
from watchkeeper.records.codec import to_json
from watchkeeper.records.people import Passkey, Signature
from watchkeeper.records.plan.people import Console
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Wish

PLACE = "https://watch.example"
_OPEN = """async ([signature, passkey, place]) => {
  try {
    const { keys } = await authorityOf({ passkeys: { ana: [passkey] }, console: place });
    return (await openCommand(signature, keys('ana'))).verb;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return null;
  }
}"""
Change = Callable[[Passholder], None]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("page")) as found:
        yield found


def _in_the_page(page: Opened, signature: Signature, passkey: Passkey, place: str) -> bool:
    given = [to_json(signature), to_json(passkey), place]
    return page.page.evaluate(_OPEN, given) == "stop"


def _in_python(signature: Signature, passkey: Passkey, place: str) -> bool:
    try:
        return open_command(signature, passkey_keys((passkey,), place)).verb == "stop"
    except CommandInvalid:
        return False


def _both(page: Opened, signature: Signature, passkey: Passkey, place: str = CONSOLE) -> bool:
    found = _in_python(signature, passkey, place)
    assert _in_the_page(page, signature, passkey, place) is found
    return found


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_each_kind_of_passkey_signs(page: Opened, algorithm: int) -> None:
    ana = Passholder("ana", algorithm=algorithm)
    for _ in range(20):  # numbers of every length stand in an ECDSA signature
        assert _both(page, ana.command("o", "stop", {}), ana.passkey)
    bent = ana.command("o", "stop", {})
    raw = bytearray(base64.b64decode(bent.sig))
    raw[-1] ^= 1
    assert not _both(page, replace(bent, sig=base64.b64encode(raw).decode()), ana.passkey)
    for other in {ES256, EDDSA, RS256, -37} - {algorithm}:
        assert not _both(page, bent, replace(ana.passkey, algorithm=other))


LIES: dict[str, Change] = {
    "another site": lambda one: setattr(one, "origin", "https://evil.example"),
    "another place": lambda one: setattr(one, "rp_id", "evil.example"),
    "nobody there": lambda one: setattr(one, "up", False),
    "nobody recognised": lambda one: setattr(one, "uv", False),
    "a registration": lambda one: one.client.update(type="webauthn.create"),
    "another challenge": lambda one: one.client.update(challenge="AAAA"),
    "inside another page": lambda one: setattr(one, "cross_origin", True),
    "nothing said of that": lambda one: one.client.update(crossOrigin=None),
    "the page around it": lambda one: one.client.update(topOrigin=CONSOLE),
    "attested": lambda one: setattr(one, "flags", 64),
    "copied": lambda one: setattr(one, "flags", 16),
    "extensions said": lambda one: setattr(one, "flags", 128),
    "extensions not said": lambda one: setattr(one, "extra", b"\xa0"),
    "a book": lambda one: one.client.update(more="m" * 4096),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_is_refused(page: Opened, lie: str) -> None:
    ana = Passholder("ana")
    LIES[lie](ana)
    assert not _both(page, ana.command("o", "stop", {}), ana.passkey)


def test_the_rest_is_taken_alike(page: Opened) -> None:
    ana = Passholder("ana", flags=8 | 16)
    signature = ana.command("o", "stop", {})
    assert _both(page, signature, ana.passkey)
    assert _both(page, high_s(signature), ana.passkey)
    assert not _both(page, signature, ana.passkey, PLACE)
    assert not _both(page, signature, ana.passkey, "https://[::1")
    assert not _both(page, replace(signature, assertion=None), ana.passkey)
    longer = base64.b64encode(ana.spki + b"\0").decode()
    assert not _both(page, signature, replace(ana.passkey, public_key=longer))


def _bundle(folder: Path) -> tuple[bytes, dict[str, str]]:
    """An approval by passkey and what came of it, in a bundle; with the keys to trust."""
    ben = Passholder("ben", origin=PLACE, rp_id="watch.example")
    people = (
        replace(one, keys=(), passkeys=(ben.passkey,)) if one.id == "ben" else one
        for one in bank_bundle().people
    )
    plan = replace(bank_bundle(), people=tuple(people), console=Console(PLACE))
    bank = DiskBank(folder / "home", plan)
    asked = escalated(bank.ask(pay(300)))
    assert asked.ticket is not None
    asked.ticket.wait(10)
    body = {**bank.verdict_body(asked.handle), "millis": 900}
    said = ben.command(bank.log.origin, "approve", body, at=bank.clock.wall())
    bank.commands.run(said, {})
    answer = allowed(bank.come_back(asked.handle))
    bank.kernel.finish(answer, Status.SUCCEEDED, bank.home.now(), {"content": []}).wait(10)
    bank.log.publish_now()
    bank.close()
    out, log = folder / "out.wkb", bank.path / "log"
    wish = Wish(Selection())
    wiring.write_bundle(str(bank.path), out, wish, replace=True, progress=lambda _a, _b: None)
    pins = {"vkey": (log / "log.vkey").read_text(), "records": (log / "records.pem").read_text()}
    return out.read_bytes(), pins


def test_a_bundle_with_a_verdict_by_passkey_holds(page: Opened, tmp_path: Path) -> None:
    bundle, pins = _bundle(tmp_path)
    found: dict[str, Any] = page.verify(bundle, pins)
    assert (found["ok"], found["failed"], found["refused"]) == (True, [], None)
