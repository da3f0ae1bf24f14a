"""Homes: made, opened for writing or for reading, their keys, shards and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchkeeper import settings
from watchkeeper.ledger.key_list import parse_key_list
from watchkeeper.ports import Log, PermitKeys
from watchkeeper.records.plan.systems import Stage
from watchkeeper.verify.source import DirectorySource
from watchkeeper.wiring.machine import clock, ids
from watchkeeper.wiring.places import source_of

if TYPE_CHECKING:
    from watchkeeper.adapters.keys.uri import TokenAccess
    from watchkeeper.adapters.posix.custody import Watch
    from watchkeeper.adapters.posix.reader import ReadOnlyLog
    from watchkeeper.loop.home import Home


def open_log(path: Path, *, witnessing: bool = False, kept: Path | None = None) -> Log:
    """Open a home's log for writing; this process alone may then write.

    With `witnessing` its checkpoints are submitted to the witnesses of its policy: for what serves,
    not for a command that ends at once. The home is held against the checkpoint kept at `kept`, or
    else in the user's state folder, and each checkpoint that is published is kept there.

    Raises:
        LedgerError: it can not be opened, and why.
    """
    from watchkeeper.adapters.posix.log import open_home

    return open_home(
        path, clock=clock(), witnessing=witnessing, access=_token_access(), watch=_watch(kept)
    )


def create_log(
    path: Path,
    *,
    name: str,
    stage: Stage,
    first_release: Mapping[str, tuple[str, ...]],
    key_uris: Mapping[str, str] | None = None,
) -> Log:
    """Make a new home and open its log; `key_uris` says where its keys live, if they exist.

    Raises:
        HomeInvalid: there is something already.
        LogUnavailable: the disk fails.
    """
    from watchkeeper.adapters.posix.creation import create_home

    return create_home(
        path,
        name=name,
        stage=stage,
        first_release=first_release,
        clock=clock(),
        ids=ids(),
        key_uris=key_uris,
        access=_token_access(),
        watch=_watch(None),
    )


def read_log(path: Path, shard: int | None = None) -> ReadOnlyLog:
    """Open a home for reading beside its writer: its newest shard first, or the one of a number.

    Raises:
        HomeInvalid: it is no home, or the shard is not here.
    """
    from watchkeeper.adapters.posix.reader import read_home, read_shard

    return read_home(path) if shard is None else read_shard(path, shard)


def keep_snapshot(path: Path) -> int:
    """Write a snapshot of a home, beside its writer; return how many records it counts.

    Raises:
        LedgerError: it can not be read, or what was published does not reach what it holds.
    """
    from watchkeeper.adapters.beside import keep_beside
    from watchkeeper.loop.standing import Standing

    log = read_log(path)
    standing = Standing(log, clock())
    return keep_beside(log, standing.counted, standing.kept_form())


def check_taken_over(home: Home, path: Path) -> None:
    """Hold what the newest shard took over against the shard before; once for each shard.

    A first shard of a home from before they were marked is marked: by now it was read.

    Raises:
        LogInconsistent: it took over another state than that one ends with.
        LedgerError: the shard before is damaged.
    """
    from watchkeeper.adapters.posix.files import Files
    from watchkeeper.adapters.posix.layout import Layout
    from watchkeeper.adapters.posix.shards.begun import is_marked, mark
    from watchkeeper.loop.shards.carried import check_carried

    layout, files = Layout(path, home.log.shard), Files()
    if not is_marked(files, layout, home.secret):
        if layout.shard:
            # Not marked, and open all the same: then the shard before is here.
            check_carried(home.log, home.clock)
        mark(files, layout, home.secret)


def key_list(where: str) -> dict[str, Any]:
    """Return the keys that a log names and, of a home, where they live; nothing is verified.

    Of a home in several shards those that its newest shard names: the one that it began with and
    those that came later.

    Raises:
        KeyUnsafe: it names none.
    """
    source = source_of(where)
    raw, vkey = source.read("records.pem"), source.read("log.vkey")
    terms = parse_key_list((raw or b"").decode(errors="replace"))
    found: dict[str, Any] = {
        "record": [{"keyid": term.keyid, "counts": str(term)} for term in terms],
        "log": {"vkey": (vkey or b"").decode(errors="replace").strip()},
    }
    if isinstance(source, DirectorySource) and source.home is not None:
        from watchkeeper.adapters.posix.custody import Keyring
        from watchkeeper.adapters.posix.files import Files

        keyring = Keyring(Files(), Path(where) / "keys")
        found["record"][-1]["lives"] = keyring.uri("record")
        found["log"]["lives"] = keyring.uri("log")
    return found


def permit_keys(path: Path) -> PermitKeys:
    """Return the home's key for permits; it is looked for, or made, when it is first needed."""
    from watchkeeper.adapters.permit_key import HomePermitKeys

    wall = clock()
    return HomePermitKeys(path, _token_access(), lambda: wall.wall() // 1_000_000)


def rotate_permit_key(path: Path, to: str | None, *, keep: bool) -> str:
    """Let another key sign permits from now on; return its id.

    Raises:
        KeyUnsafe, KeyUnavailable, SettingsInvalid: there is no such key, or it can not be kept.
    """
    from watchkeeper.adapters.permit_key import HomePermitKeys

    wall = clock()
    keys = HomePermitKeys(path, _token_access(), lambda: wall.wall() // 1_000_000)
    return keys.rotate(to, keep=keep).keyid


def _watch(kept: Path | None) -> Watch:
    from watchkeeper.adapters.posix.custody import Watch

    return Watch(settings.state_folder(), kept, settings.machine_name())


def _token_access() -> TokenAccess:
    from watchkeeper.adapters.keys.uri import TokenAccess

    return TokenAccess(settings.token_module(), settings.token_pin)
