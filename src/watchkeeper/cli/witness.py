"""`watchkeeper witness`: a witness for the logs of others."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import AsJson
from watchkeeper.cli.verbs import group

app = group(
    "witness",
    "Be a witness: cosign checkpoints of logs that you know, and never two histories.",
    {
        "init": "watchkeeper.cli.witness:init",
        "vkey": "watchkeeper.cli.witness:vkey",
        "add-log": "watchkeeper.cli.witness:add_log",
        "serve": "watchkeeper.cli.witness:serve",
    },
)
Folder = Annotated[Path, typer.Argument(help="The witness's folder.")]


def init(
    path: Folder,
    name: Annotated[
        str, typer.Option("--name", help="The witness's name, as `witness.example/w1`.")
    ],
) -> None:
    """Make a witness with a key of its own, and print its verifier key.

    The folder is the witness's memory: if it is lost, or put back from a copy, the witness could
    sign a second history. Make a new one then, under another name.

    Example:
      watchkeeper witness init w1 --name witness.example/w1
    """
    with output.speaking_plainly():
        output.show(str(wiring.create_witness(path, name)))


def vkey(path: Folder) -> None:
    """Print the verifier key of a witness, for the policy files of others.

    Example:
      watchkeeper witness vkey w1
    """
    with output.speaking_plainly():
        output.show(str(wiring.witness_vkey(path)))


def add_log(
    path: Folder,
    log: Annotated[str, typer.Argument(help="The log's verifier key, or a file that holds it.")],
) -> None:
    """Let the witness know a log; one that is running knows it at once.

    The first checkpoint that it sees of a log is believed: hand the key over by another way than
    the log itself.

    Example:
      watchkeeper witness add-log w1 home/log/log.vkey
    """
    with output.speaking_plainly():
        text = log if "+" in log else Path(log).read_text(encoding="utf-8")
        origin = wiring.witness_knows(path, text.strip())
    output.say(f"known from now on: {origin}")


def serve(
    path: Folder,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")] = 8940,
    as_json: AsJson = False,
) -> None:
    """Serve a witness (C2SP tlog-witness): logs post to URL/add-checkpoint.

    It speaks plain HTTP, without authentication beyond the log's own signature: put a web server
    with TLS before it where others are to reach it. Ends cleanly on Ctrl-C or SIGTERM; killed at
    any moment, it never signs what contradicts what it signed before.

    Example:
      watchkeeper witness serve w1 --port 8940
    """
    from watchkeeper.witness.serve import serve as run

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")

    def ready(url: str, key: str) -> None:
        if as_json:
            output.show_json({"url": url, "vkey": key})
        output.say(f"{key} at {url}")

    with output.speaking_plainly():
        run(path, host, port, ready)
