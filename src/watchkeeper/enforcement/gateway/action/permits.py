"""Permits beside what is sent to tool servers, and the address where their keys are published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from watchkeeper.enforcement.gateway.action.sending import BeforeSend
from watchkeeper.enforcement.upstream.channel import NeverSent, Sent
from watchkeeper.enforcement.upstream.reader import BesideRead
from watchkeeper.errors import LedgerError, RecordInvalid, SettingsInvalid, WatchkeeperError
from watchkeeper.ledger.permit import HEADER, META, Asked, asked_by
from watchkeeper.loop.permits import PermitDesk
from watchkeeper.loop.steps import Allowed

WELL_KNOWN = "/.well-known/watchkeeper-permits.json"
_KIND = "application/jwk-set+json"


class SentPermits:
    """The permits of one gateway."""

    def __init__(self, desk: PermitDesk) -> None:
        self._desk = desk

    def make_ready(self) -> None:
        """Publish the keys before agents come, where the plan asks for permits.

        Raises:
            KeyUnavailable, KeyUnsafe, SettingsInvalid: the key is not there.
        """
        self._desk.make_ready()

    def sent_to(self, server: str) -> BeforeSend:
        """Return what puts a permit beside each call that is released to a server."""

        def sent(allowed: Allowed, asked: Asked) -> Sent:
            return _beside(self._desk.for_release(server, allowed, asked))

        return sent

    def read_from(self, server: str) -> BesideRead:
        """Return what puts a permit beside each read of our own."""

        def sent(method: str, params: Mapping[str, Any]) -> Sent:
            try:
                return _beside(self._desk.for_read(server, asked_by(method, params)))
            except (LedgerError, RecordInvalid, SettingsInvalid) as error:
                raise NeverSent(f"no permit could be made: {error.message}") from None

        return sent

    async def answer(self, _: Request) -> Response:
        """Answer with the public keys (RFC 7517, 8.5.1); anybody may know them."""
        try:
            return Response(self._desk.published(), media_type=_KIND)
        except WatchkeeperError:
            return JSONResponse({"error": "the keys can not be read now"}, status_code=503)


def _beside(permit: str | None) -> Sent:
    return Sent() if permit is None else Sent({HEADER: permit}, {META: permit})
