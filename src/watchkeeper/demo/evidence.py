"""What the log says, read by itself: effects with their arguments, and whether it holds."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from watchkeeper import wiring
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.tiles import WIDTH, bundle_path, parse_bundle, render_bundle
from watchkeeper.records.action import EffectRecord, Outcome, Status
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log
from watchkeeper.verify.handout import published_checkpoint

_PEM = re.compile(b"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Done:
    """One allowed action of the log: what was asked, and its effect if it has one.

    `settled` says that the effect was found out later, by a read or by a person.
    """

    action_id: str
    tool: str
    arguments: dict[str, Any]
    effects: int = 0
    status: Status | None = None
    settled: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the tool did it."""
        return self.status is Status.SUCCEEDED


def actions_of(home: Path) -> list[Done]:
    """Return the allowed actions of a home in their order, with their arguments."""
    found: dict[str, Done] = {}
    for entry in wiring.read_entries(home):
        said = entry.record.predicate
        if entry.record.kind is Kind.DECISION and said.decision.outcome is Outcome.ALLOW:
            asked = entry.payload.body["request"] if entry.payload else {"arguments": {}}
            found[said.action_id] = Done(said.action_id, said.tool, asked["arguments"])
        elif isinstance(said, EffectRecord) and said.action_id in found:
            one = found[said.action_id]
            settled = said.resolved_by is not None
            found[said.action_id] = Done(
                one.action_id, one.tool, one.arguments, one.effects + 1, said.status, settled
            )
    return list(found.values())


def succeeded(actions: list[Done], tool: str, *names: str) -> Counter[tuple[Any, ...]]:
    """Count the effects of one tool that succeeded, by these arguments; money in cents."""
    return Counter(
        tuple(_value(name, action.arguments.get(name)) for name in names)
        for action in actions
        if action.tool == tool and action.succeeded
    )


def decided(home: Path) -> set[str | None]:
    """Return the ids of the actions that were decided."""
    return {
        entry.record.predicate.action_id
        for entry in wiring.read_entries(home)
        if entry.record.kind is Kind.DECISION
    }


def record_keys(log: Path) -> tuple[bytes, ...]:
    """Return the raw keys that sign records, from the file beside the tiles."""
    keys = [load_pem_public_key(pem) for pem in _PEM.findall((log / "records.pem").read_bytes())]
    return tuple(key.public_bytes_raw() for key in keys if isinstance(key, Ed25519PublicKey))


@dataclass(frozen=True, slots=True)
class Pinned:
    """What an auditor keeps from earlier visits: keys, and an older checkpoint."""

    vkey: str
    keys: tuple[bytes, ...]
    older: bytes

    def trouble(self, log: Path) -> str | None:
        """Return what speaks against a log, None if everything holds."""
        try:
            found = verify_log(
                wiring.source_of(str(log)),
                vkey=self.vkey,
                record_keys=self.keys,
                older=[self.older],
                workers=1,
            )
        except WatchkeeperError as error:
            return error.message
        if found.ok:
            return None
        return found.findings[0].message if found.findings else "a step failed"


def tampered_copies(log: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield copies of a published log, each tampered with in one way, and what was done."""
    ways: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
        ("one byte of a record flipped", _flip),
        ("one record taken out", _without_one),
        ("two records exchanged", _exchanged),
    )
    size = published_checkpoint(wiring.source_of(str(log)))[1].size
    where = bundle_path(0, min(size, WIDTH)) if size < WIDTH else bundle_path(0)
    for number, (title, change) in enumerate(ways):
        copy = folder / f"tampered-{number}"
        shutil.copytree(log, copy)
        raw = (copy / where).read_bytes()
        (copy / where).write_bytes(change(raw))
        yield title, copy
    rolled = folder / "tampered-back"
    shutil.copytree(log, rolled)
    yield "the checkpoint of another size", _resized(rolled)


def _resized(copy: Path) -> Path:
    path = copy / "checkpoint"
    lines = path.read_text("utf-8").split("\n")
    lines[1] = str(int(lines[1]) - 1)
    path.write_text("\n".join(lines), "utf-8")
    return copy


def _flip(raw: bytes) -> bytes:
    """Flip one bit in the middle of the entries."""
    place = len(raw) // 2
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def _without_one(raw: bytes) -> bytes:
    entries = _entries(raw)
    del entries[len(entries) // 2]
    return render_bundle(entries)


def _exchanged(raw: bytes) -> bytes:
    entries = _entries(raw)
    middle = len(entries) // 2
    entries[middle], entries[middle + 1] = entries[middle + 1], entries[middle]
    return render_bundle(entries)


def _entries(raw: bytes) -> list[bytes]:
    """Split a bundle: each entry stands behind its length in two bytes (C2SP tlog-tiles)."""
    entries, place = [], 0
    while place < len(raw):
        length = int.from_bytes(raw[place : place + 2], "big")
        entries.append(raw[place + 2 : place + 2 + length])
        place += 2 + length
    return parse_bundle(raw, len(entries))


def _value(name: str, value: Any) -> Any:
    return int(Decimal(str(value)) * 100) if name == "amount" else value
