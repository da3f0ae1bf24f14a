"""The cases of the vectors: what holds, and what does not, with what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from vectors_notes import LOG, ORIGIN, STRANGER, TIME, WITNESSES, b64, checkpoint, note_of, text_of
from vectors_tree import Hashes, Tree, entry

Case = dict[str, Any]

SIZES = (0, 1, 2, 3, 5, 8, 255, 256, 257, 512, 513, 65_535, 65_536, 65_537)
WHOLE = tuple(size for size in SIZES if size <= 513)
"""Of these sizes the folder holds every tile and every entry."""


def good(name: str, **more: Any) -> Case:
    """Return a case that holds."""
    return {"name": name, "ok": True, **more}


def bad(name: str, wrong: str, **more: Any) -> Case:
    """Return a case that must be refused, and what is wrong with it."""
    return {"name": name, "ok": False, "wrong": wrong, **more}


def _texts(hashes: Hashes) -> list[str]:
    return [b64(one) for one in hashes]


def _flipped(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1]) + raw[1:]


def _indexes(size: int) -> list[int]:
    wanted = {0, 1, 2, 127, 128, 254, 255, 256, 32_767, 32_768, 65_280, size // 2, size - 1}
    return sorted(index for index in wanted if 0 <= index < size)


def inclusion(tree: Tree) -> Iterator[Case]:
    """Yield inclusion proofs."""
    for size in SIZES:
        for index in _indexes(size):
            yield good(f"{index}-of-{size}", **_inclusion(tree, index, size))
    for index, size in ((2, 5), (255, 257), (256, 257), (65_280, 65_535)):
        yield from _broken_inclusion(tree, index, size)
    yield bad("of-nothing", "a log of no entries has none", **_inclusion(tree, 0, 1) | {"size": 0})


def _inclusion(tree: Tree, index: int, size: int) -> Case:
    return {
        "index": index,
        "size": size,
        "leafHash": b64(tree.root(index, index + 1)),
        "hashes": _texts(tree.inclusion(index, size)),
        "root": b64(tree.root(0, size)),
    }


def _broken_inclusion(tree: Tree, index: int, size: int) -> Iterator[Case]:
    right = _inclusion(tree, index, size)
    hashes, name = tree.inclusion(index, size), f"{index}-of-{size}"
    changes: dict[str, tuple[str, Case]] = {
        "short": ("the last hash is missing", {"hashes": _texts(hashes[:-1])}),
        "long": ("a hash too much", {"hashes": _texts([*hashes, hashes[-1]])}),
        "flipped": (
            "one bit of a hash",
            {"hashes": _texts([_flipped(hashes[0]), *hashes[1:]])},
        ),
        "leaf": ("the hash of another entry", {"leafHash": b64(tree.root(0, 1))}),
        "root": ("the root of another size", {"root": b64(tree.root(0, size - 1))}),
        "index": ("the place of another entry", {"index": index - 1}),
        "outside": ("an index that the log does not have", {"index": size}),
        "cut": ("a hash of 31 bytes", {"hashes": _texts([hashes[0][:-1], *hashes[1:]])}),
    }
    for what, (wrong, change) in changes.items():
        yield bad(f"{name}-{what}", wrong, **right | change)


def consistency(tree: Tree) -> Iterator[Case]:
    """Yield consistency proofs."""
    for new in SIZES[1:]:
        for old in SIZES[1:]:
            if old <= new:
                yield good(f"{old}-to-{new}", **_consistency(tree, old, new))
    for old, new in ((1, 2), (3, 8), (255, 257), (256, 513), (257, 65_537)):
        yield from _broken_consistency(tree, old, new)


def _consistency(tree: Tree, old: int, new: int) -> Case:
    return {
        "old": old,
        "new": new,
        "oldRoot": b64(tree.root(0, old)),
        "newRoot": b64(tree.root(0, new)),
        "hashes": _texts(tree.consistency(old, new)),
    }


def _broken_consistency(tree: Tree, old: int, new: int) -> Iterator[Case]:
    right = _consistency(tree, old, new)
    hashes, name = tree.consistency(old, new), f"{old}-to-{new}"
    fork = b64(_flipped(tree.root(0, old)))
    changes: dict[str, tuple[str, Case]] = {
        "short": ("the last hash is missing", {"hashes": _texts(hashes[:-1])}),
        "long": ("a hash too much", {"hashes": _texts([*hashes, hashes[-1]])}),
        "fork": ("another history before it", {"oldRoot": fork}),
        "swapped": (
            "the two trees the other way round",
            {"old": new, "new": old, "oldRoot": right["newRoot"], "newRoot": right["oldRoot"]},
        ),
        "root": ("the new root is the old one", {"newRoot": right["oldRoot"]}),
    }
    for what, (wrong, change) in changes.items():
        yield bad(f"{name}-{what}", wrong, **right | change)


def ranges(tree: Tree) -> Iterator[Case]:
    """Yield range proofs (docs/concepts/bundle.md)."""
    wanted = {
        1: [(0, 1)],
        2: [(0, 1), (1, 2), (0, 2)],
        5: [(first, end) for first in range(5) for end in range(first + 1, 6)],
        257: [(0, 257), (0, 256), (256, 257), (100, 200), (255, 257)],
        65_537: [(0, 3), (254, 259), (32_760, 32_776), (65_530, 65_537), (65_536, 65_537)],
    }
    for size, pairs in wanted.items():
        for first, end in pairs:
            yield good(f"{first}-{end}-of-{size}", **_range(tree, first, end, size))
    yield from _broken_ranges(tree, 2, 4, 5)
    yield from _broken_ranges(tree, 254, 257, 513)


def _range(tree: Tree, first: int, end: int, size: int) -> Case:
    return {
        "first": first,
        "end": end,
        "size": size,
        "root": b64(tree.root(0, size)),
        "proof": _range_text(first, end, size, tree.around(first, end, size)),
        "entries": [b64(entry(index)) for index in range(first, end)],
    }


def _range_text(first: int, end: int, size: int, hashes: Hashes) -> str:
    head = f"urn:x-watchkeeper:range-proof:v1\nrange {first} {end} {size}\n"
    return head + "".join(f"{b64(one)}\n" for one in hashes)


def _broken_ranges(tree: Tree, first: int, end: int, size: int) -> Iterator[Case]:
    right = _range(tree, first, end, size)
    hashes, name = tree.around(first, end, size), f"{first}-{end}-of-{size}"
    entries, proof = right["entries"], right["proof"]
    changes: dict[str, tuple[str, Case]] = {
        "hole": ("an entry is missing", {"entries": entries[:-1]}),
        "more": ("an entry too much", {"entries": [*entries, b64(entry(end))]}),
        "swapped": ("two entries changed places", {"entries": entries[::-1]}),
        "changed": ("an entry was changed", {"entries": [b64(b"x"), *entries[1:]]}),
        "short": (
            "a hash is missing",
            {"proof": _range_text(first, end, size, hashes[:-1])},
        ),
        "long": (
            "a hash too much",
            {"proof": _range_text(first, end, size, [*hashes, hashes[0]])},
        ),
        "order": (
            "the hashes in another order",
            {"proof": _range_text(first, end, size, hashes[::-1])},
        ),
        "flipped": (
            "one bit of a hash",
            {"proof": _range_text(first, end, size, [_flipped(hashes[0]), *hashes[1:]])},
        ),
        "shifted": (
            "the place of other entries",
            {"proof": _range_text(first + 1, end + 1, size, hashes)},
        ),
        "size": (
            "a log of another size",
            {"proof": _range_text(first, end, size + 1, hashes)},
        ),
        "root": ("the root of another size", {"root": b64(tree.root(0, size - 1))}),
        "zero": (
            "a number that begins with zero",
            {"proof": proof.replace("range ", "range 0")},
        ),
        "header": ("another version", {"proof": proof.replace(":v1", ":v2")}),
        "newline": ("the last newline is missing", {"proof": proof[:-1]}),
        "blank": ("an empty line at the end", {"proof": proof + "\n"}),
        "crlf": ("lines that end in CR LF", {"proof": proof.replace("\n", "\r\n")}),
    }
    for what, (wrong, change) in changes.items():
        yield bad(f"{name}-{what}", wrong, **right | change)
    nothing = _range_text(first, first, size, tree.around(first, first, size))
    yield bad(f"{name}-empty", "a range of nothing", **right | {"proof": nothing, "entries": []})


def notes(tree: Tree) -> Iterator[Case]:
    """Yield checkpoints as signed notes, to be opened with the log's key alone."""
    for size in SIZES:
        yield good(f"checkpoint-{size}", note=checkpoint(tree, size), size=size)
    text = text_of(tree, 257)
    line = LOG.line(text)
    stranger = STRANGER.line(text)
    yield good("stranger-after", note=note_of(text, line, stranger), size=257)
    yield good("stranger-before", note=note_of(text, stranger, line), size=257)
    yield good("stranger-broken", note=note_of(text, line, STRANGER.line_of(bytes(64))), size=257)
    extended = text + "an extension line\n"
    yield good("extension", note=note_of(extended, LOG.line(extended)), size=257)
    for name, (wrong, note) in _broken_notes(tree, text, line).items():
        yield bad(name, wrong, note=note)


