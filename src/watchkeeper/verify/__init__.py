"""The auditor's tool: evidence and keys in, a verdict out.

Needs nothing of Watchkeeper but `ledger`, `records` and `errors`, and no library but
`cryptography`.
"""

from watchkeeper.verify.bundle.verifier import verify_bundle
from watchkeeper.verify.report import Finding, Status, Step, Verification
from watchkeeper.verify.source import DirectorySource, Source
from watchkeeper.verify.verifier import verify_log

__all__ = [
    "DirectorySource",
    "Finding",
    "Source",
    "Status",
    "Step",
    "Verification",
    "verify_bundle",
    "verify_log",
]
