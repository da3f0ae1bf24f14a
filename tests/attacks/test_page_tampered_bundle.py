"""Bundles that were changed after they were made, by somebody who knows the format: the page in the
browser refuses each of them, and so does `log verify`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.browser import Opened, opened, started
from tests.worlds.homes import Story
from tests.worlds.taken_away import (
    SALT,
    as_run,
    bundle_of,
    disclosed,
    made_again,
    members_of,
    packed,
    pins_of,
    told,
)
from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.canonical import canonical
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.compose.compose import Wish

Members = dict[str, bytes]
_FLIPS = """async ([text, pins, places]) => {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const accepted = [];
  for (const [at, bit] of places) {
    bytes[at] ^= bit;
    try {
      if ((await verifyBundle(bytes, pins, async () => {})).ok) accepted.push([at, bit]);
    } catch (error) {
      if (!(error instanceof Refused)) throw new Error(`at ${at}: ${error.stack}`);
    }
    bytes[at] ^= bit;
  }
  return accepted;
}"""


@dataclass(frozen=True)
class World:
    story: Story
    other: Story
    page: Opened
    whole: bytes
    picked: bytes
    pins: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("tampered")
    story, other = told(folder / "home"), told(folder / "other")
    whole = made_again(as_run(story, members_of(bundle_of(story, folder / "whole.wkb"))))
    picked = bundle_of(story, folder / "picked.wkb", Wish(Selection(decision="0/11")))
    with started() as browser, opened(browser, folder) as page:
        yield World(story, other, page, whole, picked, pins_of(story))
    story.log.close()
    other.log.close()


def by_the_command(bundle: bytes, folder: Path, story: Story) -> bool:
    """Tell whether `log verify` finds that the bundle holds."""
    from watchkeeper.cli.log.arguments import record_keys

    path, log = folder / "given.wkb", story.path / "log"
    path.write_bytes(bundle)
    keys, vkey = record_keys(log / "records.pem"), (log / "log.vkey").read_text()
    try:
        return verify_bundle(path, vkey=vkey, record_keys=keys, workers=1).ok
    except WatchkeeperError:
        return False


def test_the_bundles_that_nobody_changed(world: World, tmp_path: Path) -> None:
    for bundle in (world.whole, world.picked, made_again(members_of(world.picked))):
        assert world.page.verify(bundle, world.pins) == {"ok": True, "failed": [], "refused": None}
        assert by_the_command(bundle, tmp_path, world.story)


@pytest.mark.parametrize("which", ["whole", "picked"])
def test_a_bit_flipped_anywhere(world: World, which: str) -> None:
    bundle = getattr(world, which)
    text = base64.b64encode(bundle).decode()
    # Every byte of the first and the last part, and every thirteenth between: each member has some.
    edge = 1200
    places = [*range(edge), *range(edge, len(bundle) - edge, 13)]
    places += range(len(bundle) - edge, len(bundle))
    flips = [(at, 1 << at % 8) for at in places]
    assert world.page.page.evaluate(_FLIPS, [text, world.pins, flips]) == []


def test_cut_off_and_appended(world: World) -> None:
    bundle = world.picked
    for at in [*range(0, len(bundle), 997), len(bundle) - 1]:
        assert world.page.verify(bundle[:at], world.pins)["refused"], at
    for given in (bundle + b"\0", b"\0" + bundle, bundle + bundle):
        assert world.page.verify(given, world.pins)["refused"]


def name(index: int, end: str = "envelope.json") -> str:
    return f"records/{index:012d}.{end}"


def swapped(members: Members, one: str, two: str) -> Members:
    return {**members, one: members[two], two: members[one]}


def without(members: Members, *gone: str) -> Members:
    return {key: data for key, data in members.items() if key not in gone}


def changed(members: Members, key: str, old: bytes, new: bytes) -> Members:
    assert old in members[key], (key, old)
    return {**members, key: members[key].replace(old, new, 1)}


def entries(raw: bytes) -> list[bytes]:
    found = []
    while raw:
        length = int.from_bytes(raw[:2], "big")
        found.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return found


def framed(given: list[bytes]) -> bytes:
    return b"".join(len(one).to_bytes(2, "big") + one for one in given)


def singles(members: Members) -> list[int]:
    return [int(key[8:20]) for key in members if key.endswith("envelope.json")]


def runs(members: Members) -> list[list[int]]:
    found = [[index, index + 1] for index in singles(members)]
    found += [[int(key[7:19]), int(key[20:32])] for key in members if key.endswith(".entries")]
    merged: list[list[int]] = []
    for first, end in sorted(found):
        if merged and merged[-1][1] == first:
            merged[-1][1] = end
        else:
            merged.append([first, end])
    return merged


def forged_singles(members: Members) -> Iterator[tuple[str, bytes]]:
    """Yield single records and proofs that were changed, with all digests put right."""
    indexes = singles(members)
    assert len(indexes) > 1
    one, two = indexes[-2:]
    proof, other = name(one, "tlog-proof"), name(two, "tlog-proof")
    envelope = json.loads(members[name(one)])
    yield "two records swapped", made_again(swapped(members, name(one), name(two)))
    both = swapped(swapped(members, name(one), name(two)), proof, other)
    yield "two records swapped with their proofs", made_again(both)
    yield "two proofs swapped", made_again(swapped(members, proof, other))
    said = base64.b64decode(envelope["payload"])
    edited = said.replace(b'"12.00"', b'"99.00"').replace(b"2026-", b"2025-")
    assert edited != said
    payload = {**envelope, "payload": base64.b64encode(edited).decode()}
    yield "a record edited", made_again({**members, name(one): canonical(payload)})
    spaced = members[name(one)].replace(b'","', b'", "', 1)
    yield "a record spelt otherwise", made_again({**members, name(one): spaced})
    index = f"index {one}\n".encode()
    yield "another index", made_again(changed(members, proof, index, b"index 0\n"))
    zero = index.replace(b" ", b" 0")
    yield "an index spelt otherwise", made_again(changed(members, proof, index, zero))
    lines = members[proof].split(b"\n\n", 1)[0].split(b"\n")
    yield "a hash too few", made_again(changed(members, proof, b"\n" + lines[-1], b""))
    twice = lines[-1] + b"\n" + lines[-1]
    yield "a hash too much", made_again(changed(members, proof, lines[-1], twice))
    at = f"/0\n{21}\n".encode()
    yield "another checkpoint in a proof", made_again(changed(members, proof, at, b"/0\n22\n"))
    left = without(members, name(one), proof)
    yield "a record left out", made_again(left)
    yield "a record left out, and the runs put right", made_again(left, runs=runs(left))
    yield "a proof left out", made_again(without(members, proof))


def forged_ranges(members: Members) -> Iterator[tuple[str, bytes]]:
    """Yield a run of records that was changed, with all digests put right."""
    [held] = [key for key in members if key.endswith(".entries")]
    proof = held.replace("entries", "proof")
    given = entries(members[held])
    assert len(given) == 21
    changes = {
        "two entries swapped": [*given[:5], given[6], given[5], *given[7:]],
        "an entry left out": [*given[:5], *given[6:]],
        "an entry twice": [*given[:5], given[5], *given[5:]],
        "an entry emptied": [*given[:5], b"", *given[6:]],
        "the last entry left out": given[:-1],
        "an entry edited": [*given[:5], given[5].replace(b"ey", b"ez", 1), *given[6:]],
    }
    for what, now in changes.items():
        yield what, made_again({**members, held: framed(now)})
    yield "a stray byte", made_again({**members, held: members[held] + b"\0"})
    shorter = without(members, held, proof)
    shorter["ranges/000000000000-000000000020.entries"] = framed(given[:-1])
    shorter["ranges/000000000000-000000000020.proof"] = members[proof]
    yield "a shorter run", made_again(shorter, runs=[[0, 20]])
    text = members[proof]
    shorter["ranges/000000000000-000000000020.proof"] = text.replace(b" 21 21", b" 20 21")
    yield "a shorter run with its proof edited", made_again(shorter, runs=[[0, 20]])
    shorter["ranges/000000000000-000000000020.proof"] = text.replace(b" 21 21", b" 20 20")
    yield "a shorter log", made_again(shorter, runs=[[0, 20]], size=20)
    again = base64.b64encode(bytes(32)) + b"\n"
    yield "a hash too much in the proof", made_again({**members, proof: text + again})
    yield "a proof without its end", made_again({**members, proof: text[:-1]})


def forged_claims(members: Members, other: Members) -> Iterator[tuple[str, bytes]]:
    """Yield bundles whose keys, checkpoint or manifest were exchanged."""
    yield (
        "the checkpoint of another log",
        made_again({**members, "checkpoint": other["checkpoint"], "log.vkey": other["log.vkey"]}),
    )
    yield "another origin", made_again(changed(members, "checkpoint", b"acme", b"acne"))
    yield "another size", made_again(changed(members, "checkpoint", b"/0\n21", b"/0\n20"))
    yield "a whole bundle of another log", packed(other)
    manifest = members["manifest.json"]
    yield "a manifest spelt otherwise", packed({**members, "manifest.json": manifest + b"\n"})
    twice = manifest.replace(b'{"checkpoint"', b'{"a":1,"a":1,"checkpoint"')
    yield "a key twice in the manifest", packed({**members, "manifest.json": twice})
    claims: dict[str, dict[str, Any]] = {
        "an origin claimed": {"origin": "acme.example/other/0"},
        "a size claimed": {"size": 22},
        "a format claimed": {"format": "urn:x-watchkeeper:bundle:v2"},
        "another checkpoint claimed": {"checkpoint": "0" * 64},
        "a hole claimed": {"runs": [[0, 5], [6, 21]]},
        "no runs claimed": {"runs": []},
        "a chosen record that is not there": {"chosen": [4000]},
        "a neighbour that is none": {
            "neighbours": [5],
            "selection": {"since": "2026-11-18T11:06:40.000000Z"},
        },
    }
    for what, claim in claims.items():
        yield what, made_again(members, **claim)
    files = {key: data for key, data in members.items() if key != "records.pem"}
    yield "a member that the manifest names and is not there", packed(files)
    plan = next(key for key in members if key.startswith("plans/"))
    edited = members[plan].replace(b"anna", b"anno")
    yield "a plan edited", made_again({**members, plan: edited})
    yield (
        "a plan under another digest",
        made_again({**without(members, plan), f"plans/{'0' * 64}.json": members[plan]}),
    )


def forged_values(members: Members) -> Iterator[tuple[str, bytes]]:
    """Yield values disclosed that the records do not hold."""
    told_: dict[str, dict[str, bytes]] = {
        "another value": disclosed(19, "arg.order_id", "ORD-8"),
        "another salt": disclosed(19, "arg.order_id", "ORD-7", SALT[::-1]),
        "no salt": disclosed(19, "arg.order_id", "ORD-7", b""),
        "another name": disclosed(19, "arg.order", "ORD-7"),
        "a value that stands in clear": disclosed(2, "arg.amount", "12.00"),
        "another record": disclosed(17, "arg.order_id", "ORD-7"),
        "a record that is not there": disclosed(4000, "arg.order_id", "ORD-7"),
    }
    for what, member in told_.items():
        yield what, made_again({**members, **member})
    [key] = disclosed(19, "arg.order_id", "ORD-7")
    right = disclosed(19, "arg.order_id", "ORD-7")[key]
    for what, raw in {
        "of another index": right.replace(b"19", b"18"),
        "with a space": right.replace(b",", b", ", 1),
        "with more in it": right.replace(b'"index"', b'"also":1,"index"'),
        "with a key twice": right.replace(b'"index":19', b'"index":19,"index":19'),
    }.items():
        yield what, made_again({**members, key: raw})
    for what, raw in {
        "a payload that is no object": b"[]",
        "a payload of another record": canonical({"request": {}, "salts": {}}),
        "a payload with a key twice": b'{"a":1,"a":1}',
        "a payload that is no JSON": b"{",
    }.items():
        yield what, made_again({**members, f"payloads/{19:012d}.json": raw})


def check(world: World, folder: Path, forged: Iterator[tuple[str, bytes]]) -> int:
    count = 0
    for what, bundle in forged:
        found = world.page.verify(bundle, world.pins)
        assert not found["ok"], what
        assert found["refused"] or found["failed"], what
        assert not by_the_command(bundle, folder, world.story), what
        count += 1
    return count


def test_single_records_and_proofs(world: World, tmp_path: Path) -> None:
    assert check(world, tmp_path, forged_singles(members_of(world.picked))) == 13


def test_a_run_of_records(world: World, tmp_path: Path) -> None:
    assert check(world, tmp_path, forged_ranges(members_of(world.whole))) == 12


def test_keys_checkpoints_and_claims(world: World, tmp_path: Path) -> None:
    other = members_of(bundle_of(world.other, tmp_path / "other.wkb"))
    assert check(world, tmp_path, forged_claims(members_of(world.whole), other)) == 17


def test_values(world: World, tmp_path: Path) -> None:
    members = members_of(world.whole)
    assert check(world, tmp_path, forged_values(members)) == 15
    right = made_again({**members, **disclosed(19, "arg.order_id", "ORD-7")})
    assert world.page.verify(right, world.pins)["ok"]
    assert by_the_command(right, tmp_path, world.story)
