"""Somebody who knows the format changes a bundle and puts it together again as it should be."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bundles import forge, members_of, open_desk, runs_of_members, write
from tests.worlds.guarded import Shop
from tests.worlds.homes import Story
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.canonical import canonical
from watchkeeper.records.reference import Ref
from watchkeeper.verify import Verification, verify_bundle

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_desk(tmp_path_factory.mktemp("forged"))


@pytest.fixture(scope="module")
def refund(shop: Shop) -> Path:
    """The approved refund, with its receiver, the reason and the result disclosed."""
    names = ("arg.to", "reason", "result")
    return write(shop.home, shop.home.parent / "refund.wkb", decision="10", disclose=names)


@pytest.fixture(scope="module")
def whole(shop: Shop) -> Path:
    return write(shop.home, shop.home.parent / "whole.wkb", whole=True)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A home with enough records for ranges."""
    story = Story(tmp_path_factory.mktemp("busy") / "home")
    story.reopen()
    story.day()
    for _ in range(60):
        story.act()
    story.log.close()
    return story


def found_in(path: Path, **given: Any) -> set[int]:
    """Return the steps that fail; {0} if it was refused outright."""
    try:
        found = verify_bundle(path, workers=1, **given)
    except WatchkeeperError:
        return {0}
    return {finding.step for finding in found.findings}


def said_of(path: Path, **given: Any) -> Verification:
    return verify_bundle(path, workers=1, **given)


def claim_runs(members: Members) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest.update(runs=runs_of_members(members))


def name(kind: str, index: int, rest: str = "") -> str:
    return f"{kind}/{index:012d}{rest}"


def test_put_together_again_it_is_the_same(refund: Path, tmp_path: Path) -> None:
    again = forge(tmp_path / "again.wkb", members_of(refund))
    assert again.read_bytes() == refund.read_bytes()
    assert said_of(again).ok


def test_bytes_of_every_member(refund: Path, tmp_path: Path) -> None:
    """A seeded sample over all members; each change is found, or changes nothing that is said."""
    members, chance = members_of(refund), random.Random(20261123)
    untouched = said_of(refund)
    for member, raw in members.items():
        if member == "manifest.json":
            continue
        for place in chance.sample(range(len(raw)), min(len(raw), 12)):
            changed = bytearray(raw)
            changed[place] ^= 1 << chance.randrange(8)
            path = forge(tmp_path / "b.wkb", {**members, member: bytes(changed)})
            try:
                found = said_of(path)
            except WatchkeeperError:
                continue
            assert not found.ok or found == untouched, (member, place)


def test_an_entry_swapped_with_its_neighbour(refund: Path, busy: Story, tmp_path: Path) -> None:
    members = members_of(refund)
    one, two = (name("records", index, ".envelope.json") for index in (8, 9))
    swapped = {**members, one: members[two], two: members[one]}
    assert 3 in found_in(forge(tmp_path / "a.wkb", swapped))
    ranged = members_of(write(busy.path, tmp_path / "range.wkb", index=(20, 60)))
    [entries] = [member for member in ranged if member.endswith(".entries")]
    raw = ranged[entries]
    first = int.from_bytes(raw[:2], "big") + 2
    second = int.from_bytes(raw[first : first + 2], "big") + 2
    ranged[entries] = raw[first : first + second] + raw[:first] + raw[first + second :]
    assert 3 in found_in(forge(tmp_path / "b.wkb", ranged))


def test_a_record_with_the_proof_of_another(refund: Path, tmp_path: Path) -> None:
    members = members_of(refund)
    proof = name("records", 9, ".tlog-proof")
    members[proof] = members[name("records", 8, ".tlog-proof")]
    assert 3 in found_in(forge(tmp_path / "a.wkb", members))
    members[proof] = members[proof].replace(b"index 8\n", b"index 9\n")
    assert 3 in found_in(forge(tmp_path / "b.wkb", members))


def test_a_record_under_another_index(refund: Path, tmp_path: Path) -> None:
    """A real record with its real proof, called by the index of its neighbour."""
    members = members_of(refund)
    for rest in (".envelope.json", ".tlog-proof"):
        members[name("records", 12, rest)] = members.pop(name("records", 11, rest))
    moved = {member.replace("000000000011.", "000000000012."): r for member, r in members.items()}
    assert 3 in found_in(forge(tmp_path / "a.wkb", moved, claim_runs(moved)))


