"""Witness policies: whose cosignatures make a checkpoint count (C2SP tlog-policy).

Lines of `log`, `witness`, `group` and exactly one `quorum`; `#` begins a comment line. Names are
opaque octets. Every error names its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from watchkeeper.errors import NoteInvalid, PolicyInvalid, cut
from watchkeeper.ledger.note import COSIGNATURE, ED25519, VerifierKey, parse_vkey

MAX_POLICY_BYTES = 1 << 18
MAX_LINES = 1000
NONE = "none"
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT = re.compile("[1-9][0-9]{0,3}")
_LINES = "`log`, `witness`, `group` and `quorum` are the ones there are"
_NOT_NOW = "a vkey of another type or with another key id is not one"


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log that the policy is for; its key's name is the log's origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness: its name inside the policy, its key, and where checkpoints are submitted."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """Witnesses when at least `threshold` of its members do."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy. `quorum` names a witness or a group; None asks for no cosignature at all."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str | None

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all witnesses."""
        return tuple(witness.key for witness in self.witnesses)

    def holds(self, signed: Collection[VerifierKey]) -> bool:
        """Tell whether a checkpoint that exactly these keys cosigned has the quorum."""
        if self.quorum is None:
            return True
        reached = {witness.name for witness in self.witnesses if witness.key in signed}
        # A group only names what stands before it, so one pass in order is enough.
        for group in self.groups:
            if len(reached.intersection(group.members)) >= group.threshold:
                reached.add(group.name)
        return self.quorum in reached

    def log_key(self, origin: str) -> VerifierKey | None:
        """Return the key of the log of that origin, if the policy names it."""
        return next((log.key for log in self.logs if log.key.name == origin), None)


def parse_policy(raw: bytes) -> Policy:
    """Parse a policy file.

    Raises:
        PolicyInvalid: with the line that is wrong, and why.
    """
    if len(raw) > MAX_POLICY_BYTES:
        raise PolicyInvalid(f"a policy of {len(raw)} bytes")
    if _CONTROL.search(raw):
        raise PolicyInvalid("a policy with control characters", "tab and newline are the only ones")
    lines = raw.split(b"\n")
    if len(lines) > MAX_LINES:
        raise PolicyInvalid(f"a policy of {len(lines)} lines")
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        # Octets that are no UTF-8 are kept as they are: names are opaque.
        words = re.split("[ \t]+", line.decode(errors="surrogateescape").strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            reading.take(number, words)
    return reading.policy()


@dataclass(slots=True)
class _Reading:
    """A policy as far as it was read."""

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    quorum: list[str] = field(default_factory=list)

    def take(self, number: int, words: list[str]) -> None:
        """Take up one line."""
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        kind = kinds.get(words[0])
        if kind is None:
            raise PolicyInvalid(f"line {number}: not a line of a policy: {cut(words[0])}", _LINES)
        try:
            kind(words[1:])
        except PolicyInvalid as error:
            raise PolicyInvalid(f"line {number}: {error.message}", error.advice) from None

    def policy(self) -> Policy:
        """Return what was read."""
        if not self.quorum:
            raise PolicyInvalid("a policy without a quorum", "add `quorum NAME` or `quorum none`")
        quorum = None if self.quorum[0] == NONE else self.quorum[0]
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), quorum)

    def _log(self, words: list[str]) -> None:
        match words:
            case [vkey, *url] if len(url) < 2:
                key = _key(vkey, ED25519, "a log")
            case _:
                raise PolicyInvalid("expected `log VKEY [URL]`", "")
        if any(key.public == log.key.public for log in self.logs):
            raise PolicyInvalid(f"the log {cut(key.name)} stands there twice", "one line for a key")
        self.logs.append(PolicyLog(key, *url))

    def _witness(self, words: list[str]) -> None:
        match words:
            case [name, vkey, *url] if len(url) < 2:
                key = _key(vkey, COSIGNATURE, "a witness")
            case _:
                raise PolicyInvalid("expected `witness NAME VKEY [URL]`", "")
        self._define(name)
        if any(key.public == one.key.public for one in self.witnesses):
            raise PolicyInvalid(f"the key of {cut(name)} stands there twice", "one line for a key")
        self.witnesses.append(PolicyWitness(name, key, *url))

    def _group(self, words: list[str]) -> None:
        match words:
            case [name, count, *members] if members:
                threshold = _threshold(count, len(members))
            case _:
                raise PolicyInvalid("expected `group NAME K|any|all MEMBER...`", "")
        for member in members:
            self._known(member)
            if member in self.members:
                raise PolicyInvalid(f"{cut(member)} is a member twice", "it would count twice")
            self.members.add(member)
        self._define(name)
        self.groups.append(PolicyGroup(name, threshold, tuple(members)))

    def _quorum(self, words: list[str]) -> None:
        match words:
            case [name]:
                pass
            case _:
                raise PolicyInvalid("expected `quorum NAME`, or `quorum none`", "")
        if self.quorum:
            raise PolicyInvalid("a second quorum", "a policy has one")
        if name != NONE:
            self._known(name)
        self.quorum.append(name)

    def _define(self, name: str) -> None:
        if name == NONE or name in self.names:
            raise PolicyInvalid(f"the name {cut(name)} is taken", "names stand there once")
        self.names.add(name)

    def _known(self, name: str) -> None:
        if name not in self.names:
            raise PolicyInvalid(f"{cut(name)} is not defined before this line", "define it above")


def _threshold(count: str, members: int) -> int:
    named = {"any": 1, "all": members}.get(count)
    if named is not None:
        return named
    if not _COUNT.fullmatch(count) or int(count) > members:
        raise PolicyInvalid(
            f"not a number of members: {cut(count)}", f"`any`, `all`, or 1 to {members}"
        )
    return int(count)


def _key(vkey: str, kind: int, whose: str) -> VerifierKey:
    try:
        key = parse_vkey(vkey.encode().decode())
    except UnicodeError:
        raise PolicyInvalid("a key whose name is not UTF-8", "") from None
    except NoteInvalid as error:
        raise PolicyInvalid(error.message, _NOT_NOW) from None
    if key.kind != kind:
        raise PolicyInvalid(f"not the key of {whose}: {cut(vkey)}", _NOT_NOW)
    return key