def _broken_notes(tree: Tree, text: str, line: str) -> dict[str, tuple[str, str]]:
    signed = note_of(text, line)
    other = text_of(tree, 257, "vectors.example/other/0")
    no_root = f"{ORIGIN}\n257\n"
    zeros = text.replace("\n257\n", "\n0257\n")
    short = f"{ORIGIN}\n257\n{b64(bytes(31))}\n"
    return {
        "size": ("another size than was signed", signed.replace("\n257\n", "\n258\n")),
        "root": (
            "another root than was signed",
            signed.replace(text.split("\n")[2], b64(bytes(32))),
        ),
        "origin": ("another origin than was signed", signed.replace(ORIGIN, "vectors.example/x/0")),
        "other-log": ("the checkpoint of another log", note_of(other, LOG.line(other))),
        "only-a-stranger": ("signed by an unknown key alone", note_of(text, STRANGER.line(text))),
        "zeroed": ("a signature of zeros", note_of(text, LOG.line_of(bytes(64)))),
        "two-of-one-key": (
            "a bad signature beside a good one",
            note_of(text, line, LOG.line_of(bytes(64))),
        ),
        "no-blank-line": ("no blank line before the signatures", text + line),
        "no-signature": ("no signature", text + "\n"),
        "no-newline": ("the last newline is missing", signed[:-1]),
        "hyphen": ("a hyphen, where an em dash should be", signed.replace("\u2014", "-")),
        "crlf": ("lines that end in CR LF", signed.replace("\n", "\r\n")),
        "no-root": ("no root", note_of(no_root, LOG.line(no_root))),
        "leading-zero": ("a size that begins with zero", note_of(zeros, LOG.line(zeros))),
        "short-root": ("a root of 31 bytes", note_of(short, LOG.line(short))),
    }


