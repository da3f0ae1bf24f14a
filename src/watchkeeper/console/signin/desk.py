"""What signing in works on: the home, the sessions, the challenges that wait, the limits."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from watchkeeper.console.security.limits import Tries
from watchkeeper.console.signin.ceremony import Ceremonies
from watchkeeper.console.signin.passkey import registered_passkey, who_signed_in
from watchkeeper.console.signin.session import Session, Sessions
from watchkeeper.do.state.projection import State
from watchkeeper.errors import CommandInvalid, SessionMissing, SignInRefused
from watchkeeper.ledger.assertion import DEFAULT_CONSOLE, keyid_of_passkey
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.loop.durable import durable
from watchkeeper.loop.enrolment import check_new, enrol
from watchkeeper.loop.home import Home
from watchkeeper.loop.surface import Surface
from watchkeeper.records.codec import Json
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan.people import OpenId

BACK = "/sign-in/openid/back"
"""Where a provider of sign-ins sends browsers back to."""
SIGN_IN, ENROL = "sign-in", "enrol"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where people sign in; `place` is the console's web origin, `cookie` names its cookie."""

    surface: Surface
    sessions: Sessions
    ceremonies: Ceremonies
    tries: Tries
    place: str
    cookie: str

    @property
    def home(self) -> Home:
        """The home that is served."""
        return self.surface.kernel.home

    @property
    def state(self) -> State:
        """What its records add up to."""
        return self.home.state

    @property
    def elsewhere(self) -> str | None:
        """Where passkeys count, if that is not here: then nobody can sign with one here."""
        counts = self.state.authority.console or DEFAULT_CONSOLE
        return None if counts == self.place else counts

    @property
    def openid(self) -> OpenId | None:
        """The provider of sign-ins that the plan in force names."""
        console = self.home.enforcer.bundle.console
        return None if console is None else console.openid

    def name_of(self, person: str) -> str:
        """Return what people call somebody, or the id again."""
        named = self.home.enforcer.bundle.people
        return next((one.name or one.id for one in named if one.id == person), person)

    def by_passkey(self, address: str, challenge: bytes, said: dict[str, Json]) -> str:
        """Sign in by passkey; returns the new session's token.

        Raises:
            SignInRefused: it did not hold.
            TooManyTries: too many before it did not.
        """
        self.tries.check(address)
        try:
            person, keyid = self._answered(address, challenge, said)
        except SignInRefused:
            self.tries.failed(address)
            raise
        return self.sessions.open(person, "passkey", keyid=keyid)

    def _answered(self, address: str, challenge: bytes, said: dict[str, Json]) -> tuple[str, str]:
        if not self.ceremonies.take(SIGN_IN, address, challenge):
            raise SignInRefused("the challenge is too old, or was answered before", "try again")
        return who_signed_in(self.state, challenge, said)

    def by_code(self, address: str, text: str) -> str:
        """Open a session that may only register a passkey; returns its token.

        Raises:
            SignInRefused: that is no code, or none any more.
            TooManyTries: too many before it were not.
        """
        self.tries.check(address)
        voucher = self.home.codes.take(text)
        if voucher is None:
            self.tries.failed(address)
            raise SignInRefused("that is no code that counts: each can be given once, for minutes")
        return self.sessions.open(voucher.person, "code", voucher=voucher)

    async def register(self, session: Session, challenge: bytes, made: Json) -> Passkey:
        """Return the passkey that a browser made; with a code's session it is recorded.

        Raises:
            WatchkeeperError: what stood against it.
        """
        passkey = registered_passkey(self.state.authority, challenge, made)
        if session.voucher is None:
            check_new(self.state.authority, session.person, passkey)
        else:
            await durable(enrol(self.home, session.voucher, passkey))
        return passkey

    def after_enrolment(self, token: str, session: Session, passkey: Passkey) -> str:
        """Put the session of a new passkey in the place of the code's; returns its token."""
        self.sessions.end(token)
        return self.sessions.open(session.person, "passkey", keyid=keyid_of_passkey(passkey))

    def let_in(self, response: Response, token: str) -> Response:
        """Have the browser keep a session's token, where no script can read it.

        `Lax`: who follows a link from a mail is signed in; nothing changes by following one.
        """
        response.set_cookie(
            self.cookie,
            token,
            max_age=self.sessions.longest(),
            path="/",
            secure=self.place.startswith("https://"),
            httponly=True,
            samesite="lax",
        )
        return response

    def let_out(self, response: Response) -> Response:
        """Have the browser forget a session's token.

        With the marks that it was set with: by HTTPS a cookie of that name is else not touched.
        """
        secure = self.place.startswith("https://")
        response.delete_cookie(self.cookie, secure=secure, httponly=True, samesite="lax")
        return response


def address_of(request: Request) -> str:
    """Return the network address that asks, as this process sees it."""
    return request.client.host if request.client else ""


def token_of(request: Request) -> str:
    """Return the token of the session of a request."""
    return str(request.state.token)


def session_of(request: Request) -> Session | None:
    """Return who is signed in, None if nobody is."""
    found: Session | None = request.state.session
    return found


def signed_in(request: Request) -> Session:
    """Return who is signed in.

    Raises:
        SessionMissing: nobody is.
    """
    found = session_of(request)
    if found is None:
        raise SessionMissing("nobody is signed in")
    return found


async def posted_json(request: Request) -> dict[str, Json]:
    """Return the JSON object that was posted.

    Raises:
        CommandInvalid, RecordInvalid: it is none.
    """
    found = parse_json(await request.body(), max_bytes=1 << 20)
    if not isinstance(found, dict):
        raise CommandInvalid("what was posted is no JSON object")
    return found
