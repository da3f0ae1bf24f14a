"""`watchkeeper log policy` and `log witnesses`: who is to witness a log, and how that goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson, Where
from watchkeeper.errors import NoteInvalid
from watchkeeper.ledger.note import parse_vkey
from watchkeeper.ports import WitnessState
from watchkeeper.records.codec import to_json

_POLICY = """\
# Who witnesses this log (C2SP tlog-policy). Put it into the home as `witness.policy`, and start
# the gateway again. A witness gives you its verifier key: `watchkeeper witness vkey DIR`.
log {vkey}

# witness NAME VKEY URL
# witness first  witness.example/w1+1a2b3c4d+...  https://w1.witness.example
# witness second other.example/w+5e6f7a8b+...     https://other.example/w
# witness third  third.example/w+9c0d1e2f+...     https://third.example

# group NAME all|any|NUMBER WITNESS...
# group two-of-three 2 first second third

# Name a witness or a group instead of `none`.
quorum none
"""


def policy(where: Where = "home") -> None:
    """Print a witness policy to start from, with the line of this log filled in.

    Example:
      watchkeeper log policy home > home/witness.policy
    """
    with output.speaking_plainly():
        raw = wiring.source_of(where).read("log.vkey")
        if raw is None:
            raise NoteInvalid("the log names no key", "is this the published log, or a home?")
        vkey = parse_vkey(raw.decode(errors="replace"))
    output.show(_POLICY.format(vkey=vkey).rstrip("\n"))


def witnesses(
    home: Annotated[Path, typer.Argument(help="The home.")] = Path("home"),
    as_json: AsJson = False,
) -> None:
    """Say how things stand with the witnesses of a home that serves, or served last.

    Ends with 1 if a witness holds another history of this log: then this home was cloned or
    restored, or somebody else holds its key.

    Example:
      watchkeeper log witnesses home
    """
    with output.speaking_plainly():
        states = wiring.witness_states(home)
    if as_json:
        output.show_json([to_json(state) for state in states])
    for state in () if as_json else states:
        output.show(_line(state))
    if not states:
        output.say("no witness was asked yet: `watchkeeper log policy` begins a policy")
    if any(state.split is not None for state in states):
        raise typer.Exit(output.Exit.FOUND)


def _line(state: WitnessState) -> str:
    if state.split is not None:
        return f"{state.name}: ANOTHER HISTORY of {state.split.size} records: {state.split.why}"
    seen = f"cosigned {state.size} records" if state.size else "cosigned nothing yet"
    return f"{state.name}: {seen}" + (f"; {state.failure}" if state.failure else "")
