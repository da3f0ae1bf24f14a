"""`watchkeeper check replay`: every recorded request decided again."""

from __future__ import annotations

from pathlib import Path

import typer

from watchkeeper import wiring
from watchkeeper.check.replay import render_replay, replay_all, summarise
from watchkeeper.cli import output
from watchkeeper.cli.check.arguments import AsJson, EvidencePath
from watchkeeper.cli.shards import say_absent


def replay(path: EvidencePath = Path("home"), as_json: AsJson = False) -> None:
    """Decide every recorded request again and say whether each comes out the same.

    That needs payloads and plans: a home has them, a bundle may (`log bundle --payloads`).
    Ends with 1 if a decision comes out different or can not be decided again for a reason other
    than erasure or another engine; with 2 if the log can not be read.

    Examples:
      watchkeeper check replay home
      watchkeeper check replay refund.wkb --json
    """
    with output.speaking_plainly():
        say_absent(path)
        summary = summarise(replay_all(wiring.read_evidence(path), wiring.replayer(path)))
    if as_json:
        output.show_json(summary.json())
    else:
        output.show(render_replay(summary))
    if not summary.sound:
        raise typer.Exit(output.Exit.FOUND)
