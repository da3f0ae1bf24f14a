"""How people are recognised by others, and told."""

from __future__ import annotations

from pathlib import Path

from watchkeeper import settings
from watchkeeper.ports import Clock
from watchkeeper.ports.people import IdentityProvider, Notifier
from watchkeeper.records.plan.people import OpenId


def identity_provider(openid: OpenId, back: str, home: Path, clock: Clock) -> IdentityProvider:
    """Return the provider that a plan names; `back` is where it sends browsers back to.

    The client's secret is read from where the plan says, each time that it is needed.
    """
    from watchkeeper.adapters.openid.provider import OpenIdProvider

    def secret() -> str | None:
        return None if openid.secret is None else settings.resolve(openid.secret, home)

    return OpenIdProvider(openid, back, secret, clock)


def notifier(home: Path) -> Notifier:
    """Return what sends notices; addresses are read from where the plan says that they are kept."""
    from watchkeeper.adapters.notices import AppriseNotifier

    return AppriseNotifier(lambda address: settings.resolve(address, home))
