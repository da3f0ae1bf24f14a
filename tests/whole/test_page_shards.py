"""A later shard of a log in the page: what it took over counts, what points back is not checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.browser import Opened, opened, started
from tests.worlds.homes import Person
from tests.worlds.rolled import rolled
from tests.worlds.taken_away import packed, told
from watchkeeper import wiring
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.ledger.checkpoint import Checkpoint, log_key, sign_checkpoint
from watchkeeper.ledger.key_list import public_pem
from watchkeeper.ledger.merkle import leaf_hash, root_of
from watchkeeper.ledger.pae import pae
from watchkeeper.ledger.tiles import render_bundle
from watchkeeper.verify.bundle.range_proof import RangeProof, render_range_proof
from watchkeeper.verify.compose.compose import Wish

ORIGIN = "acme.example/refunds/1"
TYPE = "application/vnd.in-toto+json"
PINNED = {"vkey": "log.vkey", "records": "records.pem"}


class Shard:
    """A shard made by hand out of the records of another log, signed with keys of its own."""

    def __init__(self, folder: Path) -> None:
        story = told(folder / "home")
        self.key, self.log = Person("records").signer, Person("log").signer
        raw = (story.path / "log/tile/entries/000.p/21").read_bytes()
        story.log.close()
        self.statements = [
            json.loads(base64.b64decode(json.loads(e)["payload"])) for e in _split(raw)
        ]
        release = self.statements[1]["predicate"]
        genesis = self.statements[0]["predicate"]
        names = ("plan", "releasedBy", "people", "roles")
        vkey = str(log_key(ORIGIN, self.log.public_key))
        genesis |= {
            "origin": ORIGIN,
            "shard": 1,
            "logKey": vkey,
            "recordKeys": {self.key.keyid: base64.b64encode(self.key.public_key).decode()},
            "carried": {
                **{name: release[name] for name in names},
                "since": genesis["at"],
                "until": genesis["at"],
                "state": "0" * 64,
            },
        }
        self.pins = {"vkey": vkey, "records": public_pem(self.key.public_key), "policy": ""}

    def bundle(self, statements: list[dict[str, Any]]) -> bytes:
        """Return a bundle of all of a shard that holds these statements."""
        entries = [self._sealed(canonical(one)) for one in statements]
        size = len(entries)
        root = root_of([leaf_hash(entry) for entry in entries])
        name = f"ranges/{0:012d}-{size:012d}"
        files = {
            "checkpoint": sign_checkpoint(Checkpoint(ORIGIN, size, root), self.log),
            "log.vkey": self.pins["vkey"].encode() + b"\n",
            "records.pem": self.pins["records"].encode(),
            f"{name}.entries": render_bundle(entries),
            f"{name}.proof": render_range_proof(RangeProof(0, size, size, ())),
        }
        digests = {key: sha256_hex(data) for key, data in files.items()}
        manifest = {
            "checkpoint": digests["checkpoint"],
            "files": digests,
            "format": "urn:x-watchkeeper:bundle:v1",
            "made": "2026-11-23T08:00:00.000000Z",
            "origin": ORIGIN,
            "runs": [[0, size]],
            "selection": {},
            "size": size,
        }
        return packed({"manifest.json": canonical(manifest), **files})

    def _sealed(self, statement: bytes) -> bytes:
        sig = base64.b64encode(self.key.sign(pae(TYPE, statement))).decode()
        return canonical(
            {
                "payload": base64.b64encode(statement).decode(),
                "payloadType": TYPE,
                "signatures": [{"keyid": self.key.keyid, "sig": sig}],
            }
        )


def _split(raw: bytes) -> Iterator[bytes]:
    while raw:
        length = int.from_bytes(raw[:2], "big")
        yield raw[2 : 2 + length]
        raw = raw[2 + length :]


def at(statement: dict[str, Any], shard: int, index: int) -> dict[str, Any]:
    """An effect that refers to a decision elsewhere."""
    said = {**statement["predicate"], "decision": {"shard": shard, "index": index}}
    return {**statement, "predicate": said}


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Shard:
    return Shard(tmp_path_factory.mktemp("shard"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("tab")) as found:
        yield found


def test_what_was_taken_over_counts(page: Opened, shard: Shard) -> None:
    genesis, _, allow, effect, *_ = shard.statements
    found = page.verify(shard.bundle([genesis, allow, at(effect, 1, 1)]), shard.pins)
    assert found == {"ok": True, "failed": [], "refused": None}


def test_what_points_to_an_earlier_shard_is_not_mixed_up(page: Opened, shard: Shard) -> None:
    genesis, _, allow, effect, *_ = shard.statements
    # The same index in the shard before is another record, and not in this bundle.
    found = page.verify(shard.bundle([genesis, allow, at(effect, 0, 1)]), shard.pins)
    assert found["ok"]
    found = page.verify(shard.bundle([genesis, allow, at(effect, 1, 2)]), shard.pins)
    assert [step["number"] for step in found["failed"]] == [11]
    found = page.verify(shard.bundle([genesis, allow, at(effect, 2, 1)]), shard.pins)
    assert [step["number"] for step in found["failed"]] == [11]


def test_a_decision_by_another_plan_than_was_taken_over(page: Opened, shard: Shard) -> None:
    genesis, _, allow, effect, *_ = shard.statements
    other = {**allow, "predicate": {**allow["predicate"], "plan": "1" * 64}}
    found = page.verify(shard.bundle([genesis, other, at(effect, 1, 1)]), shard.pins)
    assert [step["number"] for step in found["failed"]] == [10]


def test_a_stop_that_was_taken_over(page: Opened, shard: Shard) -> None:
    genesis, _, allow, effect, *_ = shard.statements
    carried = {**genesis["predicate"]["carried"], "stops": [{"kind": "all", "name": ""}]}
    stopped = {**genesis, "predicate": {**genesis["predicate"], "carried": carried}}
    found = page.verify(shard.bundle([stopped, allow, at(effect, 1, 1)]), shard.pins)
    assert [step["number"] for step in found["failed"]] == [10]


def test_a_genesis_of_another_shard(page: Opened, shard: Shard) -> None:
    genesis, *_ = shard.statements
    other = {**genesis, "predicate": {**genesis["predicate"], "shard": 7}}
    found = page.verify(shard.bundle([other]), shard.pins)
    assert [step["number"] for step in found["failed"]] == [1]


def test_bundles_of_a_log_that_was_really_rolled(page: Opened, tmp_path: Path) -> None:
    bank = rolled(tmp_path / "home")
    bank.erase(asked="records", spans=[[4, 5]], shard=0)
    bank.log.publish_now()
    assert wiring.read_log(bank.path, 0).frame(4).payload.startswith(b'{"erased":')
    bank.log.close()
    for shard, log in enumerate((bank.path / "log", bank.path / "shards/1/log")):
        out = tmp_path / f"{shard}.wkb"
        wish = Wish(whole=True)
        wiring.write_bundle(
            str(bank.path), out, wish, replace=False, progress=lambda _a, _b: None, shard=shard
        )
        pins = {name: (log / file).read_text() for name, file in PINNED.items()}
        found = page.verify(out.read_bytes(), {**pins, "policy": ""})
        assert found == {"ok": True, "failed": [], "refused": None}
