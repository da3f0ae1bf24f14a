"""People, and how they come to know and to look: what `aims.yaml` says of them, compiled."""

from __future__ import annotations

from watchkeeper.plan.workspace.models.organisation import (
    AimsFile,
    ConsoleEntry,
    OpenIdEntry,
    PersonEntry,
)
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.people import Channel, Console, OpenId, Person, Rung, SignIn

_ALWAYS = "openid"


def person_of(says: PersonEntry) -> Person:
    """Return a person with what they sign with, and sign in by."""
    return Person(
        id=says.id,
        name=says.name,
        keys=tuple(says.keys),
        passkeys=tuple(
            Passkey(entry.credential, entry.key, entry.algorithm, entry.name)
            for entry in says.passkeys
        ),
        sign_in=tuple(SignIn(entry.issuer, entry.subject) for entry in says.sign_in),
    )


def console_of(says: ConsoleEntry | None) -> Console | None:
    """Return where people reach the console, None where the plan does not say so."""
    if says is None:
        return None
    return Console(says.url, says.session, says.idle, _openid(says.openid))


def _openid(says: OpenIdEntry | None) -> OpenId | None:
    if says is None:
        return None
    scopes = tuple(sorted(set(says.scopes) - {_ALWAYS}))
    return OpenId(says.issuer, says.client_id, says.client_secret, scopes)


def channels_of(aims: AimsFile) -> dict[str, Channel]:
    """Return the ways to tell people, by name."""
    return {name: Channel(says.address, says.every) for name, says in sorted(aims.channels.items())}


def on_call_of(aims: AimsFile) -> dict[str, tuple[Rung, ...]]:
    """Return the ladders, by role."""
    return {
        role: tuple(Rung(rung.after, tuple(dict.fromkeys(rung.tell))) for rung in rungs)
        for role, rungs in sorted(aims.on_call.items())
        if rungs
    }
