"""The machine that this runs on: its clock, its chance, people's keys, and what it can ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchkeeper.adapters.otlp import OtlpSender
    from watchkeeper.ports import Clock, Ids, Signer
    from watchkeeper.records.instant import Instant


def settle_memory() -> None:
    """Tell the garbage collector that what stands now stays, and to look less often.

    A decision makes many objects that reference counts free at once; looking through the whole
    state for circles after every few hundred of them costs a tenth of the time.
    """
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def clock() -> Clock:
    """Return the system's clock."""
    from watchkeeper.adapters.clock import SystemClock

    return SystemClock()


def ids() -> Ids:
    """Return the system's source of chance."""
    from watchkeeper.adapters.ids import SystemIds

    return SystemIds()


def action_id_at(moment: Instant) -> str:
    """Return an action's id as it is made at a moment: to be used then, and not before."""
    from watchkeeper.adapters.ids import action_id_at as made_at

    return made_at(moment // 1000)


def create_person_key(path: Path, secret: str) -> bytes:
    """Make a person's key under a passphrase; return the raw public key."""
    from watchkeeper.adapters.keys import create_person_key as create

    return create(path, secret)


def person_signer(path: Path, secret: str) -> Signer:
    """Open a person's key.

    Raises:
        KeyUnsafe: it is missing, others may read it, or the passphrase is wrong.
    """
    from watchkeeper.adapters.keys import load_person_key

    return load_person_key(path, secret)


def create_application_key(path: Path) -> bytes:
    """Make the key of an application that starts tasks; return the raw public key.

    Raises:
        KeyUnsafe: there is a file of that name already, or it can not be written.
    """
    from watchkeeper.adapters.keys import create_key

    return create_key(path).public_key


def application_signer(path: Path) -> Signer:
    """Open the key of an application that starts tasks.

    Raises:
        KeyUnsafe: it is missing, or others may read it.
    """
    from watchkeeper.adapters.keys import load_key

    return load_key(path)


def otlp_sender(
    url: str, headers: Mapping[str, str], seconds: float, certificate: Path | None
) -> OtlpSender:
    """Return what posts spans to a collector; see `adapters.otlp`.

    Raises:
        SettingsInvalid: the certificate can not be read.
    """
    from watchkeeper.adapters.otlp import OtlpSender

    return OtlpSender(url, headers, seconds, certificate)


def list_tools(
    target: Sequence[str] | str,
    *,
    headers: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> list[dict[str, Any]]:
    """Return the tool definitions of a server; see `adapters.mcp_tools.list_tools`."""
    from watchkeeper.adapters import mcp_tools

    return mcp_tools.list_tools(target, headers=headers, env=env, cwd=cwd)
