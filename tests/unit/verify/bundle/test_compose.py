"""What a bundle holds: everything, or what was chosen with all that it rests on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bundles import approved_refund, composed, members_of, open_desk, write
from tests.worlds.guarded import Shop
from tests.worlds.homes import Story
from watchkeeper import wiring
from watchkeeper.check.replay import ReplayAnswer, replay_all, summarise
from watchkeeper.errors import LedgerError, SettingsInvalid
from watchkeeper.records.action import Outcome
from watchkeeper.records.reference import Ref
from watchkeeper.verify import Status, Verification, verify_bundle, verify_log
from watchkeeper.verify.bundle.manifest import Selection, parse_manifest
from watchkeeper.verify.compose.compose import Wish


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three plans, two systems, an approved action, a stop, and some four hundred records."""
    story = Story(tmp_path_factory.mktemp("compose") / "home")
    story.reopen()
    story.day()
    for _ in range(60):
        story.act()
    story.release()
    for _ in range(70):
        story.act()
        story.effect(*story.decide(system="claims"))
    asked = story.escalate()
    story.effect(*story.approved(*asked, (story.verdict(*asked),)))
    story.release()
    for _ in range(10):
        story.act()
    story.log.close()
    return story


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_desk(tmp_path_factory.mktemp("desk"))


