"""A published log, and a checkpoint over the first part of it, for the verifiers made by others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance import tlogcheck as go
from tests.worlds.homes import Story
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.proof import TlogProof, render_proof
from watchkeeper.verify.handout import hand_out
from watchkeeper.verify.source import DirectorySource, read_bundle


@dataclass(frozen=True, slots=True)
class Published:
    """A log's folder, and a file with a checkpoint that was kept from before it grew."""

    path: Path
    older: Path

    @property
    def size(self) -> int:
        raw = (self.path / "checkpoint").read_bytes()
        return parse_checkpoint_unverified(raw)[0].size

    @property
    def vkey(self) -> Path:
        return self.path / "log.vkey"

    @property
    def records(self) -> Path:
        return self.path / "records.pem"

    def entries(self) -> list[bytes]:
        return read_bundle(DirectorySource(self.path), 0, self.size)

    def proof(self, index: int) -> TlogProof:
        return hand_out(DirectorySource(self.path), index).proof

    def of_another_size(self, raw: bytes) -> bytes:
        """The checkpoint in a note or a proof, claiming one entry more."""
        head, _, tail = raw.partition(b"/0\n")
        size, rest = tail.split(b"\n", 1)
        return b"%b/0\n%d\n%b" % (head, int(size) + 1, rest)

    def hand_out(self, index: int, folder: Path) -> tuple[Path, Path]:
        """Write what `log proof` writes: the proof and the envelope."""
        found = hand_out(DirectorySource(self.path), index)
        proof, entry = folder / f"{index}.tlog-proof", folder / f"{index}.envelope.json"
        proof.write_bytes(render_proof(found.proof))
        entry.write_bytes(found.entry)
        return proof, entry


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("verifiers")
    story = Story(folder / "home")
    story.reopen()
    story.day()
    story.reopen()
    older = folder / "older.checkpoint"
    older.write_bytes((story.path / "log" / "checkpoint").read_bytes())
    for _ in range(4):
        story.act()
    story.log.close()
    return Published(story.path / "log", older)


@pytest.fixture(scope="session")
def tlogcheck(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the checker made with Go's sumdb."""
    return go.build(tmp_path_factory.mktemp("go"))