def test_a_proof_of_another_checkpoint(busy: Story, tmp_path: Path) -> None:
    """Both checkpoints are real: a bundle is under one of them."""
    before = members_of(write(busy.path, tmp_path / "before.wkb", index=(3, 9)))
    longer = shutil.copytree(busy.path, tmp_path / "home")
    story = Story.__new__(Story)
    story.__dict__.update(busy.__dict__, path=longer)
    story.log = _opened(story)
    story.act()
    story.log.close()
    after = members_of(write(longer, tmp_path / "after.wkb", index=(3, 9)))
    proof = name("records", 5, ".tlog-proof")
    assert 3 in found_in(forge(tmp_path / "a.wkb", {**after, proof: before[proof]}))
    mixed = {**after, "checkpoint": before["checkpoint"]}
    assert found_in(forge(tmp_path / "b.wkb", mixed)) == {0}


def _opened(story: Story) -> Any:
    from watchkeeper.adapters.posix import open_home

    return open_home(story.path, clock=story.clock, publish_seconds=3600.0)


def test_a_checkpoint_of_another_origin(refund: Path, busy: Story, tmp_path: Path) -> None:
    members = members_of(refund)
    other = (busy.path / "log/checkpoint").read_bytes()
    assert found_in(forge(tmp_path / "a.wkb", {**members, "checkpoint": other})) == {0}


def test_other_keys_than_the_log_names(refund: Path, busy: Story, tmp_path: Path) -> None:
    members = members_of(refund)
    for member in ("log.vkey", "records.pem"):
        other = (busy.path / "log" / member).read_bytes()
        assert found_in(forge(tmp_path / "a.wkb", {**members, member: other})) & {0, 1, 2}


def test_keys_that_were_pinned(refund: Path, shop: Shop, busy: Story) -> None:
    ours = (shop.home / "log/log.vkey").read_text()
    assert said_of(refund, vkey=ours).pinned
    assert found_in(refund, vkey=(busy.path / "log/log.vkey").read_text()) == {1, 2}
    assert {1, 4} <= found_in(refund, record_keys=[bytes(32)])


def test_a_whole_bundle_by_a_stranger(busy: Story, refund: Path, shop: Shop) -> None:
    """It holds by itself, which is why keys are pinned."""
    stranger = write(busy.path, busy.path.parent / "stranger.wkb")
    assert said_of(stranger).ok
    assert 2 in found_in(stranger, vkey=(shop.home / "log/log.vkey").read_text())


def test_a_hole_in_a_run(refund: Path, tmp_path: Path) -> None:
    members = members_of(refund)
    for rest in (".envelope.json", ".tlog-proof"):
        del members[name("records", 9, rest)]
    members = {member: r for member, r in members.items() if "000000000009" not in member}
    assert found_in(forge(tmp_path / "claimed.wkb", members)) == {0}
    honest = forge(tmp_path / "hole.wkb", members, claim_runs(members))
    assert {9, 21} <= found_in(honest)


def test_a_hole_in_what_was_asked_for(busy: Story, tmp_path: Path) -> None:
    """A run by index of which one record was taken out, and nothing said about it."""
    members = members_of(write(busy.path, tmp_path / "a.wkb", index=(40, 50)))
    members = {member: r for member, r in members.items() if "000000000045" not in member}

    def claim(manifest: dict[str, Any]) -> None:
        manifest.update(runs=runs_of_members(members))
        manifest["chosen"].remove(45)

    assert 21 in found_in(forge(tmp_path / "b.wkb", members, claim))


def times_of(busy: Story) -> dict[str, Any]:
    at = [busy.log.entry(Ref(0, index)).record.predicate.at for index in (30, 39)]
    return {"since": at[0], "until": at[1]}


