"""What a person says in a browser: a challenge is given out, and what comes back is carried out."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from watchkeeper.console.pages.answering import json_response, problem, refusal
from watchkeeper.console.signin.challenge import challenge_for
from watchkeeper.console.signin.session import Session
from watchkeeper.errors import CommandInvalid, RecordInvalid, WatchkeeperError
from watchkeeper.ledger.assertion import passkey_keys
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.loop.surface import Surface
from watchkeeper.records.people import Assertion, Signature

WhoReads = Callable[[Request], Session | None]
MOST_BYTES = 1 << 18


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
        session = self._who_reads(request)
        try:
            if session is None or session.may_only_enrol:
                return problem(401, "not-signed-in", "nobody is signed in")
            asked = await read_posted(request, session)
            verb, body = asked.get("verb"), asked.get("body")
            if not isinstance(verb, str) or not isinstance(body, dict):
                raise CommandInvalid("a challenge is asked for a `verb` with a `body`")
            return json_response(challenge_for(self._surface, session, verb, body).to_json())
        except WatchkeeperError as error:
            return refusal(error)

    async def _command(self, request: Request) -> Response:
        session = self._who_reads(request)
        try:
            if session is None or session.may_only_enrol:
                return problem(401, "not-signed-in", "nobody is signed in")
            said = await read_posted(request, session)
            beside = said.get("beside")
            signature = self._signature(session, said)
            answer = await self._surface.command(signature, beside or {})
        except WatchkeeperError as error:
            return refusal(error)
        return json_response(answer)

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


async def read_posted(request: Request, session: Session) -> dict[str, Any]:
    """Return the JSON object that a page of ours posted.

    Raises:
        CommandInvalid: it is none, is too large, or does not carry the session's token.
    """
    token = request.headers.get("x-csrf", "")
    if not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise CommandInvalid("the page is of another session", "load it again")
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise CommandInvalid("too much was posted")
    try:
        found = parse_json(raw, max_bytes=MOST_BYTES)
    except RecordInvalid as error:
        raise CommandInvalid(error.message) from None
    if not isinstance(found, dict):
        raise CommandInvalid("what was posted is no JSON object")
    return found


def _plain(found: dict[str, Any], name: str) -> str:
    """Return base64url of an authenticator as plain base64, which records hold."""
    text = found.get(name)
    try:
        raw = base64.urlsafe_b64decode(f"{text}{'=' * (-len(str(text)) % 4)}".encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise CommandInvalid(f"the assertion's {name} is no base64url") from None
    return base64.b64encode(raw).decode()
