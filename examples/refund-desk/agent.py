"""Runs the refund desk's agent against a gateway, or against the desk itself.

    python agent.py --url URL --token-file FILE                  the whole story, about 200 actions
    python agent.py --url URL --token-file FILE --scene export   one scene; may be given again
    python agent.py --url URL --token-file FILE --driven         scenes from stdin

Each action is one line of JSON on stdout. With `--driven` each line on stdin is
`{"scene": NAME, "with": {...}}` (arguments of the scene's function, all optional), answered by
the lines of its actions and then `{"scene": NAME, "done": true}`; each scene has a connection of
its own, so that the other end may be restarted between them. Exit code: 0, or 2 if the agent
could not work at all; being refused is an outcome, not a failure.
"""

from __future__ import annotations

import argparse
import inspect
import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from clerk.clerk import Address, Unreachable, connected
from clerk.scenarios import SCENES, STORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clerk.outcome import Action


def report(action: Action) -> None:
    """Print one action as it ends."""
    print(action.line(), flush=True)


async def play(address: Address, scenes: list[str]) -> None:
    """Play scenes over one connection."""
    async with connected(address, report) as clerk:
        for name in scenes:
            await SCENES[name](clerk)


async def play_driven(address: Address) -> None:
    """Play the scenes that stdin asks for, until it ends."""
    numbers = itertools.count(1)
    async for line in anyio.wrap_file(sys.stdin):
        if not line.strip():
            continue
        said = await _play_line(address, line, numbers)
        print(json.dumps(said, ensure_ascii=False), flush=True)


async def _play_line(address: Address, line: str, numbers: Iterator[int]) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        name, scene, arguments = asked["scene"], SCENES[asked["scene"]], asked.get("with", {})
        inspect.signature(scene).bind(None, **arguments)
    except (ValueError, KeyError, TypeError) as error:
        return {"scene": None, "done": False, "error": f"not a scene: {error!r}"}
    try:
        async with connected(address, report, numbers=numbers) as clerk:
            await scene(clerk, **arguments)
    except Unreachable as error:
        return {"scene": name, "done": False, "error": str(error)}
    return {"scene": name, "done": True}


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _options().parse_args(argv)
    try:
        token = options.token_file.read_text("ascii").strip()
        address = Address(options.url, token, options.mode)
        if options.driven:
            anyio.run(play_driven, address)
        else:
            anyio.run(play, address, options.scene or list(STORY))
    except (OSError, ValueError, Unreachable) as error:
        print(f"agent: {error}", file=sys.stderr)
        return 2
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="agent", description="the refund desk's agent")
    parser.add_argument("--url", required=True, help="the gateway's, or the desk's, MCP address")
    parser.add_argument("--token-file", type=Path, required=True, help="the agent's bearer token")
    parser.add_argument("--mode", choices=("auto", "legacy"), default="auto")
    parser.add_argument("--scene", action="append", choices=sorted(SCENES))
    parser.add_argument("--driven", action="store_true", help="take scenes from stdin")
    return parser


if __name__ == "__main__":
    sys.exit(main())