def test_neighbours_that_lie(busy: Story, tmp_path: Path) -> None:
    """The first record of a time is left out, and another is called the one before."""
    honest = write(busy.path, tmp_path / "a.wkb", **times_of(busy))
    members = members_of(honest)
    manifest = json.loads(members["manifest.json"])
    assert manifest["neighbours"] == [29, 39]
    assert said_of(honest).ok
    for left_out, named in ((30, [29, 39]), (38, [29, 39]), (29, [30, 39]), (39, [29, 38])):
        less = {m: r for m, r in members.items() if f"{left_out:012d}" not in m}

        def claim(
            manifest: dict[str, Any],
            less: Members = less,
            named: list[int] = named,
            left_out: int = left_out,
        ) -> None:
            manifest.update(runs=runs_of_members(less), neighbours=named)
            manifest["chosen"] = [one for one in manifest["chosen"] if one != left_out]

        assert 21 in found_in(forge(tmp_path / "b.wkb", less, claim)), left_out


def test_a_time_that_was_stretched(busy: Story, tmp_path: Path) -> None:
    """The manifest claims a longer time than its records bound."""
    members = members_of(write(busy.path, tmp_path / "a.wkb", **times_of(busy)))

    def claim(manifest: dict[str, Any]) -> None:
        manifest["selection"]["since"] = "2020-01-01T00:00:00.000000Z"

    assert 21 in found_in(forge(tmp_path / "b.wkb", members, claim))


def test_an_action_left_out_of_a_complete_choice(busy: Story, tmp_path: Path) -> None:
    out = write(busy.path, tmp_path / "a.wkb", system="refunds", complete=True, **times_of(busy))
    assert said_of(out).ok
    for more in ({"system": "another"}, {"chosen": [30, 31]}):

        def claim(manifest: dict[str, Any], more: dict[str, Any] = more) -> None:
            manifest["selection"].update({k: v for k, v in more.items() if k == "system"})
            manifest.update({k: v for k, v in more.items() if k == "chosen"})

        assert 21 in found_in(forge(tmp_path / "b.wkb", members_of(out), claim))


def test_another_action_than_was_named(refund: Path, tmp_path: Path) -> None:
    for named in ("4", "0/4", "01890000-0000-7000-8000-000000000000"):

        def claim(manifest: dict[str, Any], named: str = named) -> None:
            manifest["selection"]["decision"] = named

        assert 21 in found_in(forge(tmp_path / "a.wkb", members_of(refund), claim))


@pytest.mark.parametrize(("index", "step"), [(0, 6), (1, 10), (8, 9), (9, 9), (10, 11)], ids=str)
def test_what_a_record_rests_on_left_out(
    refund: Path, tmp_path: Path, index: int, step: int
) -> None:
    """Genesis, release, escalation, verdict, allow: without each of them it does not hold."""
    members = {m: r for m, r in members_of(refund).items() if f"{index:012d}" not in m}

    def claim(manifest: dict[str, Any]) -> None:
        manifest["runs"] = runs_of_members(members)
        manifest["chosen"] = [one for one in manifest["chosen"] if one != index]

    assert step in found_in(forge(tmp_path / "a.wkb", members, claim))


def test_a_disclosed_value_that_is_another(refund: Path, tmp_path: Path) -> None:
    members = members_of(refund)
    member = name("disclosed", 8, ".arg.to.json")
    said = json.loads(members[member])
    for change in ({"value": "customer-9"}, {"salt": "00" * 16}, {"salt": ""}, {"salt": "zz"}):
        changed = {**members, member: canonical({**said, **change})}
        assert 22 in found_in(forge(tmp_path / "a.wkb", changed)), change


def test_a_disclosed_value_of_another_record(refund: Path, tmp_path: Path) -> None:
    members = members_of(refund)
    one, two = (name("disclosed", index, ".arg.to.json") for index in (8, 10))
    swapped = {**members, one: members[two], two: members[one]}
    assert 22 in found_in(forge(tmp_path / "a.wkb", swapped))
    said = {**json.loads(members[one]), "index": 10}
    assert 22 in found_in(forge(tmp_path / "b.wkb", {**members, two: canonical(said)}))


def test_a_value_that_the_record_does_not_hide(refund: Path, tmp_path: Path) -> None:
    members = members_of(refund)
    said = {"index": 8, "name": "arg.amount", "salt": "00" * 16, "value": 7}
    members[name("disclosed", 8, ".arg.amount.json")] = canonical(said)
    assert 22 in found_in(forge(tmp_path / "a.wkb", members))


def test_a_value_of_a_record_that_is_not_there(refund: Path, tmp_path: Path) -> None:
    members = members_of(refund)
    members[name("disclosed", 6, ".arg.to.json")] = b"{}"
    assert found_in(forge(tmp_path / "a.wkb", members)) == {0}


