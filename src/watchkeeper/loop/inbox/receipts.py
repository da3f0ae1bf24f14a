"""When a person opened what waits, in a receipt that only this home can make.

The receipt goes out with the page and comes back with the verdict. So the home itself measures how
long somebody looked, and knows that a view which was signed is one that it gave.
"""

from __future__ import annotations

import hmac

from watchkeeper.ledger.canonical import canonical, keyed_digest
from watchkeeper.records.instant import Instant

_ABOUT = "watchkeeper receipt"


def receipt_of(secret: bytes, handle: str, person: str, view: str, at: Instant) -> str:
    """Return the receipt for what was opened at `at`; `view` is the digest of what was given."""
    return f"{int(at)}.{_mac(secret, handle, person, view, at)}"


def opened_at(secret: bytes, handle: str, person: str, view: str, receipt: str) -> Instant | None:
    """Return when a receipt was given for exactly this; None where it was not."""
    said, _, mac = receipt.partition(".")
    if not said.isascii() or not said.isdigit() or len(said) > 16 or not mac.isascii():
        return None
    at = Instant(int(said))
    return at if hmac.compare_digest(_mac(secret, handle, person, view, at), mac) else None


def _mac(secret: bytes, handle: str, person: str, view: str, at: Instant) -> str:
    return keyed_digest(secret, canonical([_ABOUT, handle, person, view, int(at)]))
