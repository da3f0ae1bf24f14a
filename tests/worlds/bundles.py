"""Evidence bundles, honest and forged: written from real homes, taken apart, put together again."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.guarded import Shop, open_shop
from watchkeeper import wiring
from watchkeeper.enforcement.guard import Guard
from watchkeeper.errors import ActionEscalated
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.verify.bundle.manifest import MANIFEST, Selection, order_of
from watchkeeper.verify.compose.compose import Composed, Wish
from watchkeeper.verify.compose.pack import Pack


def write(home: Path, out: Path, *, whole: bool = False, disclose: Any = (), **how: Any) -> Path:
    """Write a bundle and return its path."""
    composed(home, out, whole=whole, disclose=disclose, **how)
    return out


def composed(
    home: Path, out: Path, *, whole: bool = False, disclose: Any = (), **how: Any
) -> Composed:
    """Write a bundle and return what was said of it."""
    wish = Wish(Selection(**how), whole=whole, disclose=tuple(disclose))
    return wiring.write_bundle(
        str(home), out, wish, replace=True, progress=lambda _done, _total: None
    )


def members_of(bundle: Path) -> dict[str, bytes]:
    """Take a bundle apart, with a tool that knows nothing of bundles."""
    with zipfile.ZipFile(bundle) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def forge(
    out: Path,
    members: Mapping[str, bytes],
    claim: Callable[[dict[str, Any]], object] | None = None,
) -> Path:
    """Put members together as somebody would who knows the format: with an honest container.

    The manifest names them with their digests; `claim` changes what else it says.
    """
    manifest = json.loads(members[MANIFEST])
    aside = io.BytesIO()
    pack = Pack(aside)
    for name in sorted(members.keys() - {MANIFEST}, key=order_of):
        pack.add(name, [members[name]])
    manifest["files"] = pack.files
    manifest["checkpoint"] = sha256_hex(members["checkpoint"])
    if claim is not None:
        claim(manifest)
    with out.open("wb") as file:
        pack.write(file, canonical(manifest))
    return out


def runs_of_members(members: Mapping[str, bytes]) -> list[list[int]]:
    """Return the runs that an honest manifest would claim for these members."""
    parts = []
    for name in members:
        if name.endswith(".envelope.json"):
            parts.append([int(name[8:20]), int(name[8:20]) + 1])
        elif name.endswith(".entries"):
            parts.append([int(name[7:19]), int(name[20:32])])
    runs: list[list[int]] = []
    for first, end in sorted(parts):
        if runs and runs[-1][1] == first:
            runs[-1][1] = end
        else:
            runs.append([first, end])
    return runs


def _define(guard: Guard) -> Callable[..., Any]:
    @guard()
    def pay(to: str, amount: float, note: str = "") -> dict[str, Any]:
        """Pay somebody."""
        return {"paid": amount, "to": to, "share": 0.5}

    return pay


def _edit(tools: dict[str, Any]) -> None:
    tools["pay"]["writes"] = True
    tools["pay"]["clear"] = ["amount"]


def open_desk(folder: Path) -> Shop:
    """A shop in which refunds are paid, and one that ben approves; its guard is closed."""
    shop = open_shop(folder, _define, _edit)
    for number in range(3):
        shop.call(f"customer-{number}", 10 + number)
    approved_refund(shop, "customer-7")
    shop.call("customer-8", 20.5, "späte Lieferung")
    shop.guard.close()
    return shop


def approved_refund(shop: Shop, to: str, amount: float = 700) -> None:
    """A refund over the limit: it waits, ben approves it, it is paid."""
    with pytest.raises(ActionEscalated) as waits:
        shop.call(to, amount)
    handle = waits.value.handle
    [item] = shop.command("ben", "pending", {})
    shown = item["shown"]
    body = {name: shown[name] for name in ("request", "tool", "pin", "agent", "plan")}
    body |= {"handle": handle, "shown": item["shownDigest"], "expires": item["expires"]}
    salt, why = os.urandom(16), "the parcel never came"
    from watchkeeper.ledger.canonical import hidden_digest

    body |= {"role": "lead", "reason": hidden_digest(salt, why), "millis": 10}
    shop.command("ben", "approve", body, {"reason": why, "salt": salt.hex()})
    shop.guard.result(handle)
