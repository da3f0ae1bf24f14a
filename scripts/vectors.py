"""Write tests/conformance/vectors: the same bytes whenever it is run.

python scripts/vectors.py [FOLDER]
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import vectors_cases
from vectors_cases import SIZES, WHOLE, Case, bad
from vectors_notes import LOG, ORIGIN, STRANGER, TIME, WITNESSES, b64, checkpoint
from vectors_records import HOME, PERSON, records
from vectors_tree import Tree, entry

FOLDER = Path(__file__).parents[1] / "tests/conformance/vectors"
FORMAT = "urn:x-watchkeeper:tile-log-vectors:v1"
BIG_TILES = (0, 1, 127, 128, 254, 255, 256)
"""Of the big logs, only these tiles and entry bundles at level 0 are there."""

ABOUT = {
    "inclusion": "inclusion proofs (RFC 6962, 2.1.1): leafHash at index leads to root of size",
    "consistency": "consistency proofs (RFC 6962, 2.1.2) between two sizes of the log",
    "ranges": "range proofs (docs/concepts/bundle.md): entries are leaves first to end - 1",
    "notes": "checkpoints (C2SP signed-note, tlog-checkpoint), opened with the log's key",
    "cosignatures": "checkpoints, opened with the log's key and all three witnesses' keys",
    "policies": "witness policies (C2SP tlog-policy) and checkpoints under them",
    "proofs": "tlog-proof files (C2SP tlog-proof) with their entries",
    "broken": "changes to the folder `log`, after which it must be refused at that size",
    "records": "records (docs/concepts/evidence.md): DSSE envelopes, with what a person signed",
}
NO_TREE = ("broken", "records")


def main(folder: Path) -> None:
    """Write everything below a folder; what was there, apart from the README, goes."""
    tree = Tree(max(SIZES))
    shutil.rmtree(folder / "log", ignore_errors=True)
    files = dict(_log(tree))
    for path, raw in files.items():
        _write(folder / path, raw)
    made = {name: list(getattr(vectors_cases, name)(tree)) for name in ABOUT if name not in NO_TREE}
    made["broken"] = list(_broken(files))
    made["records"] = list(records())
    for name, cases in made.items():
        _write(folder / f"{name}.json", _json_lines(cases))
    _write(folder / "index.json", _json(_index(made)))


def _index(made: dict[str, list[Case]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "origin": ORIGIN,
        "log": LOG.vkey,
        "witnesses": [witness.vkey for witness in WITNESSES],
        "seeds": {key.name: key.seed.hex() for key in (LOG, STRANGER, *WITNESSES, HOME, PERSON)},
        "time": TIME,
        "entries": "entry i is i in decimal digits, ASCII",
        "sizes": SIZES,
        "whole": WHOLE,
        "files": [
            {
                "file": f"{name}.json",
                "about": ABOUT[name],
                "good": sum(case["ok"] for case in cases),
                "bad": sum(not case["ok"] for case in cases),
            }
            for name, cases in made.items()
        ],
    }


def _log(tree: Tree) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the log at each of its sizes, and the checkpoints over them."""
    for size in SIZES:
        yield f"log/checkpoint.{size}", checkpoint(tree, size).encode()
        level, row = 0, size
        while row:
            for number, width in _row(row):
                if level or size in WHOLE or number in BIG_TILES:
                    yield (
                        f"log/tile/{level}/{_name(number, width)}",
                        tree.tile(level, number, width),
                    )
                if not level and (size in WHOLE or number in BIG_TILES):
                    yield f"log/tile/entries/{_name(number, width)}", _bundle(number, width)
            level, row = level + 1, row // 256


def _row(count: int) -> Iterator[tuple[int, int]]:
    for number in range(count // 256):
        yield number, 256
    if count % 256:
        yield count // 256, count % 256


def _name(number: int, width: int) -> str:
    if number > 999:
        raise ValueError(number)
    return f"{number:03d}" + ("" if width == 256 else f".p/{width}")


def _bundle(number: int, width: int) -> bytes:
    entries = [entry(number * 256 + at) for at in range(width)]
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)


def _broken(files: dict[str, bytes]) -> Iterator[Case]:
    """Yield changed files of the log at one of its sizes; null is a file that is missing."""
    for size, partial in ((5, "000.p/5"), (257, "001.p/1")):
        tile, bundle = f"tile/0/{partial}", f"tile/entries/{partial}"
        raw, entries = files[f"log/{tile}"], files[f"log/{bundle}"]
        last = entries[:-1] + bytes([entries[-1] ^ 1])
        for what, path in (("tile", tile), ("bundle", bundle)):
            # A reader may take a partial tile out of the full one: both are missing.
            gone = dict.fromkeys((path, path.partition(".p/")[0]))
            yield bad(f"{size}-{what}-missing", f"a {what} is missing", size=size, change=gone)
        changes: list[tuple[str, str, str, bytes]] = [
            ("tile-flipped", "one bit of a tile", tile, raw[:-1] + bytes([raw[-1] ^ 1])),
            ("tile-cut", "a tile that is cut short", tile, raw[:-1]),
            ("tile-long", "a tile with a hash too much", tile, raw + bytes(32)),
            ("bundle-flipped", "one bit of an entry", bundle, last),
            ("bundle-cut", "an entry that is cut short", bundle, entries[:-1]),
            ("bundle-long", "an entry too much", bundle, entries + b"\x00\x01x"),
            ("bundle-length", "a length beyond the end", bundle, b"\xff" + entries[1:]),
        ]
        for name, wrong, path, now in changes:
            yield bad(f"{size}-{name}", wrong, size=size, change={path: b64(now)})
    full = files["log/tile/1/000.p/1"]
    change = {"tile/1/000.p/1": b64(full[::-1])}
    yield bad("257-level-1", "a hash of level 1 that is not of its tile", size=257, change=change)
    other = {"checkpoint.257": b64(files["log/checkpoint.256"])}
    yield bad("257-checkpoint", "the checkpoint of another size", size=257, change=other)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _json_lines(cases: Iterable[Case]) -> bytes:
    """Return a JSON array with a case a line, so that a difference is easy to see."""
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