def cosignatures(tree: Tree) -> Iterator[Case]:
    """Yield checkpoints with cosignatures, and how many of three witnesses must have signed."""
    text = text_of(tree, 257)
    lines = [witness.line(text, TIME + at) for at, witness in enumerate(WITNESSES)]
    other = WITNESSES[0].line(text_of(tree, 256))
    broken = WITNESSES[0].line_of(TIME.to_bytes(8, "big") + bytes(64))
    later = WITNESSES[0].line(text, TIME)
    later = later.replace(_time_of(later), _time_of(WITNESSES[0].line(text, TIME + 1)))
    for count in range(4):
        yield good(
            f"{count}-of-3",
            note=checkpoint(tree, 257, *lines[:count]),
            cosigned=[witness.name for witness in WITNESSES[:count]],
        )
    wrong = {
        "of-another-size": ("cosigned another checkpoint", other),
        "zeroed": ("a cosignature of zeros", broken),
        "another-time": ("the time was changed after it was cosigned", later),
    }
    for name, (what, line) in wrong.items():
        yield bad(name, what, note=checkpoint(tree, 257, line, *lines[1:]))


def _time_of(line: str) -> str:
    """Return the part of a cosignature line that holds key id and time."""
    return line.split(" ")[2][:16]


def policies(tree: Tree) -> Iterator[Case]:
    """Yield witness policies (C2SP tlog-policy), and checkpoints that do or do not satisfy them."""
    text = text_of(tree, 257)
    lines = [witness.line(text) for witness in WITNESSES]
    names = ("a", "b", "c")
    witnesses = "".join(
        f"witness {name} {witness.vkey}\n" for name, witness in zip(names, WITNESSES, strict=True)
    )
    head = f"log {LOG.vkey}\n{witnesses}"
    nested = head + "group inner any a b\ngroup outer all inner c\nquorum outer\n"
    group = head + "group g {} a b c\nquorum g\n"
    given: dict[str, tuple[str, Callable[[str], bool]]] = {
        "none": (f"log {LOG.vkey}\nquorum none\n", lambda _: True),
        "one": (head + "quorum b\n", lambda who: "b" in who),
        "two-of-three": (group.format(2), lambda who: len(who) > 1),
        "any": (group.format("any"), lambda who: len(who) > 0),
        "all": (group.format("all"), lambda who: who == "abc"),
        "nested": (nested, lambda who: who in {"ac", "bc", "abc"}),
    }
    for name, (policy, enough) in given.items():
        for who in ("", "a", "b", "c", "ab", "ac", "bc", "abc"):
            note = checkpoint(tree, 257, *(lines[names.index(one)] for one in who))
            case, label = {"policy": policy, "note": note}, f"{name}-by-{who or 'nobody'}"
            yield good(label, **case) if enough(who) else bad(label, "no quorum", **case)


