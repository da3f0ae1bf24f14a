"""A shop behind the guard whose home is copied, restored and adopted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.worlds.guarded import AGENT, SERVER, Shop, open_shop
from watchkeeper import wiring
from watchkeeper.enforcement.guard import Guard
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.statement import Entry

SALT = bytes(16)


def _define(guard: Guard) -> Any:
    @guard()
    def pay(to: str, amount: float) -> str:
        """Pay somebody."""
        return f"paid {amount} to {to}"

    return pay


def _edit(tools: dict[str, Any]) -> None:
    tools["pay"]["writes"] = True
    tools["pay"]["clear"] = ["amount"]


def open_till(folder: Path) -> Shop:
    """A shop with one function that writes; 3,000 may be paid in a day."""
    return open_shop(folder, _define, _edit)


def at(shop: Shop, home: Path) -> Shop:
    """The same people and functions before another home."""
    guard = Guard(home, agent=AGENT, server=SERVER)
    return Shop(guard, home, shop.people, _define(guard), shop.plan)


def copied(home: Path, to: Path) -> Path:
    """Copy a home as `cp -a` does."""
    shutil.copytree(home, to, symlinks=True)
    return to


def restored(home: Path, backup: Path) -> None:
    """Put an older copy back in place: the folder itself stays."""
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    shutil.copytree(backup, home, dirs_exist_ok=True)


def doubts(shop: Shop, person: str = "ana") -> Any:
    return shop.command(person, "doubts", {})


def adopt(shop: Shop, person: str = "ana", why: str = "restored after a fire", **body: Any) -> Any:
    """Take the home up again, as `log adopt` does."""
    found = doubts(shop)
    signed = {
        "size": found["size"],
        "doubts": [doubt["id"] for doubt in found["doubts"]],
        "reason": hidden_digest(SALT, why) if why else None,
        **body,
    }
    beside = {"reason": why, "salt": SALT.hex()} if why else {}
    return shop.command(person, "adopt", signed, beside)


def entries(home: Path) -> list[Entry]:
    return list(wiring.read_entries(home))
