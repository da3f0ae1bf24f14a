"""`watchkeeper init --from`: a complete workspace to start from, made somebody's own."""

from __future__ import annotations

import re
import shlex
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.errors import cut
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.plan.draft.starts.begin import (
    STARTS,
    Begun,
    begin,
    check_beginning,
    fault_of,
)
from watchkeeper.plan.draft.starts.own import Own
from watchkeeper.plan.draft.workspace import server_id
from watchkeeper.records.instant import render_instant

_SERVER = "watchkeeper.demo.starts.server"
_KEPT = ".sample/held.json"
"""Where in the workspace the sample keeps what happens; what begins with a dot is in no plan."""
_NAMELESS = "My organisation"
_ASKED = {
    "organisation": ("What is the organisation called?", _NAMELESS),
    "name": ("What is your name?", "Me"),
    "person": ("What is your id in the plan?", "me"),
    "origin": ("What shall the log be called? It can not be changed later.", ""),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What flags say of whom the workspace is for; None is asked for, or taken as it comes."""

    organisation: str | None = None
    name: str | None = None
    person: str | None = None
    origin: str | None = None
    stage: str = "demonstration"
    yes: bool = False


def ask_start() -> str | None:
    """Ask which starting point it is to be; None where nobody is at a terminal to say."""
    if not sys.stdin.isatty():
        return None
    output.say("`--mcp` drafts from a tool server of your own; without one, begin from a sample.")
    return _asked(
        f"What are the agents for? {', '.join(STARTS)}",
        None,
        lambda said: None if said in STARTS else f"one of: {', '.join(STARTS)}",
    )


def init_from(folder: Path, start: str, given: Given, *, as_json: bool) -> None:
    """Begin a workspace from a starting point, and say what to do next."""
    check_beginning(folder, start)
    own = _own(start, given)
    command = [sys.executable, "-m", _SERVER, start, str(folder.resolve() / _KEPT)]
    today = date.fromisoformat(render_instant(wiring.clock().wall())[:10])
    begun = begin(folder, start, own, today, command)
    if as_json:
        output.show_json(_json(begun, own))
    else:
        _tell(folder, start, begun, own)
    if begun.linted.bundle is None:
        raise typer.Exit(output.Exit.FOUND)


def _own(start: str, given: Given) -> Own:
    """Take what is given; ask for the rest at a terminal, and say in a pipe what is taken."""
    asking = sys.stdin.isatty() and not given.yes
    said: dict[str, str] = {}
    taken = []
    for key, (question, default) in _ASKED.items():
        usual = default or f"{_plain(said['organisation'])}.example/{start}"
        value = getattr(given, key)
        if value is None:
            value = _asked(question, usual, partial(fault_of, key)) if asking else usual
            taken += [] if asking else [f"{key} `{usual}`"]
        said[key] = value
    if taken:
        output.say(f"not said, and taken: {', '.join(taken)}")
    return Own(stage=given.stage, **said)


def _asked(question: str, usual: str | None, fault: Callable[[str], str | None]) -> str:
    """Ask until the answer fits; of one that does not, say why."""
    while True:
        said = str(typer.prompt(question, default=usual, err=True)).strip()
        why = fault(said)
        if why is None:
            return said
        output.say(f"  {cut(said)}: {why}" if said else f"  {why}")


def _plain(organisation: str) -> str:
    """Return a name as an id; marks on letters go, and other scripts give no letters at all."""
    apart = unicodedata.normalize("NFKD", organisation.casefold())
    letters = apart.encode("ascii", "ignore").decode()
    return server_id(letters if re.search(r"[a-z0-9]", letters) else _NAMELESS)


def _json(begun: Begun, own: Own) -> dict[str, Any]:
    bundle = begun.linted.bundle
    return {
        "files": [str(file) for file in begun.files],
        "person": own.person,
        "origin": own.origin,
        "plan": None if bundle is None else bundle_digest(bundle_bytes(bundle)),
        "gaps": Counter(f.code for f in begun.linted.findings),
    }


def _tell(folder: Path, start: str, begun: Begun, own: Own) -> None:
    for file in begun.files:
        output.show(str(file))
    for finding in begun.linted.findings:
        if finding.stops:
            output.say(f"  {finding}")
    bundle = begun.linted.bundle
    agents = [] if bundle is None else [agent.id for agent in bundle.agents]
    server = "" if bundle is None else bundle.servers[0].id
    output.say(f"begun from {start}: {len(begun.files)} files; nothing in it is approved yet")
    aims = shlex.quote(str(folder))
    output.say(f"""
Next:
  1. watchkeeper plan lint {aims}          what is still open; nothing of it stops you
  2. watchkeeper do enroll {own.person} --workspace {aims}
  3. watchkeeper plan release {aims} --home home --by {own.person}
  4. watchkeeper do token {agents[0] if agents else "AGENT"} --home home --by {own.person}
  5. watchkeeper serve home
Then read the files and change them: say which model the agent is, in systems/{start}.yaml;
  6. watchkeeper plan assess {start} {aims} --by {own.person}    you looked at its risks and impacts
  7. watchkeeper plan sign-off --by {own.person} --workspace {aims}, and release again
Agents connect to http://127.0.0.1:8930/mcp/{server} with that token. Its tools are a sample,
kept in {folder / ".sample"}: `watchkeeper plan import-tools` puts your own in their place.""")
