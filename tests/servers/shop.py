"""Guarded functions of a shop, in a process of their own; what they did stands in a witness file.

    WATCHKEEPER_TOKEN=... SHOP=FOLDER python -m tests.servers.shop HOME AGENT

Reads one JSON line for each call, `{"tool": ..., "arguments": {...}}` or `{"handle": ...}`, and
answers with one: `{"result": ...}` or `{"refused": reason}`. `note` makes a function behave:

    raise    it raises after it has done its work
    hold     it writes FOLDER/holding-KEY and waits until FOLDER/go is there
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import watchkeeper
from watchkeeper.enforcement.guard import Guard

Json = dict[str, Any]


class Shop:
    """The functions, guarded."""

    def __init__(self, guard: Guard, folder: Path) -> None:
        self.folder = folder

        @guard()
        def stock(to: str) -> Json:
            """How much there is."""
            found: Json = json.loads((folder / "stock").read_text())
            return found

        @guard()
        def sell(to: str, amount: float, note: str = "") -> Json:
            """Sell something."""
            self._hold(note)
            self._witness("sell", to, amount)
            if note == "raise":
                raise RuntimeError("the shop is closed")
            return {"sold": amount}

        @guard()
        async def lend(to: str, amount: float, note: str = "") -> Json:
            """Lend something."""
            while note == "hold" and not (folder / "go").exists():
                (folder / "holding-lend").write_text("1")
                await asyncio.sleep(0.01)
            self._witness("lend", to, amount)
            return {"lent": amount}

        @guard()
        def gift(to: str, amount: float) -> Json:
            """Give something away, if there is some."""
            self._witness("gift", to, amount)
            return {"given": amount}

        self.guard, self.stock = guard, stock
        self.tools: dict[str, Any] = {"sell": sell, "lend": lend, "gift": gift, "stock": stock}

    def _hold(self, note: str) -> None:
        if note.startswith("hold"):
            (self.folder / f"holding-{note}").write_text("1")
            while not (self.folder / "go").exists():
                time.sleep(0.01)

    def _witness(self, name: str, to: str, amount: float) -> None:
        line = {"name": name, "arguments": {"to": to, "amount": amount}}
        with (self.folder / "witness-shop").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def main() -> None:
    """Make the calls that standard input asks for."""
    home, agent = sys.argv[1:]
    shop = Shop(Guard(home, agent=agent, server="shop"), Path(os.environ["SHOP"]))
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "handle" in asked:
                said = {"result": shop.guard.result(asked["handle"])}
            elif asked["tool"] == "lend":
                said = {"result": asyncio.run(shop.tools["lend"](**asked["arguments"]))}
            else:
                said = {"result": shop.tools[asked["tool"]](**asked["arguments"])}
        except watchkeeper.ActionRefused as error:
            said = {"refused": error.reason, "handle": getattr(error, "handle", None)}
        except Exception as error:  # noqa: BLE001 - whatever it was, the test is told
            said = {"raised": f"{type(error).__name__}: {error}"}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
