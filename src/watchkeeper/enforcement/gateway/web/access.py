"""Who is calling: bearer tokens, and where a request may come from (MCP, authorization)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from watchkeeper.do.state.projection import State

_SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class Places:
    """The names under which this gateway is reached; a browser page from elsewhere is refused."""

    hosts: frozenset[str]

    def host_is_ours(self, headers: Mapping[str, str]) -> bool:
        """Tell whether the Host header names this gateway (against DNS rebinding)."""
        return headers.get("host", "").lower() in self.hosts

    def origin_is_ours(self, headers: Mapping[str, str]) -> bool:
        """Tell whether there is no Origin, or one of ours."""
        origin = headers.get("origin")
        if origin is None:
            return True
        parts = urlsplit(origin)
        return parts.scheme in {"http", "https"} and parts.netloc.lower() in self.hosts


def places(host: str, port: int, more: tuple[str, ...]) -> Places:
    """Return the names of a gateway that listens on `host` and `port`."""
    names = {host, *more}
    if host in {"127.0.0.1", "::1", "localhost"}:
        names |= {"127.0.0.1", "localhost", "[::1]"}
    with_port = {f"{name}:{port}" for name in names if ":" not in name or name.startswith("[")}
    return Places(frozenset(name.lower() for name in names | with_port))


def agent_of(state: State, headers: Mapping[str, str]) -> str | None:
    """Return the agent whose token stands in the Authorization header, or None.

    The token is looked up by its SHA-256, so that comparing takes no secret-dependent time.
    """
    found = state.tokens.get(token_digest(headers))
    return found.agent if found is not None else None


def token_digest(headers: Mapping[str, str]) -> str:
    """Return the SHA-256 of the token in the Authorization header, empty if there is none."""
    value = headers.get("authorization", "")
    if not value.lower().startswith(_SCHEME):
        return ""
    token = value[len(_SCHEME) :].strip()
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
