"""The request: what an agent asks, made canonical once (decision semantics, 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import (
    canonical,
    canonical_arguments,
    check_arguments,
    keyed_digest,
    parse_json_unverified,
    sha256_hex,
)

INPUT = ("inputResponses", "requestState")
"""What a call may answer beside its arguments (MCP 2026-07-28); `trace` holds the digests."""
_NAME_LIMIT = 256
_MOST_BESIDE = 32
_BESIDE_LIMIT = 1024


_NOTHING = b"null"
"""What is sent of a call that is no valid request."""


@dataclass(frozen=True, slots=True)
class Call:
    """What an enforcement point received, before anything was believed.

    `agent` comes from a verified token, `on_behalf_of` from that or from the task `mandate` that
    the call names; `token` is the digest of the token, where it may say that. `key` is a caller's
    idempotency key, `claimed` what the client says of its model and version, `trace` conversation
    and call ids. `problem` says why the door could not even read the call; `raw` is then what it
    received.
    """

    agent: str
    method: str
    server: str
    tool: str
    arguments: Any
    key: str | None = None
    on_behalf_of: str | None = None
    claimed: Mapping[str, str] = field(default_factory=dict)
    trace: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    raw: bytes = b""
    mandate: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A call with its identity.

    `sent` is the canonical form of the arguments: exactly the bytes that are hashed, approved,
    recorded and sent on. `digest` is SHA-256 of the canonical request, its nonce included, so
    that it can not be guessed from likely arguments. `same` is the keyed digest of what makes two
    calls of an agent the same call. `problem` is why it is no valid request.
    """

    action_id: str
    nonce: str
    call: Call
    sent: bytes
    digest: str
    same: str
    problem: str | None = None

    @property
    def action(self) -> str:
        """The action's name in policies: `server/tool`."""
        return f"{self.call.server}/{self.call.tool}"


def make_request(call: Call, *, action_id: str, nonce: str, secret: bytes = b"") -> Request:
    """Canonicalise a call. Never raises: what is wrong with it becomes `problem`.

    `secret` is what only the home knows; without it nobody can tell what `same` was made from.
    """
    problem = call.problem or _problem_with_names(call)
    sent = _NOTHING
    if problem is None:
        if not isinstance(call.arguments, dict):
            problem = "the arguments are not an object"
        else:
            try:
                sent = check_arguments(call.arguments)
                # From here on everybody looks at what was canonicalised, and at nothing else.
                call = replace(call, arguments=parse_json_unverified(sent))
            except RecordInvalid as error:
                problem = error.message
    digest = _digest(call, action_id, nonce, None if sent == _NOTHING else call.arguments)
    return Request(action_id, nonce, call, sent, digest, _same(call, sent, secret), problem)


def _same(call: Call, sent: bytes, secret: bytes) -> str:
    """Return the digest, keyed with the home's secret, of what makes two calls the same call.

    Method, tool and canonical arguments, the caller's key, whom the agent acts for, in which task,
    and what it answers to the tool's questions: what was approved or done for one person is never
    the answer to another.
    """
    beside = [f"{name}:{call.trace[name]}" for name in INPUT if name in call.trace]
    beside += [f"mandate:{call.mandate}"] if call.mandate is not None else []
    names = (call.method, call.server, call.tool, call.key, call.on_behalf_of, *beside)
    return keyed_digest(secret, canonical([_clean(name) for name in names]) + sent)


def _problem_with_names(call: Call) -> str | None:
    known = (call.agent, call.method, call.server, call.tool)
    texts = (*known, call.key, call.on_behalf_of, call.mandate)
    beside = (*call.claimed.items(), *call.trace.items())
    if len(beside) > _MOST_BESIDE or not all(name.isascii() for name, _ in beside):
        return "the call says too much beside its arguments, or under names that are not ASCII"
    names = [text for text in (*texts, *call.claimed, *call.trace) if text is not None]
    values = [value for _, value in beside]
    too_long = any(len(text) > _NAME_LIMIT for text in names) or any(
        len(text) > _BESIDE_LIMIT for text in values
    )
    if too_long or not _encodes("".join((*names, *values))):
        return "a name in the call is too long or no valid text"
    return None


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clean(text: str | None) -> str | None:
    return None if text is None else text.encode(errors="replace").decode()


def _digest(call: Call, action_id: str, nonce: str, arguments: Any) -> str:
    """Return SHA-256 of the canonical request; `arguments` are what is sent, None if nothing is."""
    said = {
        "actionId": action_id,
        "agent": _clean(call.agent),
        "method": _clean(call.method),
        "nonce": nonce,
        "onBehalfOf": _clean(call.on_behalf_of),
        "raw": sha256_hex(call.raw) if call.problem else None,
        "server": _clean(call.server),
        "tool": _clean(call.tool),
        # Only where there are any, so that the form stays that of evidence format 1.
        **{name: _clean(call.trace[name]) for name in INPUT if name in call.trace},
        **({} if call.mandate is None else {"mandate": _clean(call.mandate)}),
    }
    return sha256_hex(canonical_arguments({**said, "arguments": arguments}))
