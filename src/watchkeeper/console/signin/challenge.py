"""What a passkey is asked to sign: a command that this process made, not the browser."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.console.signin.session import Session
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.assertion import DEFAULT_CONSOLE, challenge_of, place_of
from watchkeeper.ledger.canonical import canonical
from watchkeeper.loop.inbox.binding import bound_body
from watchkeeper.loop.surface import Surface
from watchkeeper.records.codec import Json, to_json
from watchkeeper.records.people import Command

TIMEOUT_MILLIS = 120_000


@dataclass(frozen=True, slots=True)
class Challenge:
    """A command (`payload`, base64 of its canonical JSON) and what stands for it in WebAuthn.

    `allow` holds the ids of the credentials that may answer, in base64url.
    """

    payload: str
    challenge: str
    rp_id: str
    allow: tuple[str, ...]
    timeout: int = TIMEOUT_MILLIS

    def to_json(self) -> dict[str, Json]:
        """Return it as pages are given it."""
        return {
            "payload": self.payload,
            "challenge": self.challenge,
            "rpId": self.rp_id,
            "allowCredentials": [{"type": "public-key", "id": one} for one in self.allow],
            "timeout": self.timeout,
        }


def challenge_for(
    surface: Surface, session: Session, verb: str, body: Mapping[str, Any]
) -> Challenge:
    """Return what the person of a session has to sign so that `verb` is carried out.

    Person, log, nonce and time are this process's own. What a command on a waiting action is bound
    to is read from the action: a page can not choose it.

    Raises:
        CommandInvalid: no action waits under the handle, or the person has no passkey.
    """
    home = surface.kernel.home
    authority = home.state.authority
    passkeys = authority.passkeys_of(session.person)
    if not passkeys:
        raise CommandInvalid(
            f"{cut(session.person)} has no passkey", "register one: see `watchkeeper do code`"
        )
    said = bound_body(home, session.person, verb, body)
    command = Command(
        origin=home.log.origin,
        person=session.person,
        verb=verb,
        nonce=home.ids.random_bytes(16).hex(),
        at=home.clock.wall(),
        body=said,
    )
    payload = canonical(to_json(command))
    return Challenge(
        payload=base64.b64encode(payload).decode(),
        challenge=websafe(challenge_of(payload)),
        rp_id=place_of(authority.console or DEFAULT_CONSOLE)[0],
        allow=tuple(passkey.credential for passkey in passkeys),
    )


def websafe(raw: bytes) -> str:
    """Return bytes in base64url without padding, as WebAuthn has them."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
