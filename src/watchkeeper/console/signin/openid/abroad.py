"""Sending people to a provider of sign-ins, and taking those who come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchkeeper.console.signin.desk import Desk
from watchkeeper.console.signin.openid.journeys import Journeys
from watchkeeper.errors import SignInRefused
from watchkeeper.ports.people import IdentityProvider
from watchkeeper.records.plan.people import OpenId, SignIn

Providers = Callable[[OpenId], IdentityProvider]


class Abroad:
    """Sends people to the provider of the plan in force, and takes those who come back."""

    def __init__(self, desk: Desk, providers: Providers) -> None:
        self._desk, self._make = desk, providers
        self._journeys = Journeys(desk.home.clock, desk.home.ids)
        self._provider: tuple[OpenId, IdentityProvider] | None = None

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the browser's secret meanwhile."""
        return f"{self._desk.cookie}-openid"

    async def leave(self, address: str, after: str) -> tuple[str, str]:
        """Return where to send the browser, and the secret that it is to keep meanwhile.

        Raises:
            SignInRefused: the plan names no provider.
            TooManyTries: too many before it did not hold.
            ProviderFailed: the provider can not be reached.
        """
        self._desk.tries.check(address)
        openid = self._desk.openid
        if openid is None:
            raise SignInRefused("the plan names no provider of sign-ins", "use a passkey")
        started, browser = self._journeys.start(openid, after)
        return await self._at(openid).begin(started.asked), browser

    async def come_back(
        self, address: str, browser: str, answer: Mapping[str, str]
    ) -> tuple[str, str]:
        """Return the token of a new session, and where to go on.

        Raises:
            SignInRefused: it did not hold, or the account is nobody's.
            TooManyTries: too many before it did not.
            ProviderFailed: the provider can not be reached.
        """
        self._desk.tries.check(address)
        try:
            return await self._recognised(browser, answer)
        except SignInRefused:
            self._desk.tries.failed(address)
            raise

    async def _recognised(self, browser: str, answer: Mapping[str, str]) -> tuple[str, str]:
        started = self._journeys.take(answer.get("state", ""), browser)
        if started is None or started.openid != self._desk.openid:
            raise SignInRefused("this sign-in was not begun here, took too long, or is over")
        identity = await self._at(started.openid).finish(started.asked, answer)
        account = SignIn(identity.issuer, identity.subject)
        person = self._whose(account)
        return self._desk.sessions.open(person, "openid", account=account), started.after

    def _whose(self, account: SignIn) -> str:
        """Return whose account it is by the plan in force, which may have changed meanwhile."""
        for person in self._desk.home.enforcer.bundle.people:
            if account in person.sign_in:
                return person.id
        raise SignInRefused(
            f"the account {account.subject} of {account.issuer} is nobody's in the plan",
            "have it named in the plan: `sign_in:` of a person",
        )

    def _at(self, openid: OpenId) -> IdentityProvider:
        if self._provider is None or self._provider[0] != openid:
            self._provider = (openid, self._make(openid))
        return self._provider[1]
