"""What a plan says of people: their keys, how they sign in, how they are told, and when."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.people import Passkey


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account elsewhere that is a person's: whom a provider calls `subject` (`sub`)."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class OpenId:
    """A provider by which people sign in to read (OpenID Connect Core 1.0).

    `secret` is where the client's secret is read from (`env:NAME`, `file:PATH`), never itself;
    None for a client that has none.
    """

    issuer: str
    client: str
    secret: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Console:
    """Where people reach the console: its URL, without a path.

    A session ends after `session_seconds`, and after `idle_seconds` without use.
    """

    url: str
    session_seconds: int | None = None
    idle_seconds: int | None = None
    openid: OpenId | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to tell people: where its address is read from (`env:NAME`, `file:PATH`).

    What comes due within `every_seconds` of the last notice waits, and is told together.
    """

    address: str
    every_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """Whom to tell of an action that still waits so many seconds after it was escalated."""

    after_seconds: int
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who holds a role; `keys` are raw Ed25519 public keys in base64."""

    id: str
    name: str
    keys: tuple[str, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    sign_in: tuple[SignIn, ...] = ()
