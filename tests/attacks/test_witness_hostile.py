"""Witnesses that hang, lie, drip, flood or sign forks hold nobody up and get nothing published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.homes import NEVER, Story
from tests.worlds.witnessed import covered, failing, states, witnessed
from tests.worlds.witnesses import Circle, Witness, circle, policy, vkey_of
from watchkeeper.adapters.clock import SystemClock
from watchkeeper.adapters.posix import open_home
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.records.plan.tools import Level

BAD = {
    "hangs": "no answer in 10 s",
    "drips": "no answer in 10 s",
    "drips-body": "no answer in 10 s",
    "garbage": "no answer that counts",
    "huge": "more than any witness has to say",
    "compressed": "no answer that counts",
    "lies": "does not verify",
    "long-ago": "away from our clock",
    "stranger": "without a cosignature of",
    "elsewhere": "answers 307",
    "other-size": "another size each time",
    "same-size": "contradicts itself",
    "closes": "can not be reached",
}
SPLITS = {"longer": "a longer log", "another": "does not extend"}


@pytest.fixture
def witnesses(tmp_path: Path) -> Iterator[Circle]:
    with circle(tmp_path / "circle") as found:
        yield found


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path / "home")
    story.clock = SystemClock()  # type: ignore[assignment]
    yield story
    story.log.close()


def signers(home: Path) -> set[str]:
    note = parse_note_unverified((home / "log/checkpoint").read_bytes())
    return {line.name for line in note.signatures}


def test_thirteen_bad_ones_and_a_good_one(witnesses: Circle, story: Story) -> None:
    bad = witnesses.bad(*BAD)
    good = witnesses.ours("good", vkey_of(story.path))
    text = policy(vkey_of(story.path), [good, *bad], "any").replace(b"quorum them", b"quorum good")
    log = witnessed(story, text)
    ref = story.act()
    assert covered(log, ref, Level.PUBLISHED, 30) == [None]
    assert covered(log, ref, Level.WITNESSED, 30) == [None]
    found = failing(log, set(BAD))
    for name, why in BAD.items():
        assert why in (found[name].failure or ""), (name, found[name])
        assert found[name].split is None
    assert covered(log, story.act(), Level.WITNESSED, 30) == [None]
    log.close()
    assert signers(story.path) == {"acme.example/refunds/0", "witness.example/good"}


def test_none_of_them_makes_a_quorum(witnesses: Circle, story: Story) -> None:
    names = ("garbage", "lies", "long-ago", "stranger")
    good = witnesses.ours("good", vkey_of(story.path))
    log = witnessed(story, policy(vkey_of(story.path), [good, *witnesses.bad(*names)], "2"))
    ref = story.act()
    failing(log, set(names))
    assert covered(log, ref, Level.WITNESSED, 2) == []
    assert covered(log, ref, Level.PUBLISHED, 30) == [None]


@pytest.mark.parametrize("behaviour", SPLITS)
def test_another_history_is_said_and_holds_back_what_is_to_be_witnessed(
    witnesses: Circle, story: Story, behaviour: str
) -> None:
    good = witnesses.ours("good", vkey_of(story.path))
    others = witnesses.bad(behaviour)
    log = witnessed(story, policy(vkey_of(story.path), [good, *others], "any"))
    found = failing(log, {behaviour})[behaviour]
    assert found.split is not None
    assert SPLITS[behaviour] in found.split.why
    ref = story.act()
    (told,) = covered(log, ref, Level.WITNESSED, 10)
    assert told is not None
    assert told.code == "not-covered"
    assert SPLITS[behaviour] in (log.uncoverable(Level.WITNESSED) or "")
    assert log.uncoverable(Level.PUBLISHED) is None
    assert covered(log, ref, Level.PUBLISHED, 30) == [None]


def forked(story: Story, tmp_path: Path) -> Story:
    """A clone of the home that goes another way."""
    import shutil

    story.log.close()
    clone = Story(tmp_path / "unused")
    clone.log.close()
    shutil.copytree(story.path, tmp_path / "clone")
    clone.path, clone.clock = tmp_path / "clone", story.clock
    return clone


def test_a_witness_that_signs_forks_is_not_enough_beside_one_that_does_not(
    witnesses: Circle, story: Story, tmp_path: Path
) -> None:
    (forker,) = witnesses.bad("honest")
    good = witnesses.ours("good", vkey_of(story.path))
    clone = forked(story, tmp_path)
    text = policy(vkey_of(story.path), [good, forker], "all")
    first = witnessed(story, text)
    assert covered(first, story.act(), Level.WITNESSED, 30) == [None]
    second = witnessed(clone, text)
    clone.act()
    ref = clone.act()
    second.publish_now()
    found = failing(second, {"good"})
    assert found["good"].split is not None
    assert found["honest"].failure is None
    assert [told and told.code for told in covered(second, ref, Level.WITNESSED, 5)] == [
        "not-covered"
    ]
    assert covered(first, story.act(), Level.WITNESSED, 30) == [None]
    second.close()
    assert "witness.example/good" not in signers(clone.path)


def test_two_clones_serving_at_once_are_found_out(
    witnesses: Circle, story: Story, tmp_path: Path
) -> None:
    good = witnesses.ours("good", vkey_of(story.path))
    clone = forked(story, tmp_path)
    text = policy(vkey_of(story.path), [good], "all")
    one = witnessed(story, text)
    assert covered(one, story.act(), Level.WITNESSED, 30) == [None]
    clone.log = open_home(clone.path, clock=clone.clock, publish_seconds=NEVER)
    clone.act()
    clone.act()
    two = witnessed(clone, text)
    assert failing(two, {"good"})["good"].split is not None
    two.close()
    assert list((good.path / "logs").glob("*/forks/*")), "the fork is kept as evidence"


def test_a_witness_comes_back(witnesses: Circle, story: Story) -> None:
    pair: list[Witness] = [witnesses.ours(name, vkey_of(story.path)) for name in ("a", "b")]
    log = witnessed(story, policy(vkey_of(story.path), pair, "all"))
    assert covered(log, story.act(), Level.WITNESSED, 30) == [None]
    pair[1].kill()
    ref = story.act()
    assert covered(log, ref, Level.WITNESSED, 1) == []
    pair[1].start()
    assert covered(log, ref, Level.WITNESSED, 30) == [None]
    assert states(log)["b"].failure is None
