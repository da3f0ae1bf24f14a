"""A day's work written down, and each state that the power may leave of it opened again."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from bench.world import World
from faults.calls.house import House, make_home, signed
from faults.power.journal import Journal
from faults.power.layouts import Layout, layouts
from watchkeeper import wiring
from watchkeeper.adapters.posix import writer
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.log import PosixLog, open_home
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.ledger.envelope import read_own_record
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.action import Boundary, Point, Status
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref
from watchkeeper.verify import verify_log

P = ParamSpec("P")
T = TypeVar("T")
_NEVER = 3600.0
_SEGMENT_BYTES = 60_000
_SYNCS = frozenset({"fdatasync", "fsync"})
MakeFiles = Callable[[Path], Journal]


class Memory(Files):
    """Files that sync nothing: what a state is recovered to lives no longer than its check."""

    def call(self, name: str, act: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one operation, but no sync."""
        if name in _SYNCS:
            return None  # type: ignore[return-value]
        return super().call(name, act, *args, **kwargs)


@dataclass(slots=True)
class Day:
    """What was done: the journal of it, the bytes of every record in order, and what was erased."""

    journal: Journal
    records: list[bytes]
    vkey: str
    gone: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Recovered:
    """How many states were opened again, and what did not hold in them."""

    count: int = 0
    found: list[str] = field(default_factory=list)


def work(folder: Path, rounds: int, files: MakeFiles = Journal) -> Day:
    """Do refunds, one at a time and three at once, publishing between, into a new segment too."""
    folder.mkdir(parents=True)
    house = House(folder)
    make_home(house)
    before = vars(writer)["SEGMENT_BYTES"]
    vars(writer).update(SEGMENT_BYTES=_SEGMENT_BYTES)
    try:
        journal = files(house.template)
        log = open_home(house.template, clock=wiring.clock(), files=journal, publish_seconds=_NEVER)
        journal.promise(log.durable_size)
        gone = _refunds(log, journal, rounds, house)
        records = [frame.envelope for frame in log.frames(0, log.durable_size)]
        log.close()
        journal.promise(len(records), (house.template / "log" / "checkpoint").read_bytes())
    finally:
        vars(writer).update(SEGMENT_BYTES=before)
    return Day(journal, records, house.vkey, gone)


def _refunds(log: PosixLog, journal: Journal, rounds: int, house: House) -> tuple[bytes, ...]:
    """Decide, finish, publish; half-way, erase what was first. Returns bytes that are gone."""
    home = Home(log, wiring.clock(), wiring.ids())
    kernel = Kernel(home, Point("faults", Boundary.EXCLUSIVE))
    for server in home.enforcer.bundle.servers:
        for tool in server.tools:
            home.pins[server.id, tool.name] = tool.pin
    world = World(home, kernel)
    begun = log.durable_size
    gone: tuple[bytes, ...] = ()
    for turn in range(rounds):
        if turn == rounds // 2:
            gone = _erased(kernel, house, begun)
            journal.promise(log.durable_size, gone=gone)
        for allowed in [world.decide() for _ in range(1 + 2 * (turn % 2))]:
            allowed.ticket.wait()
            journal.promise(allowed.ticket.ref.index + 1)
            said = kernel.finish(allowed, Status.SUCCEEDED, allowed.at, {"refund": turn})
            said.wait()
            journal.promise(said.ref.index + 1)
        if turn % 3 == 2:
            log.publish_now()
            seen = (log.layout.log / "checkpoint").read_bytes()
            journal.promise(log.durable_size, seen)
    return gone


def _erased(kernel: Kernel, house: House, index: int) -> tuple[bytes, ...]:
    """Erase the payloads of a decision and its effect, at a person's command."""
    commands, log = Commands(kernel), kernel.home.log
    payload = log.entry(Ref(0, index)).payload
    ana = house.signer("ana")
    salt, why = bytes(16), "asked for"
    body = {"asked": "records", "spans": [[index, index + 2]]}
    look = signed(ana, "ana", log.origin, "erasable", body)
    found = commands.run(look, {}).run()
    body |= {
        "end": found["end"],
        "records": found["records"],
        "reason": hidden_digest(salt, why),
    }
    order = signed(ana, "ana", log.origin, "erase", body)
    commands.run(order, {"reason": why, "salt": salt.hex()}).run()
    return () if payload is None else (payload.body["request"]["nonce"].encode(),)


def chosen(day: Day, *, seed: int = 0, count: int | None = None) -> list[Layout]:
    """Return the states that the power may leave, or a sample of them."""
    found = list(layouts(day.journal))
    if count is None or count >= len(found):
        return found
    return random.Random(seed).sample(found, count)  # noqa: S311 - a sample that can be had again


def recover_all(day: Day, states: list[Layout], folder: Path) -> Iterator[str | None]:
    """Open each state again; yield what does not hold in it, or None."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, state in enumerate(states):
        place = folder / f"{os.getpid()}-{number}"
        state.write(place)
        trouble = trouble_in(day, state, place)
        shutil.rmtree(place)
        yield None if trouble is None else f"{state.story}: {trouble}"


def trouble_in(day: Day, state: Layout, place: Path) -> str | None:
    """Open a state that was laid out at `place`; return what does not hold, or None."""
    try:
        log = open_home(place, clock=wiring.clock(), files=Memory(), publish_seconds=_NEVER)
    except WatchkeeperError as error:
        return f"it does not open: {error}"
    with log:
        there = [frame.envelope for frame in log.frames(0, log.durable_size)]
    erased = any(read_own_record(raw).kind is Kind.ERASURE for raw in there)
    # What was acknowledged as erased is so at once; what is on record as erased, once it opens.
    gone = [*_left(state.files.values(), state.gone)]
    if erased:
        gone += _left((p.read_bytes() for p in place.rglob("*") if p.is_file()), day.gone)
    if gone:
        return f"{len(gone)} erased values are still there"
    if len(there) < state.records:
        return f"{state.records} records were acknowledged, {len(there)} are there"
    if there != day.records[: len(there)]:
        return "a record is not the one that was written"
    found = verify_log(place, vkey=day.vkey, older=state.seen, workers=1)
    if found.findings or found.size != len(there):
        return f"it does not verify: {found.findings[:1]}, {found.size} of {len(there)} published"
    return None


def _left(files: Iterable[bytes], values: tuple[bytes, ...]) -> list[bytes]:
    return [value for data in files for value in values if value in data]
