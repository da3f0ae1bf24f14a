"""A published log behind a web server (C2SP tlog-tiles: static files below one prefix)."""

from __future__ import annotations

from typing import Self

import httpx2

from watchkeeper.errors import LogUnavailable, SettingsInvalid, TileInvalid, cut

MAX_FILE_BYTES = 64 << 20
_TIMEOUT = httpx2.Timeout(30.0)


class UrlSource:
    """Reads a published log over HTTP. Redirects are not followed; answers are bounded."""

    def __init__(self, url: str, client: httpx2.Client | None = None) -> None:
        if not url.startswith(("http://", "https://")):
            raise SettingsInvalid(f"not the address of a log: {cut(url)}")
        self._prefix = url.rstrip("/")
        self._client = client or httpx2.Client(timeout=_TIMEOUT, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, path: str) -> bytes | None:
        """Return the bytes at a path below the prefix, or None if the server has nothing there.

        Raises:
            LogUnavailable: the server can not be reached, or answers something else.
            TileInvalid: more bytes than any file of a log has.
        """
        try:
            with self._client.stream("GET", f"{self._prefix}/{path}") as answer:
                if answer.status_code in {404, 410}:
                    return None
                if answer.status_code != httpx2.codes.OK:
                    raise LogUnavailable(
                        f"{cut(path)}: the server answers {answer.status_code}", ""
                    )
                return _bounded(answer, path)
        except httpx2.HTTPError as error:
            raise LogUnavailable(f"{cut(self._prefix)} can not be read: {error}", "") from None


def _bounded(answer: httpx2.Response, path: str) -> bytes:
    out = bytearray()
    for part in answer.iter_bytes():
        out += part
        if len(out) > MAX_FILE_BYTES:
            raise TileInvalid(f"a file larger than any of a log: {cut(path)}")
    return bytes(out)
