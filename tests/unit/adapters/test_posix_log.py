from __future__ import annotations

import asyncio
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.homes import NAME, NEVER, START, StepClock, Story
from watchkeeper.adapters.ids import SystemIds
from watchkeeper.adapters.posix import create_home, open_home, read_home, writer
from watchkeeper.errors import (
    EntryTooLarge,
    HomeInvalid,
    LedgerError,
    LogUnavailable,
    RecordInvalid,
    WatchkeeperError,
)
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.records.action import Reason, VoidRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Payload, Record
from watchkeeper.verify import verify_log


@pytest.fixture
def story(tmp_path: Path) -> Any:
    story = Story(tmp_path / "home")
    story.reopen()
    yield story
    story.log.close()


def void(at: int, text: str = "a") -> Record:
    said = VoidRecord(Instant(at), text, Ref(0, 1), Reason.EXPIRED)
    return Record(Kind.VOID, "action", "a" * 64, said)


def test_a_new_home(story: Story) -> None:
    assert story.log.origin == f"{NAME}/0"
    assert story.log.size == 1
    genesis = story.log.entry(Ref(0, 0)).record
    assert genesis.kind is Kind.GENESIS
    assert genesis.predicate.stage is Stage.PILOT
    assert genesis.predicate.first_release == {"carl": (story.carl.public,)}
    assert genesis.digest == sha256_hex(story.log.origin.encode())
    assert story.log.last_at == genesis.predicate.at
    assert story.path.joinpath("keys").stat().st_mode & 0o777 == 0o700
    assert story.log.free_bytes() > 0
    assert not list(story.path.parent.glob(".*"))


def test_what_was_written_is_read_back(story: Story) -> None:
    at = story.clock.wall()
    payload = Payload({"naïve": [1.5, None], "salts": {}})
    ticket = story.log.append(void(at), payload)
    assert ticket.ref == Ref(0, 1)
    ticket.wait()
    entry = story.log.entry(Ref(0, 1))
    assert entry.record == void(at)
    assert entry.payload == payload
    story.log.append(void(at)).wait()
    assert story.log.entry(Ref(0, 2)).payload is None
    assert [e.ref.index for e in story.log.entries(1)] == [1, 2]
    assert list(story.log.entries(3)) == []
    for index in (-1, 3):
        with pytest.raises(LedgerError):
            story.log.entry(Ref(0, index))


def test_it_is_all_there_after_reopening(story: Story) -> None:
    story.day()
    before = list(story.log.entries())
    log = story.reopen()
    assert list(log.entries()) == before
    assert (log.recovered, log.size, log.last_at) == (
        None,
        len(before),
        before[-1].record.predicate.at,
    )


def test_time_never_goes_back(story: Story) -> None:
    with pytest.raises(RecordInvalid, match="before the last one"):
        story.log.append(void(START - 1))
    assert story.log.size == 1
    story.log.append(void(story.log.last_at)).wait()


def test_too_large_a_record(story: Story) -> None:
    with pytest.raises(EntryTooLarge):
        story.log.append(void(story.clock.wall(), "x" * 50_000))
    assert story.log.size == 1
    story.log.append(void(story.clock.wall()), Payload({"x": "y" * 600_000})).wait()
    assert len(story.log.entry(Ref(0, 1)).payload.body["x"]) == 600_000  # type: ignore[union-attr]
    assert len(list(story.log.entries())) == 2
    assert len(list(read_home(story.path).entries())) == 2


def test_many_callers_are_written_together(story: Story) -> None:
    at = story.clock.wall()
    tickets = [story.log.append(void(at, str(i))) for i in range(500)]
    assert [ticket.ref.index for ticket in tickets] == list(range(1, 501))
    for ticket in tickets:
        ticket.wait(30)
    segment = (story.path / "segments/00000000.seg").read_bytes()
    from watchkeeper.ledger.frame import frames_of

    writes = {frame.batch for frame in frames_of(segment)}
    assert len(writes) < 250


def test_indexes_are_given_once_under_threads(story: Story) -> None:
    at, refs = story.clock.wall(), []

    def run() -> None:
        for _ in range(50):
            ticket = story.log.append(void(at))
            ticket.wait(30)
            refs.append(ticket.ref.index)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refs) == list(range(1, 401))


def test_a_callback_comes_once_and_after_the_disk(story: Story) -> None:
    ends: list[WatchkeeperError | None] = []
    done = threading.Event()
    ticket = story.log.append(void(story.clock.wall()))
    ticket.when_done(lambda error: (ends.append(error), done.set()))
    assert done.wait(10)
    ticket.when_done(ends.append)  # at once, since it is durable
    assert ends == [None, None]


async def test_completions_reach_an_event_loop(story: Story) -> None:
    loop = asyncio.get_running_loop()
    posts: list[int] = []

    def post(act: Any) -> None:
        posts.append(1)
        loop.call_soon_threadsafe(act)

    story.log.deliver_with(post)
    thread = threading.current_thread()
    waiting = []
    for _ in range(64):
        future = loop.create_future()

        def finish(error: WatchkeeperError | None, future: Any = future) -> None:
            assert threading.current_thread() is thread
            future.set_result(error)

        story.log.append(void(story.clock.now)).when_done(finish)
        waiting.append(future)
    assert await asyncio.gather(*waiting) == [None] * 64
    assert len(posts) < 64


