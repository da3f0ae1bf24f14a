"""One provider, by its own metadata (OpenID Connect Discovery 1.0; RFC 6749, 7636, 9207)."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.discovery import get_well_known_url

from watchkeeper.adapters.openid.line import (
    check_endpoint,
    get_object,
    in_time,
    options,
    plain_client,
)
from watchkeeper.adapters.openid.token import (
    Expected,
    UnknownKey,
    algorithms_of,
    identity_of,
    verified_claims,
)
from watchkeeper.errors import ProviderFailed, SignInRefused, WatchkeeperError, cut
from watchkeeper.ports import Clock
from watchkeeper.ports.people import Identity, SignInAsked
from watchkeeper.records.plan.people import OpenId

_log = logging.getLogger("watchkeeper.openid")
KEPT = 600_000_000
AGAIN = 60_000_000
"""Microseconds that metadata and keys are kept, and after which keys are asked for anew."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_METHODS = ("client_secret_basic", "client_secret_post")


@dataclass(slots=True)
class _Known:
    """What a provider says of itself, and when it was asked."""

    metadata: dict[str, Any]
    at: int
    keys: list[object] = field(default_factory=list)
    keys_at: int | None = None


class OpenIdProvider:
    """A provider of sign-ins; `back` is where it sends browsers back to.

    `secret` reads the client's secret when it is needed; it is kept nowhere.
    """

    def __init__(
        self, openid: OpenId, back: str, secret: Callable[[], str | None], clock: Clock
    ) -> None:
        self._openid, self._back, self._secret, self._clock = openid, back, secret, clock
        self._known: _Known | None = None

    async def begin(self, asked: SignInAsked) -> str:
        """Return where to send the browser."""
        known = await in_time(self._about())
        async with self._client(None, "none") as client:
            url, _ = client.create_authorization_url(
                known.metadata["authorization_endpoint"],
                state=asked.state,
                code_verifier=asked.verifier,
                nonce=asked.nonce,
            )
        return str(url)

    async def finish(self, asked: SignInAsked, answer: Mapping[str, str]) -> Identity:
        """Return who was recognised, by what the browser brought back."""
        return await in_time(self._finish(asked, answer))

    async def _finish(self, asked: SignInAsked, answer: Mapping[str, str]) -> Identity:
        known = await self._about()
        self._check_issuer(known, answer)
        if "error" in answer:
            raise SignInRefused(f"the provider recognised nobody: {cut(answer['error'])}")
        if not answer.get("code"):
            raise SignInRefused("the provider sent no code")
        token = await self._exchange(known, answer["code"], asked.verifier)
        header, claims = await self._verified(known, token)
        now = int(self._clock.wall()) // 1_000_000
        named = Expected(self._openid.issuer, self._openid.client, asked.nonce, now)
        return identity_of(header, claims, named)

    def _check_issuer(self, known: _Known, answer: Mapping[str, str]) -> None:
        """Refuse what another provider sent: by the name that it gives (RFC 9207, 2.4)."""
        told = known.metadata.get("authorization_response_iss_parameter_supported") is True
        if (told or "iss" in answer) and answer.get("iss") != self._openid.issuer:
            raise SignInRefused("that is the answer of another provider")

    async def _about(self) -> _Known:
        now = self._clock.monotonic()
        if self._known is None or now - self._known.at >= KEPT:
            async with plain_client() as client:
                url = get_well_known_url(self._openid.issuer, external=True)
                found = await get_object(client, url)
            self._check(found)
            self._known = _Known(found, now)
        return self._known

    def _check(self, found: dict[str, Any]) -> None:
        """Refuse metadata that is another's, or leads out of what is safe (Discovery 1.0, 4.3)."""
        if found.get("issuer") != self._openid.issuer:
            raise ProviderFailed("the provider of sign-ins calls itself something else")
        for name in _ENDPOINTS:
            check_endpoint(found.get(name), self._openid.issuer)
        if not algorithms_of(found.get("id_token_signing_alg_values_supported")):
            raise ProviderFailed("the provider of sign-ins signs in no way that counts")

    async def _exchange(self, known: _Known, code: str, verifier: str) -> str:
        secret = self._own_secret()
        async with self._client(secret, _method(known.metadata, secret)) as client:
            try:
                found = await client.fetch_token(
                    known.metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=self._back,
                )
            except OAuthError as error:
                raise SignInRefused(f"the provider took no code: {cut(error.error)}") from None
            except (ValueError, TypeError, KeyError):
                raise ProviderFailed(
                    "the provider of sign-ins answers with something else"
                ) from None
        return str(found.get("id_token"))

    def _own_secret(self) -> str | None:
        try:
            return self._secret()
        except WatchkeeperError as error:
            _log.warning("no secret to show the provider of sign-ins: %s", error.message)
            raise ProviderFailed(
                "the console has no secret to show the provider", "tell whoever runs it"
            ) from None

    async def _verified(self, known: _Known, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        algorithms = algorithms_of(known.metadata.get("id_token_signing_alg_values_supported"))
        keys = await self._keys(known, KEPT)
        try:
            return verified_claims(token, keys, algorithms)
        except UnknownKey:
            return verified_claims(token, await self._keys(known, AGAIN), algorithms)

    async def _keys(self, known: _Known, age: int) -> list[object]:
        now = self._clock.monotonic()
        if known.keys_at is None or now - known.keys_at >= age:
            async with plain_client() as client:
                found = (await get_object(client, known.metadata["jwks_uri"])).get("keys")
            known.keys = found if isinstance(found, list) else []
            known.keys_at = now
        return known.keys

    def _client(self, secret: str | None, method: str) -> AsyncOAuth2Client:
        client = AsyncOAuth2Client(
            client_id=self._openid.client,
            client_secret=secret,
            token_endpoint_auth_method=method,
            scope=" ".join(("openid", *self._openid.scopes)),
            redirect_uri=self._back,
            code_challenge_method="S256",
            **options(),
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client


def _method(metadata: Mapping[str, Any], secret: str | None) -> str:
    """Return how the client shows that it is itself, in a way that the provider takes."""
    if secret is None:
        return "none"
    taken = metadata.get("token_endpoint_auth_methods_supported", list(_METHODS[:1]))
    for method in _METHODS:
        if isinstance(taken, list) and method in taken:
            return method
    raise ProviderFailed("the provider of sign-ins takes no secret of a client")


def _basic(client: Any, _: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """Add the client's name and secret, each encoded as in a form (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return uri, headers, body
