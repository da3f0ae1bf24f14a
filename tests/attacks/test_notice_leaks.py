"""What leaves the house with a notice: a count, a time and a link, and nothing of what is asked.

A gateway that runs, a mail server and a web service that keep every byte; killed in between.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.worlds.console import ConsoleWorld, open_console
from tests.worlds.sinks import PASSWORD, Sinks, open_sinks
from tests.worlds.till_workspace import till_files
from watchkeeper import wiring
from watchkeeper.cli.do import app
from watchkeeper.records.action import Outcome
from watchkeeper.records.codec import to_json

WHOM, KEY = "Somebody-Very-Private", "key-of-the-customer"
_TELLING = """\
channels: {ben-mail: 'env:BEN_MAIL', ops-web: {address: 'file:ops.url', every: 1m}}
on_call: {lead: [{after: 0s, tell: [ben-mail]}, {after: 4s, tell: [ops-web]}]}
"""


def _files(till: Path, keys: Mapping[str, str], **more: Any) -> dict[str, str]:
    """The till's workspace, with channels, and Dan with a key of his own and the role `operate`."""
    people = till.parent / "people"
    people.mkdir(mode=0o700)
    public = wiring.create_person_key(people / "dan.key", PASSWORD)
    named = {**keys, "dan": base64.b64encode(public).decode()}
    found = dict(till_files(till, named, **more))
    aims = found["aims.yaml"].replace("  operate: [ana]", "  operate: [ana, dan]")
    assert aims != found["aims.yaml"]
    found["aims.yaml"] = aims + _TELLING
    return found


class Told:
    """A gateway after an action climbed its ladder, with the gateway killed on the way."""

    def __init__(self, console: ConsoleWorld, sinks: Sinks) -> None:
        self.console, self.world, self.sinks = console, console.world, sinks
        self.handle = self.world.call("pay", to=WHOM, amount=312.75, key=KEY).handle
        sinks.wait(lambda: bool(sinks.mails))
        self.world.kill()
        self.world.start()
        sinks.wait(lambda: len(sinks.mails) > 1)
        sinks.wait(lambda: bool(sinks.posts))

    @property
    def sent(self) -> str:
        raw = b"\n".join((*self.sinks.mails, *self.sinks.posts)).decode()
        said = [json.loads(one)["message"] for one in self.sinks.posts]
        return "\n".join((raw, *self.sinks.texts, *said))

    @property
    def errors(self) -> str:
        return (self.world.path / "gateway.err").read_text()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("notices") / "world"
    with open_sinks() as sinks, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BEN_MAIL", sinks.mail_url)
        patch.setenv("WATCHKEEPER_PEOPLE", str(folder / "people"))
        patch.setenv("WATCHKEEPER_PASSPHRASE", PASSWORD)
        address = folder / "home" / "credentials" / "ops.url"

        def keep() -> None:
            address.parent.mkdir(parents=True, exist_ok=True)
            address.write_text(sinks.web_url)
            address.chmod(0o600)

        with open_console(folder, _files) as console:
            keep()
            yield Told(console, sinks)


def test_it_says_how_many_until_when_and_where(told: Told) -> None:
    link = f"{told.console.place}/e/{told.handle}"
    first, again = told.sinks.texts[:2]
    for text in (first, again):
        assert text.startswith("1 action waits for a decision\n")
        assert link in text
    post = json.loads(told.sinks.posts[0])
    assert post["title"] == "1 action waits for a decision, unanswered for 4 seconds"
    assert link in post["message"]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield str(value)


def test_nothing_of_the_action_is_in_it(told: Told) -> None:
    """Every value of its record and of what stands beside it, but for the link's own."""
    [entry, *_] = [
        one
        for one in told.world.entries()
        if getattr(one.record.predicate, "decision", None) is not None
        and getattr(one.record.predicate.decision, "outcome", None) is Outcome.ESCALATE
    ]
    assert entry.payload is not None
    values = {*_leaves(to_json(entry.record.predicate)), *_leaves(entry.payload.body)}
    assert {WHOM, KEY, "312.75", "payer", "till", "lead"} <= values
    for value in values - {told.handle}:
        if len(value) > 3:
            assert value not in told.sent, value


def test_the_addresses_are_nowhere_else(told: Told) -> None:
    assert PASSWORD not in told.errors
    assert told.sinks.mail_url not in told.errors
    _, health = told.world.health()
    listed = told.world.ask("ben", "channels", {})
    visitor, _ = told.console.come_in("ben")
    shown = json.dumps([health, listed, visitor.get("/api/v1/escalations").json()])
    assert PASSWORD not in shown
    assert health["silentChannels"] == 0
    for path in told.world.home.rglob("*"):
        if path.is_file() and path.name != "ops.url":
            assert PASSWORD.encode() not in path.read_bytes(), path


def test_a_name_with_a_newline_makes_no_header(told: Told) -> None:
    """Nothing that an agent chooses stands in a notice at all, so nothing can be smuggled in."""
    before = len(told.sinks.posts) + len(told.sinks.mails)
    name = "x\r\nBcc: eve@example.org\r\n\r\nhello"
    told.world.call("pay", to=name, amount=300, key="another")
    told.world.ask("ana", "try-channel", {"channel": "ben-mail"})
    told.sinks.wait(lambda: len(told.sinks.posts) + len(told.sinks.mails) > before)
    assert "eve@" not in told.sent


def test_the_channels_are_listed(told: Told) -> None:
    code, out = _run(told, "--json")
    listed = {one["channel"]: one for one in json.loads(out)}
    assert (code, listed["ben-mail"]["state"]) == (0, "heard")
    assert listed["ben-mail"]["roles"] == ["lead"]
    assert "ops-web  for lead  heard, last at" in _run(told)[1]


def test_a_channel_is_tried_at_a_terminal(told: Told) -> None:
    before = len(told.sinks.posts)
    assert _run(told, "--test", "ops-web") == (0, "it went out by ops-web\n")
    # What waits since another test may be told of meanwhile.
    assert any("A test of this channel" in post.decode() for post in told.sinks.posts[before:])
    told.sinks.status = 500
    try:
        code, out = _run(told, "--test", "ops-web")
    finally:
        told.sinks.status = 200
    assert (code, "nobody took it" in out) == (1, True)
    assert _run(told, "--test", "nowhere")[0] == 2


def _run(told: Told, *more: str) -> tuple[int, str]:
    arguments = ["channels", "--by", "dan", "--home", str(told.world.home), *more]
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout
