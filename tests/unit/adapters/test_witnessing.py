"""Coverage, policies of homes, and what is published of witnesses: without any process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.homes import NEVER, Story
from tests.worlds.witnessed import covered
from watchkeeper.adapters.keys import FileSigner
from watchkeeper.adapters.posix import open_home
from watchkeeper.adapters.witnessing.coverage import Coverage
from watchkeeper.adapters.witnessing.states import read_states, write_states
from watchkeeper.errors import HomeLocked, NotCovered, PolicyInvalid, WatchkeeperError
from watchkeeper.ledger.merkle import leaf_hash, verify_consistency
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.ledger.tiles import TileTree
from watchkeeper.ledger.witness.cosignature import cosign, with_cosignatures, witness_key
from watchkeeper.ports import Split, WitnessState
from watchkeeper.records.administration import ClockAcceptedRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.tools import Level
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record

SIGNER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
KEY = witness_key("w.example", SIGNER.public_key)
NOWHERE = f"witness w {KEY} http://127.0.0.1:1/\n"


class Waiters:
    """A coverage whose completions run at once, and what was told."""

    def __init__(self) -> None:
        self.told: dict[str, WatchkeeperError | None] = {}
        self.woken = 0
        self.coverage = Coverage(lambda act: act(), self._wake)
        self.coverage.set_problem(None)

    def _wake(self) -> None:
        self.woken += 1

    def wait(self, name: str, index: int, level: Level) -> Callable[[], None]:
        return self.coverage.when(index, level, lambda error: self.told.update({name: error}))


def test_each_waiter_is_told_once_what_covers_it() -> None:
    w = Waiters()
    w.wait("durable", 9, Level.DURABLE)
    assert w.told == {"durable": None}
    assert w.woken == 0
    for index in (1, 5):
        w.wait(f"p{index}", index, Level.PUBLISHED)
        w.wait(f"w{index}", index, Level.WITNESSED)
    assert w.woken == 4
    w.coverage.reach(Level.PUBLISHED, 5)
    assert set(w.told) == {"durable", "p1"}
    w.coverage.reach(Level.PUBLISHED, 6)
    w.coverage.reach(Level.PUBLISHED, 2)
    w.coverage.reach(Level.WITNESSED, 2)
    assert set(w.told) == {"durable", "p1", "p5", "w1"}
    w.told.clear()
    w.wait("again", 4, Level.PUBLISHED)
    assert w.told == {"again": None}
    assert w.coverage.waits()


def test_a_problem_ends_who_waits_for_witnesses_and_nobody_else() -> None:
    w = Waiters()
    w.wait("p", 0, Level.PUBLISHED)
    w.wait("w", 0, Level.WITNESSED)
    w.coverage.set_problem(NotCovered("another history"))
    assert list(w.told) == ["w"]
    assert isinstance(w.told["w"], NotCovered)
    w.wait("late", 0, Level.WITNESSED)
    assert isinstance(w.told["late"], NotCovered)


def test_who_takes_it_back_is_forgotten() -> None:
    w = Waiters()
    forget = w.wait("w", 0, Level.WITNESSED)
    forget()
    forget()
    w.coverage.reach(Level.WITNESSED, 1)
    assert w.told == {}
    assert not w.coverage.waits()


def home(tmp_path: Path, policy: str | None) -> Story:
    story = Story(tmp_path / "home")
    story.log.close()
    if policy is not None:
        (story.path / "witness.policy").write_text(policy)
    return story


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("nonsense\n", "line 1"),
        (f"witness w {KEY} ftp://w.example\nquorum w\n", "not the address of a witness"),
        (f"log {witness_key('a', bytes(32))}\nquorum none\n", "not the key of a log"),
    ],
)
def test_a_policy_that_makes_no_sense_does_not_open(tmp_path: Path, policy: str, says: str) -> None:
    story = home(tmp_path, policy)
    for _ in range(2):  # and the lock is let go of
        with pytest.raises(PolicyInvalid, match=says):
            open_home(story.path, clock=story.clock, witnessing=True)
    with open_home(story.path, clock=story.clock) as log, pytest.raises(HomeLocked):
        open_home(log.layout.root, clock=story.clock)


def test_a_policy_for_another_log_does_not_open(tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.log.close()
    vkey = (other.path / "log/log.vkey").read_text()
    story = home(tmp_path, f"log {vkey}quorum none\n")
    with pytest.raises(PolicyInvalid, match="is for another log"):
        open_home(story.path, clock=story.clock, witnessing=True)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (None, "the home has no witness policy"),
        ("quorum none\n", "asks for no witness"),
        (f"witness w {KEY}\nquorum w\n", "have no address"),
    ],
)
def test_what_no_witness_can_ever_cover(tmp_path: Path, policy: str | None, says: str) -> None:
    story = home(tmp_path, policy)
    with open_home(story.path, clock=story.clock, witnessing=True) as log:
        assert says in (log.uncoverable(Level.WITNESSED) or "")
        (told,) = covered(log, Ref(0, 0), Level.WITNESSED, 5)
        assert isinstance(told, NotCovered)
        assert log.uncoverable(Level.PUBLISHED) is None


def test_a_process_that_speaks_to_no_witness_says_so(tmp_path: Path) -> None:
    story = home(tmp_path, NOWHERE + "quorum w\n")
    with open_home(story.path, clock=story.clock) as log:
        assert "speaks to no witness" in (log.uncoverable(Level.WITNESSED) or "")
        assert log.witnesses() == ()


def test_who_waits_has_a_checkpoint_published_at_once(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.reopen()
    ref = story.act()
    assert story.log.published_size <= ref.index
    assert covered(story.log, ref, Level.PUBLISHED, 30) == [None]
    assert story.log.published_size > ref.index
    story.log.close()


def test_a_witness_that_is_not_there_ends_nothing(tmp_path: Path) -> None:
    story, before = home(tmp_path, NOWHERE + "quorum w\n"), set(threading.enumerate())
    log = story.log = open_home(
        story.path, clock=story.clock, publish_seconds=NEVER, witnessing=True
    )
    ref = story.act()
    assert covered(log, ref, Level.WITNESSED, 0.2) == []
    assert covered(log, ref, Level.PUBLISHED, 30) == [None]
    assert "watchkeeper-witness" in {t.name for t in set(threading.enumerate()) - before}
    log.close()
    left = {t.name for t in set(threading.enumerate()) - before}
    assert left & {"watchkeeper-witness"} == set()


def test_cosignatures_are_kept_over_a_start_and_dropped_with_the_next_checkpoint(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path / "home")
    story.reopen()
    path = story.path / "log/checkpoint"
    raw = path.read_bytes()
    line = cosign(parse_note_unverified(raw).text, "w.example", SIGNER, 5)
    story.log._published._publication.cosign(with_cosignatures(raw, [line]), quorum=True)
    assert path.read_bytes() == with_cosignatures(raw, [line])
    assert (story.path / "log/checkpoint.witnessed").read_bytes() == path.read_bytes()
    story.reopen()
    assert path.read_bytes() == with_cosignatures(raw, [line])
    story.act()
    story.log.publish_now()
    newest = path.read_bytes()
    assert len(parse_note_unverified(newest).signatures) == 1
    # A cosignature that comes too late for the newest checkpoint is kept beside it.
    story.log._published._publication.cosign(with_cosignatures(raw, [line]), quorum=True)
    assert path.read_bytes() == newest
    story.log.close()


def test_states_for_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.json"
    assert read_states(path) == ()
    states = (
        WitnessState("a", "http://a", 5, 1_795_000_000),
        WitnessState("b", "http://b", failure="gone", split=Split("b", 7, "why")),
    )
    write_states(path, states)
    assert read_states(path) == states
    path.write_bytes(b"[1]")
    assert read_states(path) == ()


def test_proofs_come_from_the_published_tiles_also_after_they_became_full(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.reopen()
    while story.log.size < 270:
        story.log.append(_small(story))
    ref = story.act()
    assert covered(story.log, ref, Level.PUBLISHED, 60) == [None]
    envelopes = [frame.envelope for frame in story.log.frames(0, story.log.durable_size)]
    roots, newest = _roots(envelopes), story.log.published_size
    assert not (story.path / "log/tile/0/000.p").exists(), "the first tile is full"
    for old, new in ((1, 200), (7, 255), (200, 256), (255, newest), (256, newest)):
        proof = story.log._published._witnessing._prove(old, new)
        verify_consistency(old, new, roots[old], roots[new], proof)
    story.log.close()


def _small(story: Story) -> Record:
    at = story.clock.wall()
    said = ClockAcceptedRecord(at, at, "anna", story.command(story.anna, "x", {}))
    return Record(Kind.CLOCK_ACCEPTED, "home", "0" * 64, said)


def _roots(envelopes: list[bytes]) -> list[bytes]:
    tree = TileTree()
    roots = [tree.root()]
    for envelope in envelopes:
        tree.append(leaf_hash(envelope))
        roots.append(tree.root())
    return roots
