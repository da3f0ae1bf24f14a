"""Signing in for programs, and for the script of our own pages: JSON below `/api/v1`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from watchkeeper.console.security.answers import problem_of
from watchkeeper.console.signin.desk import (
    ENROL,
    SIGN_IN,
    Desk,
    address_of,
    posted_json,
    signed_in,
    token_of,
)
from watchkeeper.console.signin.me import me_json
from watchkeeper.console.signin.passkey import registration_options, sign_in_options
from watchkeeper.errors import CommandInvalid, WatchkeeperError
from watchkeeper.ledger.assertion import keyid_of_passkey
from watchkeeper.records.codec import Json

Serve = Callable[[Request], Awaitable[Response]]


class SignInApi:
    """The JSON of signing in and of one's own passkeys."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self, api: str) -> list[BaseRoute]:
        """Return the routes below `api`."""
        posts: dict[str, Serve] = {
            "/sign-in/passkey/options": self._sign_in_options,
            "/sign-in/passkey": self._sign_in,
            "/sign-in/code": self._code,
            "/sign-out": self._sign_out,
            "/passkeys/options": self._options,
            "/passkeys": self._register,
        }
        found: list[BaseRoute] = [
            Route(api + path, _answered(serve), methods=["POST"]) for path, serve in posts.items()
        ]
        return [*found, Route(f"{api}/me", _answered(self._me), methods=["GET"])]

    async def _sign_in_options(self, request: Request) -> Response:
        address = address_of(request)
        self._desk.tries.check(address)
        challenge = self._desk.ceremonies.begin(SIGN_IN, address)
        return JSONResponse(sign_in_options(self._desk.state.authority, challenge))

    async def _sign_in(self, request: Request) -> Response:
        posted = await posted_json(request)
        said = posted.get("assertion")
        if not isinstance(said, dict):
            raise CommandInvalid("there is no assertion")
        token = self._desk.by_passkey(address_of(request), _bytes(posted.get("challenge")), said)
        self._desk.sessions.end(token_of(request))
        return self._entered(token)

    async def _code(self, request: Request) -> Response:
        posted = await posted_json(request)
        token = self._desk.by_code(address_of(request), str(posted.get("code", "")))
        self._desk.sessions.end(token_of(request))
        return self._entered(token)

    def _entered(self, token: str) -> Response:
        session = self._desk.sessions.find(token)
        if session is None:
            raise CommandInvalid("the session ended as soon as it began")
        return self._desk.let_in(JSONResponse(me_json(self._desk, session)), token)

    async def _sign_out(self, request: Request) -> Response:
        signed_in(request)
        self._desk.sessions.end(token_of(request))
        return self._desk.let_out(JSONResponse({"signedOut": True}))

    async def _options(self, request: Request) -> Response:
        session = signed_in(request)
        challenge = self._desk.ceremonies.begin(ENROL, token_of(request))
        desk = self._desk
        name, origin = desk.name_of(session.person), desk.home.log.origin
        authority = desk.state.authority
        return JSONResponse(
            registration_options(authority, origin, session.person, name, challenge)
        )

    async def _register(self, request: Request) -> Response:
        session, token = signed_in(request), token_of(request)
        posted = await posted_json(request)
        challenge = _bytes(posted.get("challenge"))
        if not self._desk.ceremonies.take(ENROL, token, challenge):
            raise CommandInvalid("the challenge is too old, or was answered before", "try again")
        passkey = await self._desk.register(session, challenge, posted.get("credential"))
        if session.voucher is None:
            # Another one is vouched for by one that counts already: that is for the page to sign.
            sign: Json = {
                "credential": passkey.credential,
                "publicKey": passkey.public_key,
                "algorithm": passkey.algorithm,
            }
            return JSONResponse({"sign": sign})
        token = self._desk.after_enrolment(token, session, passkey)
        answer = JSONResponse({"registered": keyid_of_passkey(passkey)}, 201)
        return self._desk.let_in(answer, token)

    async def _me(self, request: Request) -> Response:
        return JSONResponse(me_json(self._desk, signed_in(request)))


def _answered(serve: Serve) -> Serve:
    @wraps(serve)
    async def answer(request: Request) -> Response:
        try:
            return await serve(request)
        except WatchkeeperError as error:
            return problem_of(error)

    return answer


def _bytes(text: Json) -> bytes:
    try:
        return base64.urlsafe_b64decode(f"{text}{'=' * (-len(str(text)) % 4)}".encode("ascii"))
    except (binascii.Error, ValueError):
        raise CommandInvalid("the challenge is no base64url") from None