def proofs(tree: Tree) -> Iterator[Case]:
    """Yield tlog-proof files (C2SP tlog-proof), each with the entry that it is for."""
    for size in (1, 2, 257, 65_537):
        for index in _indexes(size):
            yield good(
                f"{index}-of-{size}", entry=b64(entry(index)), proof=proof(tree, index, size)
            )
    right = proof(tree, 100, 257)
    head, _, note = right.partition("\n\n")
    this = b64(entry(100))
    extra = right.replace("\nindex", f"\nextra {b64(b'extra')}\nindex")
    yield good("with-extra", entry=this, proof=extra)
    wrong = {
        "another-entry": ("for another entry", b64(entry(101)), right),
        "another-index": ("another index", this, right.replace("index 100", "index 101")),
        "leading-zero": (
            "an index with a leading zero",
            this,
            right.replace("index 1", "index 01"),
        ),
        "short": ("a hash is missing", this, head.rpartition("\n")[0] + "\n\n" + note),
        "long": ("a hash too much", this, f"{head}\n{b64(bytes(32))}\n\n{note}"),
        "header": ("another version", this, right.replace("@v1", "@v2")),
        "unsigned": ("no signature", this, right.rpartition("\n\n")[0] + "\n\n"),
        "checkpoint": (
            "the checkpoint of another size",
            this,
            f"{head}\n\n{checkpoint(tree, 256)}",
        ),
    }
    for name, (what, data, file) in wrong.items():
        yield bad(name, what, entry=data, proof=file)


def proof(tree: Tree, index: int, size: int) -> str:
    """Return a tlog-proof file."""
    hashes = "".join(f"{b64(one)}\n" for one in tree.inclusion(index, size))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{checkpoint(tree, size)}"
