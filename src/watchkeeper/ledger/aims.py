"""How a decision's record says what of the management system counted: in clear, in one spelling."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.ledger.canonical import canonical, sha256_hex

AIMS, MANAGEMENT = "aims", "management"
"""The name of that fact, and what it is said to come from."""
_LONGEST = 2048


def aims_text(counting: Mapping[str, tuple[str, ...]]) -> str:
    """Return the canonical JSON of what counts, by topic: `{}` where all is well.

    Its SHA-256 (`sha256:<hex>`) where that is longer than 2,048 bytes, since a record is short:
    the plan and the time of the record tell what it was.
    """
    said = canonical({topic: list(ids) for topic, ids in counting.items()})
    return said.decode() if len(said) <= _LONGEST else f"sha256:{sha256_hex(said)}"
