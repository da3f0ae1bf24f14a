"""Asking a time stamping authority over HTTP, and keeping its answers (RFC 3161, 2.4.1 and 3.4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from watchkeeper.adapters.posix.files import Files
from watchkeeper.errors import (
    SettingsInvalid,
    TimestampInvalid,
    TimestampRefused,
    TimestampUnsupported,
    cut,
)
from watchkeeper.ledger.timestamp_names import FOLDER, INDEX, StampName, render_index

MAX_ANSWER_BYTES = 1 << 16
SECONDS = 30.0
"""How long all of an exchange may take."""
_ASKED, _ANSWERED = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True, slots=True)
class Query:
    """A request: its DER bytes, and the nonce that the answer must repeat."""

    body: bytes
    nonce: int


def make_query(text: bytes) -> Query:
    """Make a request for a time stamp over SHA-256 of `text`, with nonce and certificates.

    Raises:
        TimestampUnsupported: there is no library to make it with.
    """
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ImportError:
        raise TimestampUnsupported("time stamps can not be asked for here") from None
    request = (
        TimestampRequestBuilder()
        .data(text)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    if request.nonce is None:
        raise TimestampInvalid("a request without a nonce")
    return Query(request.as_bytes(), request.nonce)


def ask(
    url: str,
    query: Query,
    *,
    seconds: float = SECONDS,
    ticks: Callable[[], float] = time.monotonic,
) -> bytes:
    """Return what an authority answers; redirects are not followed, size and time are bounded.

    Raises:
        TimestampRefused: no answer in time, or one that is no time stamp response by its type.
        SettingsInvalid: not an address.
    """
    if not url.startswith(("http://", "https://")):
        raise SettingsInvalid(f"not the address of an authority: {cut(url)}", "use http or https")
    until = ticks() + seconds
    headers = {"content-type": _ASKED, "accept": _ANSWERED}
    try:
        with (
            httpx2.Client(timeout=httpx2.Timeout(seconds), follow_redirects=False) as client,
            client.stream("POST", url, content=query.body, headers=headers) as answer,
        ):
            return _body(answer, lambda: ticks() > until)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise TimestampRefused(f"the authority can not be reached: {cut(why)}") from None


def _body(answer: httpx2.Response, late: Callable[[], bool]) -> bytes:
    if answer.status_code != httpx2.codes.OK:
        raise TimestampRefused(f"the authority answers {answer.status_code}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _ANSWERED:
        raise TimestampRefused(f"the authority answers with something else: {cut(kind)}")
    out = bytearray()
    for part in answer.iter_bytes():
        out += part
        if len(out) > MAX_ANSWER_BYTES:
            raise TimestampRefused(f"the authority answers with over {MAX_ANSWER_BYTES} bytes")
        if late():
            raise TimestampRefused("the authority takes too long to answer")
    return bytes(out)


def keep(log: Path, name: StampName, checkpoint: bytes, response: bytes) -> Path:
    """Keep a time stamp that was verified in a published log's folder, durably; return its path.

    The index is written anew from what is there, so that one lost beside another process's comes
    back with the next.
    """
    files, folder = Files(), log / FOLDER
    files.make_folder(folder)
    path = folder / name.response
    files.replace(folder / name.checkpoint, checkpoint)
    files.replace(path, response)
    there = [StampName.parse(found.name) for found in folder.glob("*.tsr")]
    files.replace(folder / INDEX, render_index(name for name in there if name is not None))
    return path