def manifest_of(bundle: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(members_of(bundle)["manifest.json"])
    return said


def checked(bundle: Path) -> Verification:
    found = verify_bundle(bundle, workers=1)
    assert found.findings == ()
    return found


def step(found: Verification, number: int) -> Any:
    return next(step for step in found.steps if step.number == number)


def test_everything(story: Story, tmp_path: Path) -> None:
    out = write(story.path, tmp_path / "a.wkb")
    found, whole = checked(out), verify_log(story.path / "log", workers=1)
    assert manifest_of(out)["runs"] == [[0, whole.size]]
    assert "chosen" not in manifest_of(out)
    assert found.counts == whole.counts
    assert found.held == found.size == whole.size
    for number in (3, 4, 6, 7, 8, 9, 10, 11, 12, 21):
        assert step(found, number).status is step(whole, number).status is Status.CHECKED
    assert len([name for name in members_of(out) if name.startswith("plans/")]) == 3


def test_a_published_log_gives_the_same(story: Story, tmp_path: Path) -> None:
    one = members_of(write(story.path, tmp_path / "a.wkb", index=(3, 60)))
    two = members_of(write(story.path / "log", tmp_path / "b.wkb", index=(3, 60)))
    del one["manifest.json"], two["manifest.json"]
    assert one == two


def test_a_run_by_index(story: Story, tmp_path: Path) -> None:
    out = write(story.path, tmp_path / "a.wkb", index=(101, 201))
    said = manifest_of(out)
    assert [101, 201] in said["runs"]
    assert said["chosen"] == list(range(101, 201))
    assert [name for name in members_of(out) if name.startswith("ranges/")] == [
        "ranges/000000000101-000000000201.entries",
        "ranges/000000000101-000000000201.proof",
    ]
    assert step(checked(out), 21).detail == "every record from 101 to 200"


def test_the_effect_of_an_action_before_brings_its_decision(story: Story, tmp_path: Path) -> None:
    effect = next(
        index for index in range(300, story.log.size)
        if story.log.entry(Ref(0, index)).record.kind.value == "effect"
    )  # fmt: skip
    decision = story.log.entry(Ref(0, effect)).record.predicate.decision.index
    out = write(story.path, tmp_path / "a.wkb", index=(effect, effect + 1))
    held = [index for first, end in manifest_of(out)["runs"] for index in range(first, end)]
    assert decision in held
    checked(out)


def test_the_releases_of_every_plan_come_with_it(story: Story, tmp_path: Path) -> None:
    releases = [
        entry.ref.index for entry in wiring.read_entries(story.path)
        if entry.record.kind.value == "plan-release"
    ]  # fmt: skip
    assert len(releases) == 3
    for first, expected in ((20, 1), (releases[1] + 5, 2), (releases[2] + 3, 3)):
        out = write(story.path, tmp_path / "a.wkb", index=(first, first + 2))
        runs = manifest_of(out)["runs"]
        held = {index for first, end in runs for index in range(first, end)}
        assert held.issuperset(releases[:expected])
        checked(out)


def test_one_plan_released_twice_with_another_between(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.reopen()
    one, two = story.bundle(), story.bundle()
    for plan in (one, two, one):
        story.release(bundle=plan)
        for _ in range(300 if plan is one else 3):
            story.act()
    middle = story.log.size - 603
    story.log.close()
    for first in (10, middle, middle + 30):
        out = write(story.path, tmp_path / "a.wkb", index=(first, first + 4))
        checked(out)


def times(story: Story, *indexes: int) -> list[Any]:
    return [story.log.entry(Ref(0, index)).record.predicate.at for index in indexes]


def test_a_time(story: Story, tmp_path: Path) -> None:
    since, until = times(story, 50, 120)
    out = write(story.path, tmp_path / "a.wkb", since=since, until=until)
    said = manifest_of(out)
    assert said["chosen"] == list(range(50, 120))
    assert said["neighbours"] == [49, 120]
    assert step(checked(out), 21).detail == (
        f"every record from 50 to 119: all there is from {since} until {until}"
    )


@pytest.mark.parametrize("ends", [("since",), ("until",)])
def test_a_time_open_at_one_end(story: Story, tmp_path: Path, ends: tuple[str, ...]) -> None:
    [at] = times(story, 60)
    out = write(story.path, tmp_path / "a.wkb", **dict.fromkeys(ends, at))
    expected = range(60, story.log.size) if ends == ("since",) else range(60)
    assert manifest_of(out)["chosen"] == list(expected)
    assert step(checked(out), 21).status is Status.CHECKED


def test_a_time_before_or_after_everything(story: Story, tmp_path: Path) -> None:
    first, last = times(story, 0, story.log.size - 1)
    assert "neighbours" not in manifest_of(write(story.path, tmp_path / "a.wkb", since=first))
    with pytest.raises(LedgerError, match="no such record"):
        write(story.path, tmp_path / "b.wkb", until=first)
    with pytest.raises(LedgerError, match="no such record"):
        write(story.path, tmp_path / "b.wkb", since=last.plus(1))
    assert not (tmp_path / "b.wkb").exists()


def test_a_system(story: Story, tmp_path: Path) -> None:
    out = write(story.path, tmp_path / "a.wkb", system="claims")
    found = checked(out)
    assert len(manifest_of(out)["chosen"]) == 140
    assert found.counts["effect"] >= 70
    assert step(found, 21).status is Status.NOT_CHECKED
    assert "picked out" in step(found, 21).detail


def test_a_system_completely(story: Story, tmp_path: Path) -> None:
    since, until = times(story, 150, 250)
    out = write(
        story.path, tmp_path / "a.wkb", system="claims", since=since, until=until, complete=True
    )
    said = manifest_of(out)
    assert any(first <= 149 and end >= 251 for first, end in said["runs"])
    assert "none that fits was left out" in step(checked(out), 21).detail
    out = write(story.path, tmp_path / "b.wkb", system="claims", complete=True)
    chosen = manifest_of(out)["chosen"]
    assert [chosen[0], chosen[-1] + 1] in manifest_of(out)["runs"]
    checked(out)


def test_a_control(story: Story, tmp_path: Path) -> None:
    out = write(story.path, tmp_path / "a.wkb", control="refund-limit", index=(51, 61))
    assert manifest_of(out)["chosen"] == list(range(51, 61))
    checked(out)
    with pytest.raises(LedgerError, match="no such record"):
        write(story.path, tmp_path / "b.wkb", control="refund")


def approved_of(home: Path) -> list[Any]:
    return [
        entry for entry in wiring.read_entries(home)
        if entry.record.kind.value == "decision" and entry.record.predicate.escalated_by
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["index", "shard", "action", "effect", "verdict"])
def test_one_action_by_any_of_its_names(story: Story, tmp_path: Path, how: str) -> None:
    allowed = approved_of(story.path)[0]
    index, said = allowed.ref.index, allowed.record.predicate
    names = {
        "index": str(index),
        "shard": f"0/{index}",
        "action": said.action_id,
        "effect": str(index + 1),
        "verdict": f"0/{said.verdicts[0].index}",
    }
    out = write(story.path, tmp_path / "a.wkb", decision=names[how])
    chosen = [said.escalated_by.index, *(ref.index for ref in said.verdicts), index, index + 1]
    assert manifest_of(out)["chosen"] == chosen
    found = checked(out)
    assert step(found, 9).detail == "1 released, each with its verdicts"
    assert found.held == len(chosen) + 2


@pytest.mark.parametrize("named", ["999999", "1/3", "no-such-action", "0", "0/1"])
def test_an_action_that_is_none(story: Story, tmp_path: Path, named: str) -> None:
    with pytest.raises(LedgerError):
        write(story.path, tmp_path / "a.wkb", decision=named)
    assert list(tmp_path.iterdir()) == []


def test_a_blocked_and_a_waiting_action(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.reopen()
    story.release()
    blocked, _, _ = story.decide(Outcome.BLOCK)
    asked, _, _ = story.escalate()
    story.log.close()
    for ref in (blocked, asked):
        out = write(story.path, tmp_path / "a.wkb", decision=str(ref.index))
        assert manifest_of(out)["chosen"] == [ref.index]
        checked(out)


def test_older_checkpoints(story: Story, tmp_path: Path) -> None:
    other = Story(tmp_path / "home")
    other.reopen()
    other.day()
    other.log.publish_now()
    before = (other.path / "log/checkpoint").read_bytes()
    for _ in range(20):
        other.act()
    other.log.close()
    now = (other.path / "log/checkpoint").read_bytes()
    whole = write(other.path, tmp_path / "a.wkb")
    part = write(other.path, tmp_path / "b.wkb", index=(3, 5))
    found = verify_bundle(whole, older=[before, now])
    assert (found.ok, step(found, 5).status) == (True, Status.CHECKED)
    found = verify_bundle(part, older=[now])
    assert (found.ok, step(found, 5).status) == (True, Status.CHECKED)
    found = verify_bundle(part, older=[before])
    assert (found.ok, step(found, 5).status) == (True, Status.NOT_CHECKED)
    assert not verify_bundle(whole, older=[(story.path / "log/checkpoint").read_bytes()]).ok


def test_payloads_are_those_of_what_was_chosen(shop: Shop, tmp_path: Path) -> None:
    out = write(shop.home, tmp_path / "a.wkb", decision="10", whole=True)
    names = [name for name in members_of(out) if name.startswith("payloads/")]
    assert names == [f"payloads/{index:012d}.json" for index in (8, 9, 10, 11)]
    assert "whole requests match" in step(checked(out), 22).detail


def test_nothing_is_disclosed_unless_asked(shop: Shop, tmp_path: Path) -> None:
    raw = write(shop.home, tmp_path / "a.wkb").read_bytes()
    assert b"customer-7" not in raw
    assert b"the parcel never came" not in raw


def test_single_values(shop: Shop, tmp_path: Path) -> None:
    out = write(shop.home, tmp_path / "a.wkb", disclose=("arg.to", "reason"))
    members = members_of(out)
    said = json.loads(members["disclosed/000000000009.reason.json"])
    assert said["value"] == "the parcel never came"
    assert len([name for name in members if name.endswith(".arg.to.json")]) == 6
    assert "customer-7" in members["disclosed/000000000010.arg.to.json"].decode()
    assert step(checked(out), 22).detail.startswith("7 values")


def test_a_published_log_has_no_values(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no values"):
        write(shop.home / "log", tmp_path / "a.wkb", whole=True)


def test_replay(shop: Shop, tmp_path: Path) -> None:
    out = write(shop.home, tmp_path / "a.wkb", whole=True)
    summary = summarise(replay_all(wiring.read_evidence(out), wiring.replayer(out)))
    assert summary.counts[ReplayAnswer.SAME] == summary.total == 6
    bare = write(shop.home, tmp_path / "b.wkb", decision="10")
    summary = summarise(replay_all(wiring.read_evidence(bare), wiring.replayer(bare)))
    assert summary.counts[ReplayAnswer.ERASED] == summary.total == 2


def test_two_approved_refunds_are_two_bundles(tmp_path: Path) -> None:
    shop = open_desk(tmp_path)
    approved_refund(shop, "customer-9", 800)
    shop.guard.close()
    one, two = (entry.ref.index for entry in approved_of(shop.home))
    for index in (one, two):
        out = write(shop.home, tmp_path / "a.wkb", decision=str(index))
        assert manifest_of(out)["chosen"] == [index - 2, index - 1, index, index + 1]
        checked(out)


def test_what_a_bundle_says_of_itself(story: Story, tmp_path: Path) -> None:
    made = composed(story.path, tmp_path / "a.wkb", index=(2, 4))
    manifest = parse_manifest(members_of(tmp_path / "a.wkb")["manifest.json"])
    assert manifest.selection == Selection(index=(2, 4))
    assert (made.records, made.size, made.behind) == (4, story.log.size, 0)
    assert (tmp_path / "a.wkb").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_replaced(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "a.wkb"
    out.write_text("mine")

    def again(*, replace: bool) -> None:
        wish = Wish(Selection(index=(3, 5)))
        where = str(story.path)
        wiring.write_bundle(where, out, wish, replace=replace, progress=lambda _d, _t: None)

    with pytest.raises(SettingsInvalid, match="something already"):
        again(replace=False)
    assert out.read_text() == "mine"
    again(replace=True)
    checked(out)
    assert list(tmp_path.iterdir()) == [out]


def test_half_a_bundle_is_never_left(story: Story, tmp_path: Path) -> None:
    """The log breaks off while a bundle is made of it."""
    import shutil

    broken = shutil.copytree(story.path / "log", tmp_path / "log")
    next((broken / "tile/entries").glob("001.p/*")).unlink()
    (tmp_path / "out").mkdir()
    with pytest.raises(LedgerError):
        write(broken, tmp_path / "out/a.wkb")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_log_whose_files_do_not_lead_to_its_root(story: Story, tmp_path: Path) -> None:
    """What could not be proved is not handed out."""
    import shutil

    broken = shutil.copytree(story.path / "log", tmp_path / "log")
    entries = broken / "tile/entries/000"
    raw = bytearray(entries.read_bytes())
    place = raw.rindex(b'"sig":"', 0, 60_000) + 7
    raw[place] = ord("B") if raw[place] == ord("A") else ord("A")
    entries.write_bytes(raw)
    index = raw[:place].count(b'"signatures":[{"keyid"') - 1
    for run in ((index, index + 1), (max(0, index - 30), index + 10)):
        with pytest.raises(LedgerError, match=r"root|not those of the log"):
            write(broken, tmp_path / "a.wkb", index=run)
    write(broken, tmp_path / "a.wkb", index=(index + 10, index + 12))


def test_a_call_that_was_no_request(tmp_path: Path) -> None:
    shop = open_desk(tmp_path)
    from watchkeeper.errors import ActionBlocked

    with pytest.raises(ActionBlocked):
        shop.call("bob", "9,000")
    shop.guard.close()
    found = checked(write(shop.home, tmp_path / "a.wkb", whole=True))
    assert step(found, 22).detail.startswith("18 values and 6 whole requests")


@pytest.fixture
def witnessed(tmp_path: Path) -> Story:
    """A log whose witnesses are one checkpoint behind, and that keeps two time stamps."""
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    story.log.publish_now()
    log = story.path / "log"
    note = (log / "checkpoint").read_bytes()
    (log / "checkpoint.witnessed").write_bytes(note)
    (log / "timestamps").mkdir()
    names = ("19-20261123T080000Z", "7-20261123T070000Z")
    (log / "timestamps/index").write_text("".join(f"{name}\n" for name in names))
    for name in names:
        (log / f"timestamps/{name}.tsr").write_bytes(b"answer")
        (log / f"timestamps/{name}.checkpoint").write_bytes(note)
    story.act()
    story.log.close()
    return story


def test_under_what_was_witnessed(witnessed: Story, tmp_path: Path) -> None:
    made = composed(witnessed.path, tmp_path / "a.wkb")
    assert (made.size, made.records, made.behind) == (19, 19, 2)
    members = members_of(tmp_path / "a.wkb")
    log = witnessed.path / "log"
    assert members["checkpoint"] == (log / "checkpoint.witnessed").read_bytes()
    assert [name for name in members if name.startswith("timestamps/")] == [
        "timestamps/19-20261123T080000Z.tsr"
    ]
    assert step(verify_bundle(tmp_path / "a.wkb"), 3).status is Status.CHECKED


def test_under_the_newest_if_asked(witnessed: Story, tmp_path: Path) -> None:
    wish, where = Wish(newest=True), str(witnessed.path)
    out = tmp_path / "a.wkb"
    made = wiring.write_bundle(where, out, wish, replace=True, progress=lambda _d, _t: None)
    assert (made.size, made.behind) == (21, 0)
    checked(out)


def test_a_witnessed_checkpoint_of_another_log(
    witnessed: Story, story: Story, tmp_path: Path
) -> None:
    other = (story.path / "log/checkpoint").read_bytes()
    (witnessed.path / "log/checkpoint.witnessed").write_bytes(other)
    with pytest.raises(LedgerError, match="not one of this log"):
        write(witnessed.path, tmp_path / "a.wkb")
