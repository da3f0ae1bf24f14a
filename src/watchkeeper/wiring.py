"""Puts the real world behind the ports: the one importer of adapters.

Adapters are imported where they are used, so that a command loads only what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchkeeper import settings
from watchkeeper.check.answer import Step, Verified
from watchkeeper.check.replay import Again
from watchkeeper.errors import LedgerError, NoteInvalid, SettingsInvalid
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import read_record_unverified
from watchkeeper.ledger.key_list import parse_key_list
from watchkeeper.ledger.note import VerifierKey, parse_note_unverified, parse_vkey
from watchkeeper.ledger.plan_bundle import bundle_digest, parse_bundle
from watchkeeper.ledger.tiles import bundles_of
from watchkeeper.ledger.timestamp_names import StampName
from watchkeeper.ports import Clock, Ids, Log, Signer, WitnessState, WitnessStore
from watchkeeper.records.bundle import Bundle, Stage
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Payload
from watchkeeper.verify import DirectorySource, Source, Verification, verify_log
from watchkeeper.verify.bundle.file import open_bundle
from watchkeeper.verify.bundle.manifest import payload_name
from watchkeeper.verify.compose.compose import Composed, Payloads, Wish, compose
from watchkeeper.verify.handout import published_checkpoint
from watchkeeper.verify.source import read_bundle
from watchkeeper.verify.timestamps import Stamp, check_timestamp
from watchkeeper.verify.witnesses import read_testimony

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from watchkeeper.adapters.keys.uri import TokenAccess
    from watchkeeper.adapters.otlp import OtlpSender
    from watchkeeper.adapters.posix.custody import Watch
    from watchkeeper.adapters.posix.reader import ReadOnlyLog


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


def _watch(kept: Path | None) -> Watch:
    from watchkeeper.adapters.posix.custody import Watch

    return Watch(settings.state_folder(), kept, settings.machine_name())


def _token_access() -> TokenAccess:
    from watchkeeper.adapters.keys.uri import TokenAccess

    return TokenAccess(settings.token_module(), settings.token_pin)


def key_list(where: str) -> dict[str, Any]:
    """Return the keys that a log names and, of a home, where they live; nothing is verified.

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

        keyring = Keyring(Files(), source.home / "keys")
        found["record"][-1]["lives"] = keyring.uri("record")
        found["log"]["lives"] = keyring.uri("log")
    return found


def is_home(path: Path) -> bool:
    """Tell whether a folder is a home (and not a published log, or nothing)."""
    return (path / "segments").is_dir()


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


def replayer(path: Path) -> Again:
    """Return the function that decides the recorded requests of a log again."""
    from watchkeeper.loop.replay import replayer as make

    return make(bundles(path))


def read_log(path: Path) -> ReadOnlyLog:
    """Open a home for reading beside its writer.

    Raises:
        HomeInvalid: it is no home.
    """
    from watchkeeper.adapters.posix.reader import read_home

    return read_home(path)


def create_witness(path: Path, name: str) -> VerifierKey:
    """Make a witness; see `adapters.witness_store`."""
    from watchkeeper.adapters import witness_store

    return witness_store.create_witness(path, name)


def witness_vkey(path: Path) -> VerifierKey:
    """Return the verifier key of a witness."""
    from watchkeeper.adapters import witness_store

    return witness_store.witness_vkey(path)


def witness_knows(path: Path, vkey: str) -> str:
    """Let a witness know a log; return the log's origin."""
    from watchkeeper.adapters import witness_store

    return witness_store.add_log(path, vkey)


def open_witness(path: Path) -> WitnessStore:
    """Open a witness's store for serving; this process alone may then serve it."""
    from watchkeeper.adapters import witness_store

    return witness_store.open_witness(path)


def is_witnessed(path: Path) -> bool:
    """Tell whether a log has the quorum of its own policy; records are not verified here."""
    source = DirectorySource(path)
    try:
        raw, checkpoint = published_checkpoint(source)
        key = parse_vkey((source.read("log.vkey") or b"").decode(errors="replace"))
    except NoteInvalid:
        return False
    return read_testimony(source, raw, checkpoint, key, None).quorum


