"""Signature counters of passkeys: one that goes back may be a copy (WebAuthn level 3, 6.1.1)."""

from __future__ import annotations

from watchkeeper.ledger.assertion import counter_of
from watchkeeper.records.people import Command, Signature

_RECORDED_LATER = frozenset({"console-code", "erase", "resolve"})
"""What is recorded some time after it was taken: others may have been signed meanwhile."""


class Counters:
    """The highest counter that each passkey told in what is recorded as it is taken."""

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}
        self._told: dict[str, set[int]] = {}

    def problem(self, signature: Signature, command: Command) -> str | None:
        """Return why a command's counter can not come from the one authenticator, or None.

        A passkey that counts tells each number once, and higher ones later; one that does not
        count tells zero.
        """
        if signature.assertion is None:
            return None
        counter, keyid = counter_of(signature.assertion), signature.keyid
        if counter and counter in self._told.get(keyid, ()):
            return "the passkey told the same counter twice: there may be a copy of it"
        highest = self._highest.get(keyid, 0)
        if command.verb not in _RECORDED_LATER:
            if highest and counter <= highest:
                return "the passkey's counter went back: there may be a copy of it"
            self._highest[keyid] = counter
        if counter:
            self._told.setdefault(keyid, set()).add(counter)
        return None
