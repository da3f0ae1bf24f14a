"""Who is signed in: sessions, kept in memory and by the digest of their token alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from watchkeeper.do.state.authority import Authority
from watchkeeper.loop.codes import Voucher
from watchkeeper.ports import Clock, Ids
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Console, SignIn

How = Literal["passkey", "openid", "code"]

LONGEST = 8 * 3_600
IDLE = 30 * 60
LONGEST_BY_CODE = 10 * 60
"""Seconds that a session may last, may rest, and may last where a code opened it.

The first two are what holds where the plan does not say so.
"""
MOST = 10_000
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in.

    `csrf` is to come with whatever the session posts. `keyid` names the passkey that opened it.
    With `may_only_enrol` it was opened by a code, which `voucher` holds: it may register a passkey
    and do nothing else. `account` is the one elsewhere that opened it.
    """

    person: str
    how: How
    opened: Instant
    csrf: str
    may_only_enrol: bool = False
    keyid: str | None = None
    voucher: Voucher | None = None
    account: SignIn | None = None

    @property
    def reads_only(self) -> bool:
        """Tell whether it may look and say nothing: another's word on who somebody is."""
        return self.how == "openid"


@dataclass(slots=True)
class _Kept:
    session: Session
    opened: int
    used: int


class Sessions:
    """The sessions of one process: a restart ends them all.

    Ages are told by a clock that never goes back. `authority` is asked at each use, so that a
    session ends the moment its person or its passkey no longer counts; so is the `plan` in force,
    for how long one lasts, and whose accounts elsewhere are.
    """

    def __init__(
        self,
        clock: Clock,
        ids: Ids,
        authority: Callable[[], Authority],
        plan: Callable[[], Bundle | None] = lambda: None,
    ) -> None:
        self._clock, self._ids, self._authority = clock, ids, authority
        self._plan = plan
        self._kept: dict[str, _Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def open(
        self,
        person: str,
        how: How,
        *,
        keyid: str | None = None,
        voucher: Voucher | None = None,
        account: SignIn | None = None,
    ) -> str:
        """Open a session and return its token, which is told to nobody but the browser."""
        self.sweep()
        token, csrf = self._secret(), self._secret()
        at, enrols = self._clock.wall(), how == "code"
        session = Session(person, how, at, csrf, enrols, keyid, voucher, account)
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        now = self._clock.monotonic()
        self._kept[_digest(token)] = _Kept(session, now, now)
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, if it still counts; that keeps it from resting."""
        name = _digest(token)
        kept, now = self._kept.get(name), self._clock.monotonic()
        if kept is None:
            return None
        if self._over(kept, now):
            del self._kept[name]
            return None
        kept.used = now
        return kept.session

    def counts(self, token: str) -> bool:
        """Tell whether a token's session still counts; looking does not keep it from resting."""
        kept = self._kept.get(_digest(token))
        return kept is not None and not self._over(kept, self._clock.monotonic())

    def longest(self) -> int:
        """Return how many seconds a session may last."""
        said = self._console()
        return LONGEST if said is None or said.session_seconds is None else said.session_seconds

    def end(self, token: str) -> None:
        """End a session."""
        self._kept.pop(_digest(token), None)

    def end_person(self, person: str) -> None:
        """End every session of a person."""
        self._kept = {n: kept for n, kept in self._kept.items() if kept.session.person != person}

    def sweep(self) -> None:
        """Forget the sessions that are over."""
        now = self._clock.monotonic()
        self._kept = {n: kept for n, kept in self._kept.items() if not self._over(kept, now)}

    def _over(self, kept: _Kept, now: int) -> bool:
        session = kept.session
        longest = LONGEST_BY_CODE if session.may_only_enrol else self.longest()
        if now - kept.opened >= longest * _MICROS or now - kept.used >= self._idle() * _MICROS:
            return True
        authority = self._authority()
        if session.account is not None:
            return not self._is_account(session.account, session.person)
        if not authority.knows(session.person):
            return True
        return session.keyid is not None and session.keyid not in authority.verification_keys(
            session.person
        )

    def _console(self) -> Console | None:
        plan = self._plan()
        return None if plan is None else plan.console

    def _is_account(self, account: SignIn, person: str) -> bool:
        """Tell whether an account is still somebody's, who needs nothing else in order to read."""
        plan = self._plan()
        openid = plan.console.openid if plan is not None and plan.console else None
        if plan is None or openid is None or openid.issuer != account.issuer:
            return False
        return any(account in one.sign_in for one in plan.people if one.id == person)

    def _idle(self) -> int:
        said = self._console()
        return IDLE if said is None or said.idle_seconds is None else said.idle_seconds

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._ids.random_bytes(32)).decode().rstrip("=")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
