"""Accounts, channels and ladders: from `aims.yaml` into the plan, linted, and compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.show import render_plan
from watchkeeper.plan.whole import compile_folder, lint_workspace
from watchkeeper.records.codec import from_json, to_json
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Channel, Console, OpenId, Rung, SignIn

ISSUER = "https://id.example/realm"
CONSOLE = f"""\
console:
  url: https://watch.example
  session: 4h
  idle: 10m
  openid: {{issuer: {ISSUER}, client_id: wk, client_secret: file:openid.secret
    , scopes: [openid, groups]}}
"""
CHANNELS = """\
channels: {lead-mail: env:LEAD_MAIL, ops-chat: {address: file:chat.url, every: 1h}}
on_call: {lead: [{after: 0s, tell: [lead-mail]}, {after: 15m, tell: [lead-mail, ops-chat]}]}
"""
ACCOUNT = f"    sign_in: [{{issuer: '{ISSUER}', subject: '248289'}}]\n"


def _written(folder: Path, more: str = "", ana: str = "", ben: str = "") -> Path:
    text = FILES["aims.yaml"].replace("    name: Ana\n", f"    name: Ana\n{ana}")
    text = text.replace("    name: Ben\n", f"    name: Ben\n{ben}")
    return write_workspace(folder, {"aims.yaml": text + more})


def _codes(folder: Path) -> set[tuple[str, str]]:
    return {(f.severity.value, f.code) for f in lint_workspace(folder).findings}


def test_all_of_it_stands_in_the_plan(tmp_path: Path) -> None:
    bundle = compile_folder(_written(tmp_path, CONSOLE + CHANNELS, ben=ACCOUNT))
    openid = OpenId(ISSUER, "wk", "file:openid.secret", ("groups",))
    assert bundle.console == Console("https://watch.example", 14_400, 600, openid)
    assert bundle.people[1].sign_in == (SignIn(ISSUER, "248289"),)
    assert bundle.channels == {
        "lead-mail": Channel("env:LEAD_MAIL"),
        "ops-chat": Channel("file:chat.url", 3_600),
    }
    rungs = (Rung(0, ("lead-mail",)), Rung(900, ("lead-mail", "ops-chat")))
    assert bundle.on_call == {"lead": rungs}
    assert from_json(Bundle, to_json(bundle)) == bundle
    assert "  lead: at once lead-mail; after 15 minutes lead-mail, ops-chat" in render_plan(bundle)


def test_a_plan_without_it_keeps_its_bytes() -> None:
    said = to_json(bank_bundle())
    assert not {"channels", "onCall", "console"} & said.keys()
    assert all("signIn" not in person for person in said["people"])
    assert to_json(Console("https://watch.example")) == {"url": "https://watch.example"}


@pytest.mark.parametrize(
    "said",
    [
        "channels: {ops: 'mailto://user:hunter2@mail.example'}",
        "channels: {ops: 'text:mailto://user:hunter2@mail.example'}",
        "channels: {ops: {address: 'slack://T/hunter2/C'}}",
        CONSOLE.replace("file:openid.secret", "hunter2"),
        CONSOLE.replace("file:openid.secret", "'text:hunter2'"),
        CONSOLE.replace(ISSUER, "http://id.example"),
        CONSOLE.replace(ISSUER, "https://id.example/?a=b"),
    ],
)
def test_a_secret_itself_or_a_place_in_the_clear_stops_the_release(
    tmp_path: Path, said: str
) -> None:
    linted = lint_workspace(_written(tmp_path, said + "\n"))
    assert linted.bundle is None
    assert not any("hunter2" in str(found) for found in linted.findings)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (CHANNELS.replace("tell: [lead-mail]", "tell: [mail]"), ("safety", "unknown-reference")),
        (CHANNELS.replace("on_call: {lead", "on_call: {boss"), ("safety", "unknown-reference")),
        (CHANNELS.replace("15m", "0s"), ("safety", "rungs-out-of-order")),
        (CHANNELS.replace("15m", "4w"), ("management", "rung-too-late")),
        (CHANNELS.replace(", ops-chat]", "]"), ("management", "channel-unused")),
        (CHANNELS.replace("{lead:", "{operate:"), ("management", "ladder-for-nothing")),
        (CHANNELS.replace("{lead:", "{operate:"), ("management", "nobody-is-told")),
        ("on_call: {lead: []}\n", ("management", "ladder-goes-nowhere")),
        ("on_call: {lead: [{after: 0s, tell: []}]}\n", ("management", "ladder-goes-nowhere")),
        (CONSOLE, ("management", "openid-for-nobody")),
        (CONSOLE.replace("10m", "9h"), ("management", "idle-too-long")),
    ],
)
def test_what_leads_nowhere_is_named(tmp_path: Path, said: str, found: tuple[str, str]) -> None:
    assert found in _codes(_written(tmp_path, said))


def test_a_ladder_for_a_role_that_nobody_holds(tmp_path: Path) -> None:
    text = FILES["aims.yaml"].replace("lead: [ana, ben]", "lead: []") + CHANNELS
    folder = write_workspace(tmp_path, {"aims.yaml": text})
    assert ("management", "ladder-without-holder") in _codes(folder)


def test_a_good_ladder_and_account_are_nothing_to_name(tmp_path: Path) -> None:
    plain = _codes(write_workspace(tmp_path / "a", {}))
    assert _codes(_written(tmp_path / "b", CONSOLE + CHANNELS, ben=ACCOUNT)) == plain


def test_an_account_is_one_persons(tmp_path: Path) -> None:
    folder = _written(tmp_path, CONSOLE, ana=ACCOUNT, ben=ACCOUNT)
    assert ("safety", "account-shared") in _codes(folder)


def test_an_account_of_another_provider(tmp_path: Path) -> None:
    folder = _written(tmp_path, CONSOLE, ben=ACCOUNT.replace("/realm", "/realm/"))
    assert ("management", "sign-in-nowhere") in _codes(folder)


def _telling(**changes: object) -> Bundle:
    console = Console("https://watch.example", 3_600, 600, OpenId(ISSUER, "wk"))
    bundle = replace(
        bank_bundle(),
        console=console,
        channels={"a": Channel("env:A"), "b": Channel("env:B")},
        on_call={"lead": (Rung(0, ("a",)), Rung(900, ("b",)))},
    )
    return replace(bundle, **changes)


@pytest.mark.parametrize(
    ("changes", "weaker"),
    [
        ({"on_call": {"lead": (Rung(0, ("a",)), Rung(1_800, ("b",)))}}, True),
        ({"on_call": {"lead": (Rung(0, ("a",)),)}}, True),
        ({"on_call": {}}, True),
        ({"on_call": {"lead": (Rung(0, ("a", "b")),)}}, False),
        ({"channels": {"a": Channel("env:A")}}, True),
        ({"channels": {"a": Channel("env:A"), "b": Channel("env:C")}}, True),
        ({"console": Console("https://watch.example", 7_200, 600, OpenId(ISSUER, "wk"))}, True),
        ({"console": Console("https://watch.example", 3_600, 60, OpenId(ISSUER, "wk"))}, False),
        ({"console": Console("https://watch.example", 3_600, 600, OpenId("https://e", "w"))}, True),
        ({"console": Console("https://watch.example", 3_600, 600)}, False),
    ],
)
def test_less_telling_and_longer_sessions_are_weaker(
    changes: dict[str, object], *, weaker: bool
) -> None:
    found = diff_bundles(_telling(), _telling(**changes))
    assert bool(found.weakenings) is weaker
    assert bool(found.strengthenings) is not weaker


def test_another_account_is_weaker() -> None:
    people = tuple(
        replace(p, sign_in=(SignIn(ISSUER, "1"),)) if p.id == "ben" else p
        for p in bank_bundle().people
    )
    assert diff_bundles(_telling(), _telling(people=people)).weakenings
    assert diff_bundles(_telling(people=people), _telling()).strengthenings
