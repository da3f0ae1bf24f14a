"""The auditor's tool: evidence and keys in, a verdict out.

Needs nothing of Watchkeeper but `ledger`, `records` and `errors`, and no library but
`cryptography`.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchkeeper.errors import BundleInvalid
from watchkeeper.verify.report import Finding, Status, Step, Verification
from watchkeeper.verify.source import DirectorySource, Source

if TYPE_CHECKING:
    from watchkeeper.verify.bundle.verifier import verify_bundle
    from watchkeeper.verify.log.run import verify_log

__all__ = [
    "DirectorySource",
    "Finding",
    "Source",
    "Status",
    "Step",
    "Verification",
    "verify_bundle",
    "verify_log",
    "verify_path",
]

# The steps are loaded by whoever verifies; whoever only reads a log needs none of them.
_LATER = {
    "verify_bundle": "watchkeeper.verify.bundle.verifier",
    "verify_log": "watchkeeper.verify.log.run",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(_LATER[name]), name)


def verify_path(path: Path, **given: Any) -> Verification:
    """Verify what stands at a path: a folder is a log or a home, anything else a bundle.

    The other arguments are those of `verify_log`.

    Raises:
        BundleInvalid: further shards are given beside a bundle, which is of one.
    """
    from watchkeeper.verify.bundle.verifier import verify_bundle
    from watchkeeper.verify.log.run import verify_log

    if path.is_dir():
        return verify_log(path, **given)
    if given.pop("others", ()):
        raise BundleInvalid("a bundle is of one shard", "give no others beside it")
    return verify_bundle(path, **given)
