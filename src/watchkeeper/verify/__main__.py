"""`python -m watchkeeper.verify`: the verifier alone, with `cryptography` and nothing else."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from watchkeeper.errors import WatchkeeperError
from watchkeeper.ledger.canonical import render_json
from watchkeeper.verify import DirectorySource, verify_path
from watchkeeper.verify.kept import Kept
from watchkeeper.verify.pem import public_keys
from watchkeeper.verify.text import verification_json, verification_text

FINE, FOUND, COULD_NOT_RUN = 0, 1, 2


def main(words: Sequence[str] | None = None) -> int:
    """Verify what is named and return 0 (it holds), 1 (it does not) or 2 (could not be run)."""
    given = _parser().parse_args(words)
    try:
        kept = Kept(given.keep) if given.keep else None
        options = _options(given)
        if given.shard:
            options["others"] = [DirectorySource(path) for path in given.shard]
        options["older"] += kept.older if kept else []
        found = verify_path(given.path, **options)
        if kept is not None:
            sys.stderr.write(f"{kept.settle(found)}\n")
    except (WatchkeeperError, OSError) as error:
        sys.stderr.write(f"watchkeeper-verify: {error}\n")
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        sys.stderr.write("watchkeeper-verify: interrupted\n")
        return COULD_NOT_RUN
    if given.as_json:
        sys.stdout.write(f"{render_json(verification_json(found)).decode()}\n")
    else:
        sys.stdout.write(f"{verification_text(found)}\n")
    return FINE if found.ok else FOUND


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="watchkeeper-verify",
        description="Verify evidence in numbered steps, offline: a bundle, a published log, or a "
        "home. Ends with 0 if everything that was checked holds, 1 if anything does not, 2 if it "
        "could not be read.",
        epilog="example: watchkeeper-verify refund.wkb --vkey log.vkey --older kept.checkpoint",
    )
    parser.add_argument("path", type=Path, help="a bundle's file, or the folder of a log")
    parser.add_argument("--vkey", help="the log's verifier key, or a file that holds it")
    parser.add_argument(
        "--records-key", type=Path, help="PEM file of the public keys that sign records"
    )
    parser.add_argument(
        "--older", type=Path, action="append", default=[], help="a checkpoint that you kept"
    )
    parser.add_argument(
        "--shard",
        type=Path,
        action="append",
        default=[],
        help="the folder of a further shard that was moved away",
    )
    parser.add_argument("--policy", type=Path, help="a witness policy of your own (tlog-policy)")
    parser.add_argument(
        "--keep", type=Path, help="keep the checkpoint there, and hold the log to it next time"
    )
    parser.add_argument("--workers", type=int, help="processes; default: one for each core")
    parser.add_argument("--json", action="store_true", dest="as_json", help="print one document")
    return parser


def _options(given: argparse.Namespace) -> dict[str, Any]:
    vkey: str | None = given.vkey
    if vkey is not None and "+" not in vkey:
        vkey = Path(vkey).read_text(encoding="utf-8")
    return {
        "vkey": vkey,
        "record_keys": given.records_key and public_keys(given.records_key.read_bytes()),
        "older": [path.read_bytes() for path in given.older],
        "policy": given.policy and given.policy.read_bytes(),
        "workers": given.workers,
        "progress": _progress if sys.stderr.isatty() else None,
    }


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done} of {total} records" + ("\n" if done == total else ""))


if __name__ == "__main__":
    sys.exit(main())