def witness_states(path: Path) -> tuple[WitnessState, ...]:
    """Return how things stood with a home's witnesses when it last served."""
    from watchkeeper.adapters.posix.layout import Layout
    from watchkeeper.adapters.witnessing.states import read_states

    return read_states(Layout(path).witness_states)


def is_url(where: str) -> bool:
    """Tell whether a log is named by an address and not by a path."""
    return where.startswith(("http://", "https://"))


def is_bundle(where: str) -> bool:
    """Tell whether a place is a file, and so can only be an evidence bundle."""
    return not is_url(where) and Path(where).exists() and not Path(where).is_dir()


def source_of(where: str) -> Source:
    """Return the published log at a path (of it, or of a home) or at an address."""
    if not is_url(where):
        return DirectorySource(Path(where))
    from watchkeeper.adapters.published import UrlSource

    return UrlSource(where)


def published_size(home: Path) -> int:
    """Return how many records the published checkpoint of a home covers.

    Raises:
        NoteInvalid: nothing is published yet.
    """
    return published_checkpoint(DirectorySource(home))[1].size


def timestamp(home: Path, url: str, roots: Sequence[Certificate]) -> tuple[Path, Stamp]:
    """Have an authority time stamp a home's newest published checkpoint, and keep the answer.

    Nothing is kept that does not verify under `roots`. Returns the file and what it says.

    Raises:
        TimestampRefused: the authority can not be reached, or gives none.
        TimestampInvalid: what it gives does not verify.
        TimestampUnsupported: the library for time stamps is missing.
        NoteInvalid: nothing is published yet.
    """
    from watchkeeper.adapters import timestamps

    source = DirectorySource(home)
    raw, _ = published_checkpoint(source)
    query = timestamps.make_query(parse_note_unverified(raw).text.encode())
    response = timestamps.ask(url, query)
    stamp = check_timestamp(response, raw, roots, query.nonce)
    name = StampName.of(stamp.checkpoint.size, stamp.at)
    return timestamps.keep(source.path, name, raw, response), stamp


def otlp_sender(
    url: str, headers: Mapping[str, str], seconds: float, certificate: Path | None
) -> OtlpSender:
    """Return what posts spans to a collector; see `adapters.otlp`.

    Raises:
        SettingsInvalid: the certificate can not be read.
    """
    from watchkeeper.adapters.otlp import OtlpSender

    return OtlpSender(url, headers, seconds, certificate)


def write_bundle(
    where: str, out: Path, wish: Wish, *, replace: bool, progress: Callable[[int, int], None]
) -> Composed:
    """Write an evidence bundle of a home or a published log, as a whole or not at all.

    Raises:
        SettingsInvalid: payloads are asked for where there are none; the file is there already.
        LedgerError: nothing was chosen, or the log can not be read.
    """
    from watchkeeper.adapters.whole_file import whole_file

    source = source_of(where)
    home = source.home if isinstance(source, DirectorySource) else None
    if home is None and (wish.whole or wish.disclose):
        raise SettingsInvalid("a published log holds no values", "name the home")
    with whole_file(out, replace=replace) as (file, aside):
        return compose(
            source,
            wish,
            None if home is None else _payloads(home),
            made=clock().wall(),
            aside=aside,
            out=file,
            progress=progress,
        )


def _payloads(home: Path) -> Payloads:
    from watchkeeper.adapters.posix.payloads import read_payloads

    return lambda runs: read_payloads(home, runs)


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


def read_entries(path: Path, start: int = 0) -> Iterator[Entry]:
    """Yield the records of a home, or those that a published log's checkpoint covers.

    Nothing is verified here; only a home has payloads.
    """
    source = DirectorySource(path)
    if source.home is not None:
        return read_log(path).entries(start)
    return _published_entries(source, start)


