"""Permits for what is released: made at the last moment, for servers whose plan asks for them."""

from __future__ import annotations

from dataclasses import replace

from watchkeeper.do.decision.request import Request
from watchkeeper.ledger.permit import Asked, Claims, mint
from watchkeeper.loop.home import Home
from watchkeeper.loop.steps import Allowed
from watchkeeper.ports import PermitKeys
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.tools import PermitRule


def permit_rule(bundle: Bundle, server: str) -> PermitRule | None:
    """Return what the plan says of permits for a server; None where it is sent none."""
    return next((found.permit for found in bundle.servers if found.id == server), None)


def enforced_at(point: Point, bundle: Bundle, server: str) -> Point:
    """Return where a decision is enforced: a server that demands permits enforces it too."""
    if point.boundary is not Boundary.EXCLUSIVE or permit_rule(bundle, server) is None:
        return point
    return replace(point, boundary=Boundary.PERMIT_VERIFIED)


class PermitDesk:
    """Makes permits with the home's own key for them."""

    def __init__(self, home: Home, keys: PermitKeys) -> None:
        self._home, self._keys = home, keys

    def for_release(self, server: str, allowed: Allowed, asked: Asked) -> str | None:
        """Return the permit for an action that may be released now; its record is durable.

        Raises:
            KeyUnavailable, KeyUnsafe: the key is not there, or can not sign now.
            RecordInvalid: what is asked has no canonical form.
        """
        return self._made(server, asked, allowed.request, str(allowed.ticket.ref))

    def for_read(self, server: str, asked: Asked) -> str | None:
        """Return the permit for a read of our own: of a fact, or to settle an unknown effect.

        Raises:
            KeyUnavailable, KeyUnsafe, RecordInvalid: as `for_release`.
        """
        return self._made(server, asked, None, None)

    def published(self) -> bytes:
        """Return the JWK set by which permits can be checked.

        Raises:
            KeyUnavailable, KeyUnsafe: the key is not there.
        """
        return self._keys.published()

    def make_ready(self) -> None:
        """See to it that the keys are published, where the plan asks for permits at all.

        Raises:
            KeyUnavailable, KeyUnsafe: the key is not there.
        """
        if any(server.permit is not None for server in self._home.enforcer.bundle.servers):
            self._keys.published()

    def _made(
        self, server: str, asked: Asked, request: Request | None, decision: str | None
    ) -> str | None:
        rule = permit_rule(self._home.enforcer.bundle, server)
        if rule is None:
            return None
        now = self._home.now() // 1_000_000
        claims = Claims(
            issuer=self._home.log.origin,
            audience=rule.audience,
            issued=now,
            not_before=now,
            expires=now + rule.lifetime_seconds,
            id=self._home.ids.action_id() if request is None else request.action_id,
            act=asked.digest,
            agent=request.call.agent if request else None,
            request=request.digest if request else None,
            decision=decision,
        )
        return mint(claims, self._keys.signer())
