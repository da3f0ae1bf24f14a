"""Making a home: all of it or nothing, also through a crash."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from watchkeeper.adapters.keys import TokenAccess, create_key
from watchkeeper.adapters.posix.custody import Keyring, Watch
from watchkeeper.adapters.posix.custody.keyring import LOG, RECORD
from watchkeeper.adapters.posix.files import Files
from watchkeeper.adapters.posix.layout import FORMAT, Layout
from watchkeeper.adapters.posix.log import PosixLog, open_home
from watchkeeper.adapters.posix.shards.begun import mark
from watchkeeper.adapters.secret import SECRET_BYTES, create_secret, name_of
from watchkeeper.errors import HomeInvalid, NoteInvalid, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.envelope import seal
from watchkeeper.ledger.frame import render_frame
from watchkeeper.ledger.note import check_name
from watchkeeper.ledger.signature import KEY_BYTES, decode_base64
from watchkeeper.ports import Clock, Ids, Signer
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.statement import Record

EXAMPLE = "acme.example/refunds"


def create_home(  # noqa: PLR0913 - what a home is from its first record on
    path: Path,
    *,
    name: str,
    stage: Stage,
    first_release: Mapping[str, tuple[str, ...]],
    clock: Clock,
    ids: Ids,
    files: Files | None = None,
    key_uris: Mapping[str, str] | None = None,
    access: TokenAccess | None = None,
    watch: Watch | None = None,
) -> PosixLog:
    """Make a home with new keys and its genesis record, and open it.

    `key_uris` may say where the keys `record` and `log` live already; `access` how tokens are
    reached; `watch` what the home is held against from now on.

    `name` becomes the log's origin `<name>/0`; `first_release` maps the people who may sign the
    first release to their raw Ed25519 public keys in base64. The home is made beside its place
    and put there by one rename.

    Raises:
        HomeInvalid: something is there already, or a name or key that is none.
        KeyUnsafe, KeyUnavailable, SettingsInvalid: a key of `key_uris` can not be opened.
        LogUnavailable: the disk fails.
    """
    files, path = files or Files(), Path(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise HomeInvalid(f"there is something already: {cut(path)}", "name a folder that is new")
    _check_people(first_release)
    origin = f"{_checked_name(name)}/0"
    beside = path.absolute().with_name(f".{path.name}.{ids.random_bytes(4).hex()}.new")
    try:
        layout = Layout(beside)
        secret = ids.random_bytes(SECRET_BYTES)
        _make_folders(files, layout, secret)
        signers = _make_keys(Keyring(files, layout.keys, access), layout, key_uris or {})
        said = _genesis(origin, stage, first_release, clock.wall(), *signers)
        envelope = _sealed(replace(said, recall=name_of(secret, origin)), signers[0])
        files.replace(layout.segment(0), render_frame(0, 0, envelope, b""), 0o600)
        mark(files, layout, secret)
        files.replace(layout.lock, b"", 0o600)
        files.call("rename", os.rename, beside, path)
        files.sync_folder(path.absolute().parent)
    except OSError as error:
        raise HomeInvalid(f"can not make a home at {cut(path)}: {error.strerror}") from None
    return open_home(path, clock=clock, files=files, access=access, watch=watch)


def _make_folders(files: Files, layout: Layout, secret: bytes) -> None:
    files.make_folder(layout.root)
    for private in (layout.keys, layout.segments):
        files.make_folder(private, 0o700)
    files.make_folder(layout.log)
    create_secret(layout.secret, secret)


def _make_keys(keyring: Keyring, layout: Layout, uris: Mapping[str, str]) -> tuple[Signer, Signer]:
    """Return the key of the records and the key of the log, new ones where no URI names them."""
    made = []
    for use, path in ((RECORD, layout.record_key), (LOG, layout.log_key)):
        made.append(keyring.name_key(use, uris[use]) if use in uris else create_key(path))
    return made[0], made[1]


def _genesis(  # noqa: PLR0913, PLR0917 - the fields of the record
    origin: str,
    stage: Stage,
    first_release: Mapping[str, tuple[str, ...]],
    at: Instant,
    record_key: Signer,
    key: Signer,
) -> GenesisRecord:
    return GenesisRecord(
        at=at,
        origin=origin,
        shard=0,
        format=FORMAT,
        stage=stage,
        record_keys={record_key.keyid: base64.b64encode(record_key.public_key).decode()},
        log_key=str(log_key(origin, key.public_key)),
        first_release={person: tuple(keys) for person, keys in first_release.items()},
    )


def _sealed(genesis: GenesisRecord, record_key: Signer) -> bytes:
    digest = sha256_hex(genesis.origin.encode())
    return seal(Record(Kind.GENESIS, "home", digest, genesis), record_key)


def _checked_name(name: str) -> str:
    try:
        return check_name(name)
    except NoteInvalid as error:
        raise HomeInvalid(error.message, f"a name like `{EXAMPLE}`") from None


def _check_people(people: Mapping[str, tuple[str, ...]]) -> None:
    for person, keys in people.items():
        for text in keys:
            public = decode_base64(text)
            if not person or public is None or len(public) != KEY_BYTES:
                raise HomeInvalid(f"not a person's public key: {cut(person)} {cut(text)}")
