"""A bank whose log was really rolled: with erasures, keys and approvals before and after."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.disk_bank import DiskBank
from watchkeeper.adapters.keys import FileSigner
from watchkeeper.ledger.note import parse_note_unverified
from watchkeeper.ledger.witness.cosignature import cosign, with_cosignatures, witness_key
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Status

AT = 1_795_000_000
_SHARD_0 = ("segments", "log", "newest.checkpoint", "synced", "snapshots", "ended")


class RolledBank(DiskBank):
    """The bank, and what its people do with its log."""

    def do(self, amount: float = 20, **changes: Any) -> Allowed:
        """An action from its decision to its effect."""
        answer = allowed(self.ask(pay(amount, **changes)))
        answer.ticket.wait()
        self.kernel.finish(answer, Status.SUCCEEDED, answer.at, {"ok": True}).wait()
        return answer

    def rotate(self, person: str = "ana") -> str:
        """Let a new record key take over; its id."""
        offer = self.tell(person, "next-key", uri=None)
        body = {"replaces": offer["replaces"], "newKey": offer["newKey"], "old": "retired"}
        self.tell(person, "rotate-key", {"proof": offer["proof"]}, **body, reason=None)
        return str(offer["keyid"])

    def published(self) -> Path:
        """Publish, and return the folder of the newest shard's published log."""
        self.log.publish_now()
        shard = self.log.shard
        return (self.path / "shards" / str(shard) if shard else self.path) / "log"

    def checkpoint(self) -> bytes:
        return (self.published() / "checkpoint").read_bytes()


def rolled(path: Path) -> RolledBank:
    """Two shards. In the first: an erasure, a rotation, and two actions that go on in the second.

    In the second: what became of those, an erasure, a rotation, and something more.
    """
    bank = RolledBank(path)
    bank.do(note="gone")
    bank.do(note="stays")
    bank.erase(asked="records", spans=[[2, 3]])
    bank.rotate()
    unknown = allowed(bank.ask(pay(21, note="unknown")))
    unknown.ticket.wait()
    waits = escalated(bank.ask(pay(250, note="waits")))
    bank.roll()
    bank.kernel.finish(unknown, Status.SUCCEEDED, unknown.at, {}).wait()
    bank.approve(waits.handle)
    released = allowed(bank.come_back(waits.handle))
    released.ticket.wait()
    bank.kernel.finish(released, Status.SUCCEEDED, released.at, {}).wait()
    done = bank.do(note="gone too")
    index = done.ticket.ref.index
    bank.erase(asked="records", spans=[[index, index + 1]])
    bank.rotate()
    bank.do(note="last")
    bank.log.publish_now()
    return bank


def move_away(home: Path, cold: Path) -> Path:
    """Move shard 0 to cold storage."""
    cold.mkdir()
    for name in _SHARD_0:
        if (home / name).exists():
            shutil.move(home / name, cold / name)
    return cold


WITNESS = FileSigner(Ed25519PrivateKey.from_private_bytes(b"w" * 32))
WITNESS_KEY = witness_key("w.example", WITNESS.public_key)
POLICY = f"witness w {WITNESS_KEY}\nquorum w\n".encode()


def cosigned(log: Path) -> None:
    """Have a witness cosign what a shard published last."""
    raw = (log / "checkpoint").read_bytes()
    line = cosign(parse_note_unverified(raw).text, WITNESS_KEY.name, WITNESS, AT)
    (log / "checkpoint").write_bytes(with_cosignatures(raw, [line]))
