"""Whether a permit is for this call, here and now, and for the first time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from watchkeeper.errors import PermitInvalid, RecordInvalid, cut
from watchkeeper.ledger.permit import (
    ALGORITHM,
    MAX_BYTES,
    TYPE,
    Asked,
    Claims,
    PublishedKey,
    asked_by,
    parse_claims,
)
from watchkeeper.permit.keys import KeySource
from watchkeeper.permit.store import Used

_HEADER = {"alg", "kid", "typ"}
_MOST_LEEWAY = 60.0


class Permits:
    """Checks permits for one audience, which is the name of one tool server in the plan.

    `leeway` is how far apart, in seconds, the clocks of the gateway and of this server may be. A
    permit from before the store began, give or take that much, is refused: it may have been used.
    """

    def __init__(
        self,
        keys: KeySource,
        audience: str,
        store: Used,
        *,
        leeway: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not 0 <= leeway <= _MOST_LEEWAY:
            raise ValueError("the clocks may be apart by 0 to 60 seconds")
        self._keys, self._audience, self._store = keys, audience, store
        self._leeway, self._clock = leeway, clock
        self._jws = PyJWS(algorithms=[ALGORITHM])

    def check(
        self, token: str | None, method: str, tool: str, arguments: Mapping[str, Any]
    ) -> Claims:
        """Return what a permit for this call says; it is used from then on, durably.

        Raises:
            PermitInvalid: there is none, or it is not for this call, here, now, or was used.
        """
        return self.check_asked(token, Asked(method, tool, arguments, {}))

    def check_message(self, token: str | None, method: str, params: Mapping[str, Any]) -> Claims:
        """As `check`, for a whole message as it came.

        Raises:
            PermitInvalid: as `check`, and for a message that no permit covers.
        """
        try:
            asked = asked_by(method, params)
        except RecordInvalid as error:
            raise _refused("other-call", error.message) from None
        return self.check_asked(token, asked)

    def check_asked(self, token: str | None, asked: Asked) -> Claims:
        """As `check`, for what is asked.

        Raises:
            PermitInvalid: as `check`.
        """
        if not token:
            raise _refused("missing", "the call has no permit")
        claims, key = self._signed(token)
        self._check_time(claims, key)
        if claims.audience != self._audience:
            raise _refused("audience", f"the permit is for {cut(claims.audience)}")
        try:
            same = claims.act == asked.digest
        except RecordInvalid as error:
            raise _refused("other-call", error.message) from None
        if not same:
            raise _refused("other-call", "the permit is for another call")
        # Last: a permit is used up only by the very call that it is for.
        if not self._store.take(claims.id, claims.expires + int(self._leeway) + 1):
            raise _refused("used", "the permit was used")
        return claims

    def _signed(self, token: str) -> tuple[Claims, PublishedKey]:
        """Return the claims of a permit whose signature holds, and its key."""
        if len(token) > MAX_BYTES or not token.isascii():
            raise _refused("malformed", "that is no permit")
        try:
            header = self._jws.get_unverified_header(token)
        except PyJWTError:
            raise _refused("malformed", "that is no permit") from None
        keyid = header.get("kid")
        if header.keys() != _HEADER or header["typ"] != TYPE or header["alg"] != ALGORITHM:
            raise _refused("malformed", "that is no permit, but another kind of token")
        key = self._keys.key(keyid) if isinstance(keyid, str) else None
        if key is None:
            raise _refused("unknown-key", "the permit is signed by a key that is not published")
        try:
            public = Ed25519PublicKey.from_public_bytes(key.public)
            raw = self._jws.decode(token, public, algorithms=[ALGORITHM])
        except (PyJWTError, ValueError):
            raise _refused("forged", "the signature of the permit does not hold") from None
        try:
            return parse_claims(raw), key
        except RecordInvalid as error:
            raise _refused("malformed", error.message) from None

    def _check_time(self, claims: Claims, key: PublishedKey) -> None:
        now = self._clock()
        if now >= claims.expires + self._leeway or (key.until is not None and now >= key.until):
            raise _refused("expired", "the permit has run out")
        if now < max(claims.not_before, claims.issued) - self._leeway:
            raise _refused("early", "the permit is from the future: look at the clocks")
        if claims.issued < self._store.since + self._leeway:
            raise _refused(
                "before-store", "the permit may be older than the memory of which were used"
            )


def _refused(reason: str, message: str) -> PermitInvalid:
    return PermitInvalid(
        message, reason=reason, advice="ask through the gateway, which sends one with each call"
    )