def test_a_failing_callback_does_not_stop_the_log(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise ValueError("caller's fault")

    told = threading.Event()
    ticket = story.log.append(void(story.clock.wall()))
    ticket.when_done(broken)
    ticket.when_done(lambda _: told.set())
    story.log.append(void(story.clock.wall())).wait(10)
    assert told.wait(10)
    assert story.log.failure() is None
    assert "caller's fault" in caplog.text


def test_a_closed_log_refuses(story: Story) -> None:
    story.log.close()
    story.log.close()
    assert isinstance(story.log.failure(), LogUnavailable)
    with pytest.raises(LogUnavailable, match="closed"):
        story.log.append(void(story.clock.wall()))
    assert not story.log.heal()


def test_segments_roll(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SEGMENT_BYTES", 5000)
    story.release()
    for _ in range(6):
        story.act()
    assert len(list((story.path / "segments").glob("*.seg"))) > 2
    before = list(story.log.entries())
    assert len(before) == story.log.size == 14
    assert story.log.entry(Ref(0, 9)) == before[9]
    assert list(story.log.entries(7)) == before[7:]
    log = story.reopen()
    assert list(log.entries()) == before
    reader = read_home(story.path)
    assert reader.size == 14
    story.act()
    assert reader.size == 16
    assert reader.entry(Ref(0, 15)) == story.log.entry(Ref(0, 15))
    story.log.close()
    assert verify_log(story.path).ok


def test_publication_grows_with_the_log(story: Story) -> None:
    story.release()
    checkpoints = []
    for _ in range(3):
        for _ in range(90):
            story.act()
        assert story.log.publish_now() == story.log.size == story.log.published_size
        checkpoints.append((story.path / "log/checkpoint").read_bytes())
        assert verify_log(story.path, older=checkpoints).ok
    log = story.path / "log"
    assert (log / "tile/0/000").stat().st_size == 8192
    assert (log / "tile/entries/001").exists()
    assert not (log / "tile/0/000.p").exists()  # the full tile takes their place
    assert (log / f"plans/{story.plan}.json").exists()
    assert not list(log.rglob("*.new"))
    assert (story.path / "newest.checkpoint").read_bytes() == checkpoints[-1]


def test_a_lost_publication_is_made_again(story: Story) -> None:
    story.release()
    for _ in range(150):
        story.act()
    story.log.close()
    log = story.path / "log"
    before = {p.relative_to(log): p.read_bytes() for p in log.rglob("*") if p.is_file()}
    shutil.rmtree(log)
    log.mkdir()
    story.log = open_home(story.path, clock=story.clock, publish_seconds=NEVER)
    after = {p.relative_to(log): p.read_bytes() for p in log.rglob("*") if p.is_file()}
    # Partial files of sizes that were published before are gone: their checkpoints are too.
    assert {k: v for k, v in before.items() if k in after} == after
    assert verify_log(log).ok


def test_the_publisher_publishes_by_itself(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    story.log = open_home(story.path, clock=story.clock, publish_seconds=0.01)
    story.release()
    published = threading.Event()
    for _ in range(6000):
        if story.log.published_size == 2:
            published.set()
            break
        threading.Event().wait(0.01)
    assert published.is_set()
    story.log.close()


@pytest.mark.parametrize("part", ["keys", "segments", "log", "home.lock", "segments/00000000.seg"])
def test_a_home_with_a_part_missing(tmp_path: Path, part: str) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    path = story.path / part
    path.rename(tmp_path / "away")
    with pytest.raises(HomeInvalid):
        open_home(story.path, clock=story.clock)


@pytest.mark.parametrize(
    ("name", "people"),
    [("a b", {}), ("", {}), ("a+b", {}), ("acme", {"carl": ("AAAA",)}), ("acme", {"": ("AAAA",)})],
)
def test_a_home_that_can_not_be(tmp_path: Path, name: str, people: Any) -> None:
    with pytest.raises(HomeInvalid):
        create_home(
            tmp_path / "home",
            name=name,
            stage=Stage.PILOT,
            first_release=people,
            clock=StepClock(),
            ids=SystemIds(),
        )
    assert not list(tmp_path.iterdir())


def test_reading_no_home(tmp_path: Path) -> None:
    with pytest.raises(HomeInvalid):
        read_home(tmp_path)
    with pytest.raises(HomeInvalid):
        open_home(tmp_path, clock=StepClock())


def test_reader_offers_the_keys(story: Story) -> None:
    reader = read_home(story.path)
    assert list(reader.record_keys.values()) == [story.log._sealing.custody.signer.public_key]
    assert reader.log_vkey == (story.path / "log/log.vkey").read_text().strip()
    assert reader.origin == story.log.origin
