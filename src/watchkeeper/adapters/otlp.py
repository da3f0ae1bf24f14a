"""Sending spans to an OpenTelemetry collector: OTLP over HTTP, JSON encoding (OTLP 1.x)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import orjson

from watchkeeper.errors import ExportFailed, SettingsInvalid, cut

MAX_ANSWER_BYTES = 1 << 16


class OtlpSender:
    """Posts requests to one address. Redirects are not followed, answers are bounded."""

    def __init__(
        self, url: str, headers: Mapping[str, str], seconds: float, certificate: Path | None = None
    ) -> None:
        self._url = url
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(seconds),
            follow_redirects=False,
            headers={"content-type": "application/json", **headers},
            verify=_trusted(certificate),
        )

    def send(self, request: Mapping[str, Any]) -> int:
        """Send a request; return how many of its spans were refused (partial success).

        Raises:
            ExportFailed: it was not taken.
        """
        try:
            with self._client.stream("POST", self._url, content=orjson.dumps(request)) as answer:
                body = _bounded(answer)
                if answer.status_code != httpx2.codes.OK:
                    raise ExportFailed(f"the collector answers {answer.status_code}")
                return _refused(body)
        except httpx2.HTTPError as error:
            why = str(error) or type(error).__name__
            raise ExportFailed(f"the collector can not be reached: {cut(why)}") from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _trusted(certificate: Path | None) -> ssl.SSLContext | bool:
    if certificate is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(certificate))
    except (OSError, ssl.SSLError) as error:
        raise SettingsInvalid(f"no certificates in {cut(certificate)}: {cut(error)}") from None


def _bounded(answer: httpx2.Response) -> bytes:
    out = bytearray()
    for part in answer.iter_bytes():
        out += part
        if len(out) > MAX_ANSWER_BYTES:
            raise ExportFailed("the collector's answer is too long")
    return bytes(out)


def _refused(body: bytes) -> int:
    """Return how many spans a full answer says it refused; an answer that is none says nothing."""
    try:
        found = orjson.loads(body) if body.strip() else {}
        return int(found.get("partialSuccess", {}).get("rejectedSpans", 0))
    except (ValueError, TypeError, AttributeError):
        return 0
