"""A provider of sign-ins on this machine, which lies wherever a test asks it to; and its visitors.

with open_provider() as provider:
    console = provider.console()
    assert provider.sign_in(console.visitor()).status_code == 303
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from tests.worlds.bank import bank_bundle
from tests.worlds.console import InsideConsole, Visitor
from tests.worlds.people import CONSOLE
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Console, OpenId, SignIn

CLIENT, SECRET, SUBJECT = "watchkeeper", "s3cr:et of+the client", "248289761001"
BACK = "/sign-in/openid/back"
Json = dict[str, Any]


@cache
def own_key(name: str = "one", kind: str = "EC") -> Key:
    parameters = {"kid": name, "use": "sig"}
    if kind == "EC":
        return ECKey.generate_key("P-256", parameters)
    return RSAKey.generate_key(2048, parameters)


@dataclass
class Provider:
    """What it publishes and says; each part can be made false before the next sign-in."""

    issuer: str = ""
    metadata: Json = field(default_factory=dict)
    keys: list[Json] = field(default_factory=lambda: [own_key().as_dict(private=False)])
    header: Json = field(default_factory=lambda: {"alg": "ES256", "kid": "one"})
    claims: Json = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    key: Key = field(default_factory=own_key)
    make: Callable[[Json, Json], str] | None = None
    delay: float = 0
    answers: dict[str, tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)
    codes: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, str], Json]] = field(default_factory=list)
    now: Callable[[], int] = lambda: int(time.time())

    @property
    def openid(self) -> OpenId:
        return OpenId(self.issuer, CLIENT, "env:OPENID_SECRET", ("groups",))

    def console(self, place: str = CONSOLE, **changes: Any) -> InsideConsole:
        """A console whose plan names this provider, and an account of Ben's."""
        bundle = bank_bundle()
        people = tuple(
            replace(p, sign_in=(SignIn(self.issuer, SUBJECT),)) if p.id == "ben" else p
            for p in bundle.people
        )
        named = replace(Console(place, openid=self.openid), **changes)
        console = InsideConsole(place, replace(bundle, people=people, console=named))
        self.now = lambda: int(console.bank.clock.wall()) // 1_000_000
        return console

    def without(self, console: InsideConsole) -> Bundle:
        """The plan of a console that names another provider."""
        plan = console.bank.home.enforcer.bundle
        return replace(plan, console=Console(console.place))

    # a browser's way

    def leave(self, visitor: Visitor, after: str = "/me") -> Json:
        """Have a browser sent here; returns what it was sent with."""
        found = visitor.client.get(visitor.place + "/sign-in/openid", params={"next": after})
        assert found.status_code == 303, found.text
        place = urlsplit(found.headers["location"])
        assert f"{place.scheme}://{place.netloc}" == self.issuer
        return dict(parse_qsl(place.query))

    def code(self, sent: Json, **changes: Any) -> str:
        """Recognise somebody; returns the code that stands for it."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**sent, **changes}
        return code

    def come_back(self, visitor: Visitor, **answer: str) -> httpx2.Response:
        return visitor.client.get(visitor.place + BACK, params=answer)

    def sign_in(self, visitor: Visitor, after: str = "/me", **answer: str) -> httpx2.Response:
        """The whole way, as an honest browser and an honest provider go it."""
        sent = self.leave(visitor, after)
        given = {"code": self.code(sent), "state": sent["state"], "iss": self.issuer, **answer}
        return self.come_back(visitor, **given)

    # its own answers

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any, bytes]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append((path, dict(headers), form))
        time.sleep(self.delay)
        if path in self.answers:
            return self.answers[path]
        found: Json = {}
        if path.endswith("/.well-known/openid-configuration"):
            found = self.about()
        elif path == "/jwks":
            found = {"keys": self.keys}
        elif path == "/token":
            return self._token(form)
        return 200, {}, json.dumps(found).encode()

    def about(self) -> Json:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def _token(self, form: Json) -> tuple[int, Any, bytes]:
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = websafe(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if begun is None or begun["code_challenge"] != challenge:
            return 400, {}, b'{"error":"invalid_grant"}'
        body = {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token(begun)}
        return 200, {}, json.dumps(body).encode()

    def id_token(self, begun: Json) -> str:
        now = self.now()
        claims = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if name not in self.left_out}
        if self.make is not None:
            return self.make(self.header, claims)
        return jwt.encode(self.header, claims, self.key, [self.header["alg"]])


def websafe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unsigned(header: Json, claims: Json, signature: str = "") -> str:
    """A token that nobody signed."""
    return ".".join([*(websafe(json.dumps(part).encode()) for part in (header, claims)), signature])


@contextlib.contextmanager
def open_provider() -> Iterator[Provider]:
    """Start a provider on this machine, and end it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            status, headers, said = provider.answer(self.path, self.headers, body)
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for name, value in {"content-length": str(len(said)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

        do_POST = do_GET  # noqa: N815 - names of the standard library

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.issuer = f"http://localhost:{server.server_address[1]}"
    running = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    running.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        running.join()
