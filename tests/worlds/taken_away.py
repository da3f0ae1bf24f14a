"""Bundles as an auditor takes them away, and the same bundles made again by somebody who cheats."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.worlds.homes import Story
from watchkeeper import wiring
from watchkeeper.ledger.canonical import canonical, hidden_digest
from watchkeeper.ledger.tiles import nodes_from_tiles, render_bundle
from watchkeeper.records.action import Hidden, Outcome
from watchkeeper.verify.bundle.container import (
    Member,
    parse_container,
    render_directory,
    render_header,
)
from watchkeeper.verify.bundle.manifest import Selection, order_of
from watchkeeper.verify.bundle.range_proof import range_proof, render_range_proof
from watchkeeper.verify.compose.compose import Wish
from watchkeeper.verify.source import DirectorySource, tile_reader

SALT = bytes(range(16))


def told(path: Path, name: str = "order_id", value: Any = "ORD-7") -> Story:
    """A day in a home, with an argument that stands in the log as a digest only."""
    story = Story(path)
    story.reopen()
    story.day()
    hidden = Hidden(name, digest=hidden_digest(SALT, value))
    story.effect(*story.decide(Outcome.ALLOW, arguments=(hidden,)))
    story.reopen()
    return story


def bundle_of(story: Story, out: Path, wish: Wish | None = None) -> bytes:
    """Write a bundle of what was told, and return its bytes."""
    wish = wish or Wish(Selection())
    wiring.write_bundle(str(story.path), out, wish, replace=True, progress=lambda _a, _b: None)
    return out.read_bytes()


def pins_of(story: Story) -> dict[str, str]:
    log = story.path / "log"
    return {"vkey": (log / "log.vkey").read_text(), "records": (log / "records.pem").read_text()}


def members_of(bundle: bytes) -> dict[str, bytes]:
    """Return the members of a bundle with their bytes."""
    found = parse_container(lambda at, count: bundle[at : at + count], len(bundle))
    return {member.name: bundle[member.start : member.end] for member in found}


def made_again(members: Mapping[str, bytes], **claims: Any) -> bytes:
    """Return a container in its one spelling, with a manifest that names what is there.

    `claims` replace members of the manifest.
    """
    files = {name: data for name, data in members.items() if name != "manifest.json"}
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest["checkpoint"] = manifest["files"]["checkpoint"]
    return packed({"manifest.json": canonical({**manifest, **claims}), **files})


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return members as a container in its one spelling."""
    out, written = b"", []
    for name in sorted(members, key=order_of):
        data = members[name]
        member = Member(name, len(data), zlib.crc32(data), len(out))
        written.append(member)
        out += render_header(member) + data
    return out + b"".join(render_directory(written))


def as_run(story: Story, members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a bundle of a whole log with its records in one range, not one by one."""
    size = sum(name.endswith(".envelope.json") for name in members)
    records = [members[f"records/{index:012d}.envelope.json"] for index in range(size)]
    node_at = nodes_from_tiles(size, tile_reader(DirectorySource(story.path)))
    name = f"ranges/{0:012d}-{size:012d}"
    rest = {key: data for key, data in members.items() if not key.startswith("records/")}
    proof = render_range_proof(range_proof(0, size, size, node_at))
    return {**rest, f"{name}.entries": render_bundle(records), f"{name}.proof": proof}


def disclosed(index: int, name: str, value: Any, salt: bytes = SALT) -> dict[str, bytes]:
    """Return the member that discloses one value."""
    said = {"index": index, "name": name, "salt": salt.hex(), "value": value}
    return {f"disclosed/{index:012d}.{name}.json": canonical(said)}
