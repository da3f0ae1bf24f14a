"""What a person says in a browser: a challenge is given out, and what comes back is carried out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from watchkeeper.console.pages.answering import json_response
from watchkeeper.console.security.answers import problem_of
from watchkeeper.console.signin.challenge import challenge_for
from watchkeeper.console.signin.desk import posted_json
from watchkeeper.console.signin.session import Session
from watchkeeper.errors import CommandInvalid, NotAuthorised, SessionMissing, WatchkeeperError
from watchkeeper.ledger.assertion import passkey_keys
from watchkeeper.loop.surface import Surface
from watchkeeper.records.people import Assertion, Signature

WhoReads = Callable[[Request], Session | None]


class Saying:
    """Takes what people sign with a passkey, on one home."""

    def __init__(self, surface: Surface, who_reads: WhoReads) -> None:
        self._surface, self._who_reads = surface, who_reads

    def routes(self, api: str) -> list[BaseRoute]:
        """Return the routes below `api`."""
        return [
            Route(f"{api}/challenges", self._challenge, methods=["POST"]),
            Route(f"{api}/commands", self._command, methods=["POST"]),
        ]

    async def _challenge(self, request: Request) -> Response:
        try:
            session = self._speaker(request)
            asked = await posted_json(request)
            verb, body = asked.get("verb"), asked.get("body")
            if not isinstance(verb, str) or not isinstance(body, dict):
                raise CommandInvalid("a challenge is asked for a `verb` with a `body`")
            return json_response(challenge_for(self._surface, session, verb, body).to_json())
        except WatchkeeperError as error:
            return problem_of(error)

    async def _command(self, request: Request) -> Response:
        try:
            session = self._speaker(request)
            said = await posted_json(request)
            beside = said.get("beside")
            signature = self._signature(session, said)
            answer = await self._surface.command(
                signature, beside if isinstance(beside, dict) else {}
            )
        except WatchkeeperError as error:
            return problem_of(error)
        return json_response(answer)

    def _speaker(self, request: Request) -> Session:
        """Return who is signed in.

        Raises:
            SessionMissing: nobody is.
            NotAuthorised: by a code, which only enrols: there is no passkey yet to say a thing.
        """
        session = self._who_reads(request)
        if session is None:
            raise SessionMissing("nobody is signed in")
        if session.may_only_enrol:
            raise NotAuthorised("a session by code only registers a passkey")
        return session

    def _signature(self, session: Session, said: dict[str, Any]) -> Signature:
        """Return what was signed; only with a passkey of the person who is signed in."""
        found = said.get("assertion")
        if not isinstance(found, dict) or not isinstance(said.get("payload"), str):
            raise CommandInvalid("a command is a `payload` with an `assertion`")
        authority = self._surface.kernel.home.state.authority
        passkeys = authority.passkeys_of(session.person)
        named = tuple(p for p in passkeys if p.credential == found.get("id"))
        keys = passkey_keys(named, authority.console)
        if not keys:
            raise CommandInvalid("it was signed with another person's passkey, or an unknown one")
        assertion = Assertion(_plain(found, "authenticatorData"), _plain(found, "clientDataJSON"))
        return Signature(said["payload"], next(iter(keys)), _plain(found, "signature"), assertion)


def _plain(found: dict[str, Any], name: str) -> str:
    """Return base64url of an authenticator as plain base64, which records hold."""
    text = found.get(name)
    try:
        raw = base64.urlsafe_b64decode(f"{text}{'=' * (-len(str(text)) % 4)}".encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise CommandInvalid(f"the assertion's {name} is no base64url") from None
    return base64.b64encode(raw).decode()
