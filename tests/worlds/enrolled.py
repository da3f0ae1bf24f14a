"""People who come to a passkey by a code, or by one that they have, in a home without a gateway."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.worlds.bank import Bank
from tests.worlds.people import CONSOLE, Passholder
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.codes import Voucher, render_code
from watchkeeper.loop.enrolment import enrol
from watchkeeper.records.instant import render_instant
from watchkeeper.records.people import Signature

_LASTS = 590


def code_for(
    bank: Bank, person: str, by: str = "", seconds: float = _LASTS, place: str = CONSOLE
) -> str:
    """Have a code made, as `do code` does; returns it as it is told to people."""
    bank.home.codes.place = place
    raw = hashlib.sha256(f"{person}/{by}/{bank.ids.random_bytes(8)!r}".encode()).digest()[:16]
    expires = render_instant(bank.clock.wall().plus(seconds))
    digest = hashlib.sha256(raw).hexdigest()
    body = {"person": person, "digest": digest, "expires": expires}
    bank.commands.run(bank.sign(by or person, "console-code", body), {})
    return render_code(raw)


def given(bank: Bank, code: str) -> Voucher:
    """Give a code, as a page does."""
    voucher = bank.home.codes.take(code)
    assert voucher is not None
    return voucher


def enrolled(bank: Bank, holder: Passholder, by: str = "") -> Passholder:
    """Register a person's passkey by a code that `by` signed for."""
    voucher = given(bank, code_for(bank, holder.person, by))
    enrol(bank.home, voucher, holder.passkey).wait(10)
    return holder


def told(bank: Bank, holder: Passholder, verb: str, beside: Any = None, **body: Any) -> Any:
    """Have a person give a command, signed with a passkey."""
    return bank.commands.run(signed(bank, holder, verb, **body), beside or {})


def signed(bank: Bank, holder: Passholder, verb: str, **body: Any) -> Signature:
    return holder.command(bank.log.origin, verb, body, at=bank.clock.wall())


def added(bank: Bank, holder: Passholder, new: Passholder) -> Any:
    """Register a further passkey on the word of one that counts."""
    passkey = new.passkey
    return told(
        bank,
        holder,
        "add-passkey",
        credential=passkey.credential,
        publicKey=passkey.public_key,
        algorithm=passkey.algorithm,
    )


def revoked(bank: Bank, person: str, holder: Passholder, why: str = "lost") -> Any:
    """Have a passkey revoked at a terminal."""
    salt = b"r" * 16
    body = {"person": holder.person, "keyid": holder.keyid, "reason": hidden_digest(salt, why)}
    beside = {"reason": why, "salt": salt.hex()}
    return bank.commands.run(bank.sign(person, "revoke-passkey", body), beside)
