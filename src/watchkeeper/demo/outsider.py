"""What somebody outside can do: witness the log, take evidence away, and be forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from watchkeeper import wiring
from watchkeeper.demo.play import Play
from watchkeeper.demo.world.terminal import Said
from watchkeeper.records.action import DecisionRecord, Outcome

COMMAND = (sys.executable, "-m", "watchkeeper")
WITNESSES = ("w1", "w2")
_START_SECONDS = 20.0


def witnesses(play: Play) -> None:
    """Start two witnesses, and let the home and an auditor know of them.

    In earnest they are run by others, on other machines.
    """
    places, terminal = play.places, play.terminal
    lines = [f"log {places.vkey.read_text('utf-8').strip()}"]
    for name in WITNESSES:
        folder = places.out / "witnesses" / name
        folder.parent.mkdir(exist_ok=True)
        terminal.must("witness", "init", str(folder), "--name", f"witness.example/{name}")
        terminal.must("witness", "add-log", str(folder), str(places.vkey))
        serve = (*COMMAND, "witness", "serve", str(folder), "--port", "0", "--json")
        play.servers[name] = play.processes.start(name, serve)
    for name in WITNESSES:
        said = play.servers[name].hear(_START_SECONDS)
        lines.append(f"witness {name} {said['vkey']} {said['url']}")
    lines += [f"group both all {' '.join(WITNESSES)}", "quorum both", ""]
    for path in (places.policy, places.home / "witness.policy"):
        path.write_text("\n".join(lines), "utf-8")


def evidence_taken_away(play: Play) -> None:
    """One approved refund as a file, verified with nothing but keys kept from before."""
    play.act("One approved refund as a file, for somebody who trusts nobody here")
    places, file = play.places, play.places.out / "refund.wkb"
    action = _approved(places.home)
    named = ("--decision", action, "--payloads", "--out", str(file))
    play.terminal.must("log", "bundle", str(places.home), *named)
    said = _verify(play, file)
    found = said.json()
    held, counts = found["held"], found["counts"]
    play.claims.check(
        "it holds by itself: request, verdict, decision, effect, and the plans they rest on",
        said.code == 0 and counts["verdict"] >= 1 and counts["effect"] == 1,
        f"{held} of {found['size']} records, {file.stat().st_size} bytes",
    )
    play.claims.check(
        "two witnesses vouch for the checkpoint that it stands under",
        found["witnessed"] and found["policyGiven"] and len(found["cosigned"]) == len(WITNESSES),
        ", ".join(one["name"] for one in found["cosigned"]),
    )
    refused = [where for where, copy in _flipped(file, places.run) if _verify(play, copy).code == 0]
    play.claims.same("with one byte changed, at any of 20 places, it is refused", refused, [])


def forgotten(play: Play) -> None:
    """A customer asks to be forgotten: the values go, and the log verifies as before."""
    play.act("A customer asks to be forgotten")
    places = play.places
    customer = str(min(play.books.credits())[1])
    before = _files_with(places.home, customer)
    words = ("--why", "request 2026-17", "--by", "ana", "--json")
    erase = ("log", "erase", str(places.home), "--subject", customer)
    done = play.terminal.must(*erase, *words).json()
    if done["elsewhere"]:
        spans = [word for index in done["elsewhere"] for word in ("--index", str(index))]
        play.terminal.must("log", "erase", str(places.home), *spans, *words)
    play.claims.check(
        "nothing of the customer is left in any file of the home",
        bool(before) and not _files_with(places.home, customer),
        f"{done['payloads']} payloads erased; it stood in {len(before)} files",
    )
    found = _verify(play, places.home).json()
    play.claims.check(
        "and the log holds as before",
        found["ok"] and found["counts"]["erasure"] >= 1,
        f"{found['size']} records",
    )


def _verify(play: Play, where: Path) -> Said:
    pinned = ("--vkey", str(play.places.vkey), "--policy", str(play.places.policy))
    return play.terminal.run("log", "verify", str(where), *pinned, "--workers", "1", "--json")


def _approved(home: Path) -> str:
    """Return the id of an action that was allowed after a person had approved it."""
    return next(
        said.action_id
        for said in _decisions(home)
        if said.decision.outcome is Outcome.ALLOW and said.escalated_by is not None
    )


def _decisions(home: Path) -> Iterator[DecisionRecord]:
    for entry in wiring.read_entries(home):
        if isinstance(entry.record.predicate, DecisionRecord):
            yield entry.record.predicate


def _flipped(file: Path, folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield copies with one byte changed, at places all over the file."""
    raw = file.read_bytes()
    for number in range(20):
        place = number * (len(raw) - 1) // 19
        copy = folder / "tampered.wkb"
        copy.write_bytes(raw[:place] + bytes([raw[place] ^ 0x01]) + raw[place + 1 :])
        yield place, copy


def _files_with(home: Path, text: str) -> list[Path]:
    return [
        path for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()
    ]
