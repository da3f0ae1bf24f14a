"""What we need from the world around people: who they are elsewhere, and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from watchkeeper.records.oversight import Silence


@dataclass(frozen=True, slots=True)
class SignInAsked:
    """One sign-in under way at a provider: three secrets of ours, each for one use.

    `state` comes back with the browser, `nonce` in the provider's word, and only who knows
    `verifier` can exchange the code (RFC 7636).
    """

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider recognised: `subject` is its own name for the account, for good."""

    issuer: str
    subject: str


class IdentityProvider(Protocol):
    """A provider that recognises people (OpenID Connect Core 1.0, by authorization code)."""

    async def begin(self, asked: SignInAsked) -> str:
        """Return where to send the browser.

        Raises:
            ProviderFailed: the provider can not be reached, or is not what it should be.
        """
        ...

    async def finish(self, asked: SignInAsked, answer: Mapping[str, str]) -> Identity:
        """Return who was recognised, by what the browser brought back.

        Raises:
            SignInRefused: nobody was, or not for us, now, and for this very question.
            ProviderFailed: the provider can not be reached, or is not what it should be.
        """
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told by a channel that others run: a count, a time, a link."""

    title: str
    body: str


class Notifier(Protocol):
    """Ways to tell people, each known by where its address is kept."""

    def tell(self, address: str, notice: Notice, done: Callable[[Silence | None], None]) -> None:
        """Begin to send a notice; `done` is told once, from any thread, why it did not go out.

        None where it did, as far as whoever took it says. `address` is where the channel's URL is
        kept (`env:NAME`, `file:PATH`). A channel that is still sending takes no second notice.
        """
        ...