def test_a_payload_of_another_record(whole: Path, tmp_path: Path) -> None:
    members = members_of(whole)
    assert said_of(whole).ok
    for one, two in ((2, 4), (3, 5), (8, 10)):
        a, b = (name("payloads", index, ".json") for index in (one, two))
        swapped = {**members, a: members[b], b: members[a]}
        assert 22 in found_in(forge(tmp_path / "a.wkb", swapped)), (one, two)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["request"]["arguments"].update(to="mallory"),
        lambda body: body["request"]["arguments"].update(note="more"),
        lambda body: body["request"].update(nonce="0" * 32),
        lambda body: body["request"].update(agent="another"),
        lambda body: body["request"].update(onBehalfOf="erin"),
        lambda body: body["shown"].update(sentence="nothing of note"),
        lambda body: body.update(keys=[{"id": "0" * 64, "seconds": 60, "refuseAfter": True}]),
        lambda body: body.update(same="0" * 64),
        lambda body: body.update(shownFacts="0" * 64),
        lambda body: body.pop("shownFacts"),
        lambda body: body["salts"].pop("same"),
        lambda body: body["salts"].update({"arg.to": "00" * 16}),
        lambda body: body["salts"].update({"arg.to": 7}),
        lambda body: body.pop("request"),
    ],
)
def test_a_payload_that_says_something_else(
    whole: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    members = members_of(whole)
    member = name("payloads", 8, ".json")
    body = json.loads(members[member])
    change(body)
    members[member] = json.dumps(body).encode()
    assert 22 in found_in(forge(tmp_path / "a.wkb", members))


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b"{", b'{"a":1,"a":2}', b"\xff", b"[" * 10_000])
def test_a_payload_that_is_none(whole: Path, tmp_path: Path, raw: bytes) -> None:
    members = {**members_of(whole), name("payloads", 8, ".json"): raw}
    assert 22 in found_in(forge(tmp_path / "a.wkb", members))


def test_a_plan_that_nobody_released(refund: Path, tmp_path: Path) -> None:
    import hashlib

    members = members_of(refund)
    other = b'{"format":1}'
    members[f"plans/{hashlib.sha256(other).hexdigest()}.json"] = other
    assert 12 in found_in(forge(tmp_path / "a.wkb", members))
    [plan] = [m for m in members_of(refund) if m.startswith("plans/")]
    assert found_in(forge(tmp_path / "b.wkb", {**members_of(refund), plan: other})) == {0}


@pytest.mark.parametrize(
    "claim",
    [
        {"format": "urn:x-watchkeeper:bundle:v2"},
        {"origin": "another/0"},
        {"size": 13},
        {"size": 15},
        {"size": -1},
        {"runs": []},
        {"runs": [[0, 14]]},
        {"runs": [[0, 2, 3]]},
        {"runs": [[2, 0]]},
        {"chosen": [2]},
        {"chosen": [99]},
        {"neighbours": [99]},
        {"made": "yesterday"},
        {"more": 1},
        {"selection": {}},
    ],
)
def test_a_manifest_that_lies(refund: Path, tmp_path: Path, claim: dict[str, Any]) -> None:
    path = forge(tmp_path / "a.wkb", members_of(refund), lambda said: said.update(claim))
    assert found_in(path) & {0, 21}


def test_a_range_that_is_cut_short_or_longer(busy: Story, tmp_path: Path) -> None:
    members = members_of(write(busy.path, tmp_path / "a.wkb", index=(20, 60)))
    [entries] = [member for member in members if member.endswith(".entries")]
    [proof] = [m for m in members if m.startswith("ranges/") and m.endswith(".proof")]
    for raw in (members[entries][:-1], members[entries] + b"\x00", members[entries] + b"\x00\x00"):
        assert found_in(forge(tmp_path / "b.wkb", {**members, entries: raw})) & {0, 3}
    lines = members[proof].decode().split("\n")
    for changed in ([*lines[:-2], ""], [*lines[:-1], lines[2], ""], ["other", *lines[1:]]):
        raw = "\n".join(changed).encode()
        assert 3 in found_in(forge(tmp_path / "c.wkb", {**members, proof: raw}))