def origin_of(path: Path) -> str:
    """Return the origin of a home's log, or of a published log."""
    if is_home(path):
        return read_log(path).origin
    return published_checkpoint(DirectorySource(path))[1].origin


def follow(path: Path, start: int = 0) -> Iterator[Entry | None]:
    """Yield the records of a home, or of a published log, and None each time that was all for now.

    Never ends. Nothing is verified here.
    """
    log = read_log(path) if is_home(path) else None
    source = DirectorySource(path)
    while True:
        size = log.size if log else published_checkpoint(source)[1].size
        found = map(log.entry, range(start, size)) if log else _published_entries(source, start)
        for entry in found:
            yield entry
            start = entry.ref.index + 1
        yield None


def entry_reader(path: Path) -> Callable[[Ref], Entry | None]:
    """Return a look-up of single records of a home or a published log; None for what is not there.

    Nothing is verified here.
    """
    log = read_log(path) if is_home(path) else None
    source = DirectorySource(path)

    def entry_at(ref: Ref) -> Entry | None:
        try:
            if log is not None:
                return log.entry(ref.index)
            return next(_published_entries(source, ref.index), None)
        except LedgerError:
            return None

    return entry_at


def read_evidence(path: Path, start: int = 0) -> Iterator[Entry]:
    """Yield the records of a home, of a published log, or of an evidence bundle.

    A bundle is held against its own spelling and digests first; nothing else is verified.
    """
    return _bundled_entries(path, start) if path.is_file() else read_entries(path, start)


def bundles(path: Path) -> Callable[[str], Bundle | None]:
    """Return a look-up of released plans by digest, over a home, a published log or a bundle."""
    read = _bundled_plans(path).get if path.is_file() else DirectorySource(path).read

    def bundle_of(digest: str) -> Bundle | None:
        raw = read(f"plans/{digest}.json")
        if raw is None or bundle_digest(raw) != digest:
            return None
        return parse_bundle(raw)

    return bundle_of


def verified(
    path: Path,
    *,
    vkey: str | None = None,
    record_keys: Sequence[bytes] | None = None,
    older: Sequence[bytes] = (),
    policy: bytes | None = None,
) -> Verified:
    """Verify a home or a published log and return what the answer says of it."""
    found = verify_log(
        DirectorySource(path), vkey=vkey, record_keys=record_keys, older=older, policy=policy
    )
    return Verified(
        records=found.size,
        verified=_verified_count(found),
        steps=tuple(Step(s.number, s.title, s.status.value, s.detail) for s in found.steps),
        findings=tuple(
            f.message if f.index is None else f"record {f.index}: {f.message}"
            for f in found.findings
        ),
        pinned=found.pinned,
        witnessed=found.witnessed,
    )


def _verified_count(found: Verification) -> int:
    return sum(count for kind, count in found.counts.items() if "." not in kind)


def _published_entries(source: Source, start: int) -> Iterator[Entry]:
    _, checkpoint = published_checkpoint(source)
    shard = int(checkpoint.origin.rpartition("/")[2])
    for number, width in bundles_of(checkpoint.size, start // 256):
        for index, raw in enumerate(read_bundle(source, number, width), number * 256):
            if index >= start:
                yield Entry(Ref(shard, index), read_record_unverified(raw), None)


def _bundled_entries(path: Path, start: int) -> Iterator[Entry]:
    with open_bundle(path) as bundle:
        shard = int(bundle.manifest.origin.rpartition("/")[2])
        for batch in bundle.batches():
            for index, raw in enumerate(batch.entries, batch.first):
                if index >= start:
                    beside = bundle.read(payload_name(index))
                    payload = None if beside is None else Payload(parse_json_unverified(beside))
                    yield Entry(Ref(shard, index), read_record_unverified(raw), payload)


def _bundled_plans(path: Path) -> dict[str, bytes]:
    with open_bundle(path) as bundle:
        return {name: bundle.read(name) or b"" for name in bundle.names("plans")}
