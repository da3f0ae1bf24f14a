"""A home with a plan in force, people with keys, and a refund desk with a database of its own.

All of it is made once; each run gets a copy of the home. The template is left as a crash would
leave it: half a frame at the end of its segment, and nothing published, so that each run begins
with a recovery.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from watchkeeper import wiring
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.plan.draft.basis import assess_again
from watchkeeper.plan.whole import Linted, beside_plan
from watchkeeper.ports import Signer
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.people import Command, Signature
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person

EXAMPLE = Path(__file__).parents[2] / "examples" / "refund-desk"
AGENT = "refund-agent"
_TIMEOUT = {False: ("timeout: 30s", "timeout: 1s"), True: ("timeout: 30s", "timeout: 5s")}
"""How long a refund may take: an unknown effect can be settled two seconds after that."""
_WITHOUT_END = (("count: 120", "count: 100000000"), ("sum: 1500.00", "sum: 99999999999.00"))
_LIMITS = "limits: {facts_per_minute: 1000000, refusals_per_minute: 1000000}\n"
_PASSPHRASE = "faults"  # noqa: S105 - of keys that live as long as a run
_CENTS = 50_000_000
_POINT = Point("terminal", Boundary.IN_PROCESS)


@dataclass(frozen=True, slots=True)
class House:
    """The paths of one house; `template` is the home that is copied for each run."""

    root: Path

    @property
    def template(self) -> Path:
        """The home that each run begins with."""
        return self.root / "template"

    @property
    def database(self) -> Path:
        """The refund desk's own database: what was really done."""
        return self.root / "desk.db"

    @property
    def token(self) -> str:
        """The agent's bearer token."""
        return (self.root / "agent.token").read_text("ascii")

    @property
    def vkey(self) -> str:
        """The log's verifier key, kept when the home was made."""
        return (self.root / "log.vkey").read_text("utf-8")

    def signer(self, person: str) -> Signer:
        """Open a person's key."""
        return wiring.person_signer(self.root / f"{person}.key", _PASSPHRASE)

    def refunds(self, begin: str) -> list[tuple[str, str, int]]:
        """Return (request, order, cents) of each refund whose request id begins so."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(
                "SELECT request_id, order_id, amount_cents FROM refunds"
                " WHERE request_id LIKE ? || '%' ORDER BY refund_id",
                (begin,),
            ).fetchall()


@contextlib.contextmanager
def open_house(root: Path, *, wide: bool = False) -> Iterator[House]:
    """Seed a desk, start it, and make the template; the desk ends with the block.

    With `wide` the plan lets many callers work for long: budgets and limits without end.
    """
    root.mkdir(parents=True)
    house = House(root)
    credential = secrets.token_urlsafe(32)
    (root / "desk.credential").write_text(credential, "ascii")
    serve = [sys.executable, str(EXAMPLE / "serve.py"), "--database", str(house.database)]
    subprocess.run([*serve, "--seed", "42001"], check=True)
    with contextlib.closing(sqlite3.connect(house.database)) as database:
        # Enough money in each order for every run.
        database.execute("UPDATE orders SET amount_cents = ?", (_CENTS,))
        database.commit()
    with (root / "desk.err").open("ab") as messages:
        desk = subprocess.Popen(
            [*serve, "--credential", str(root / "desk.credential")],
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
        )
    try:
        if desk.stdout is None:
            raise OSError("the refund desk has no output")
        url = json.loads(desk.stdout.readline())["url"]
        make_home(house, url, wide=wide)
        _credential(house.template, f"Bearer {credential}")
        _crash(house.template)
        yield house
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.communicate(timeout=30)


def make_home(house: House, url: str = "http://127.0.0.1:8931/mcp", *, wide: bool = False) -> None:
    """Make the template for a desk at `url`: a plan in force, a token, nothing done yet."""
    aims = house.root / "aims"
    shutil.copytree(EXAMPLE / "aims", aims)
    _change(aims / "tools" / "desk.yaml", ("http://127.0.0.1:8931/mcp", url), _TIMEOUT[wide])
    if wide:
        _change(aims / "authority" / "refund-agent.yaml", *_WITHOUT_END)
        with (aims / "aims.yaml").open("a", encoding="utf-8") as file:
            file.write(_LIMITS)
    linted = assess_again(aims)
    bundle = _plan(house, linted)
    ana = house.signer("ana")
    public = base64.b64encode(ana.public_key).decode()
    log = wiring.create_log(
        house.template, name="faults.example/desk", stage=bundle.stage,
        first_release={"ana": (public,)},
    )  # fmt: skip
    try:
        commands = Commands(Kernel(Home(log, wiring.clock(), wiring.ids()), _POINT))
        raw = bundle_bytes(bundle)
        value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
        body = {"plan": bundle_digest(raw), "previous": None}
        commands.run(
            signed(ana, "ana", log.origin, "release", body),
            {"bundle": value, **beside_plan(linted)},
        )
        token = "wk_" + secrets.token_urlsafe(32)
        (house.root / "agent.token").write_text(token, "ascii")
        digest = hashlib.sha256(token.encode()).hexdigest()
        said = {"agent": AGENT, "name": "faults", "digest": digest}
        commands.run(signed(ana, "ana", log.origin, "token", said), {})
    finally:
        log.close()
    shutil.copyfile(house.template / "log" / "log.vkey", house.root / "log.vkey")


def signed(signer: Signer, person: str, origin: str, verb: str, body: dict[str, Any]) -> Signature:
    """Return a person's signed command."""
    nonce, at = wiring.ids().random_bytes(16).hex(), wiring.clock().wall()
    return seal_command(Command(origin, person, verb, nonce, at, body), signer)


def _change(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        if old not in text:
            raise ValueError(f"the example says no more {old!r} in {path.name}")
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")


def _plan(house: House, linted: Linted) -> Bundle:
    """Return a workspace's plan, with our people's keys."""
    bundle = linted.bundle
    if bundle is None:
        raise ValueError(f"the example does not hold: {linted.findings[0]}")
    keys = {
        person: base64.b64encode(
            wiring.create_person_key(house.root / f"{person}.key", _PASSPHRASE)
        ).decode()
        for person in ("ana", "ben")
    }
    people = tuple(
        Person(p.id, p.name, (keys[p.id],) if p.id in keys else ()) for p in bundle.people
    )
    return replace(bundle, people=people)


def _credential(home: Path, authorization: str) -> None:
    folder = home / "credentials"
    folder.mkdir(mode=0o700)
    path = folder / "desk.authorization"
    path.touch(0o600)
    path.write_text(authorization, "ascii")


def _crash(home: Path) -> None:
    """Leave the home as a crash does: half a frame that nobody was told of, nothing published."""
    segment = home / "segments" / "00000000.seg"
    frame = segment.read_bytes()[:300]
    with segment.open("ab") as file:
        file.write(frame)
    shutil.rmtree(home / "log" / "tile")
    shutil.rmtree(home / "log" / "plans")
