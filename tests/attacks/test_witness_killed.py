"""A witness that is killed at any moment never signs two histories."""

from __future__ import annotations

import contextlib
import shutil
import threading
from pathlib import Path

import httpx2

from tests.worlds.homes import NEVER, Story
from tests.worlds.witnesses import circle, vkey_of
from watchkeeper.adapters.posix import open_home
from watchkeeper.ledger.checkpoint import parse_checkpoint_unverified
from watchkeeper.ledger.merkle import consistency_proof
from watchkeeper.ledger.note import parse_note_unverified, parse_vkey
from watchkeeper.ledger.tiles import nodes_from_tiles
from watchkeeper.ledger.witness.cosignature import parse_answer
from watchkeeper.ledger.witness.message import AddCheckpoint, parse_size, render_request

ROUNDS = 3


class Branch:
    """A copy of one home that goes its own way, and the requests of its checkpoints."""

    def __init__(self, story: Story, path: Path) -> None:
        shutil.copytree(story.path, path)
        self.story, self.log = story, path / "log"
        self.path = path
        self.checkpoints: list[bytes] = []

    def grow(self) -> None:
        self.story.log = open_home(self.path, clock=self.story.clock, publish_seconds=NEVER)
        for _ in range(30):
            self.story.act()
            self.story.log.publish_now()
            self.checkpoints.append((self.log / "checkpoint").read_bytes())
        self.story.log.close()

    def request(self, old: int, raw: bytes) -> bytes:
        size = parse_checkpoint_unverified(raw)[0].size
        nodes = nodes_from_tiles(size, self._tile)
        proof = consistency_proof(old, size, nodes) if old else []
        return render_request(AddCheckpoint(old, tuple(proof), raw))

    def _tile(self, path: str) -> bytes:
        """The log stays below one tile: a smaller partial tile is how the last one begins."""
        wanted = int(path.rpartition("/")[2])
        (newest,) = (self.log / path).parent.glob("*")
        return newest.read_bytes()[: wanted * 32]


def newest_partial_only(log: Path) -> None:
    partials = sorted((log / "tile/0/000.p").iterdir(), key=lambda path: int(path.name))
    for path in partials[:-1]:
        path.unlink()


def test_one_history_through_kills(tmp_path: Path) -> None:
    story = Story(tmp_path / "home")
    story.log.close()
    branches = [Branch(story, tmp_path / name) for name in ("one", "two")]
    for branch in branches:
        branch.grow()
        newest_partial_only(branch.log)
    signed: list[tuple[int, int]] = []  # history, size
    with circle(tmp_path / "circle") as witnesses:
        witness = witnesses.ours("w", vkey_of(story.path))
        key = parse_vkey(witness.vkey)

        def submit(number: int, stop: threading.Event) -> None:
            branch, old = branches[number], 0
            for raw in branch.checkpoints * 3:
                if stop.is_set():
                    return
                with contextlib.suppress(httpx2.HTTPError):
                    reply = witness.post(branch.request(old, raw))
                    text = parse_note_unverified(raw).text
                    size = int(text.split("\n")[1])
                    if reply.status_code == 200:
                        parse_answer(reply.content, text, key)
                        signed.append((number, size))
                        old = size
                    elif reply.headers["content-type"] == "text/x.tlog.size":
                        said = parse_size(reply.content)
                        old = said if said <= size else old

        for _ in range(ROUNDS):
            stop = threading.Event()
            threads = [threading.Thread(target=submit, args=(n, stop)) for n in (0, 1)]
            for thread in threads:
                thread.start()
            before = len(signed)
            while len(signed) < before + 3 and any(thread.is_alive() for thread in threads):
                threads[0].join(0.005)
                threads[1].join(0.005)
            witness.kill()
            stop.set()
            for thread in threads:
                thread.join(30)
            witness.start()
    first = parse_checkpoint_unverified(branches[0].checkpoints[0])[0].size
    histories = {number for number, size in signed if size >= first}
    assert signed
    assert len(histories) == 1, "the witness signed two histories"
