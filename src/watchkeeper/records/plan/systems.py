"""AI systems of the inventory, their agents and applications, and how real they are."""

from __future__ import annotations

import base64
import enum
import hashlib
from dataclasses import dataclass

from watchkeeper.records.plan.bounds import History

APP = "app:"
"""How an application's name begins where it signs; no person's id holds a colon."""


class Stage(enum.StrEnum):
    """How real it is; only `production` counts as enforced in production."""

    DEMONSTRATION = "demonstration"
    PILOT = "pilot"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the payloads of a system's records stay, in seconds.

    Nothing is erased before `least`, not even for a person who asks for it unless
    `subject_before_least`. What is older than `most` is due; where `automatic`, the gateway erases
    it by itself.
    """

    least_seconds: int = 0
    most_seconds: int | None = None
    automatic: bool = False
    subject_before_least: bool = False


@dataclass(frozen=True, slots=True)
class System:
    """An AI system of the inventory, in scope or not, with the reason."""

    id: str
    title: str
    purpose: str
    owner: str
    in_scope: bool
    scope_reason: str
    stage: Stage
    role: str
    ai_act_class: str
    servers: tuple[str, ...] = ()
    retention: Retention | None = None
    history: tuple[History, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """An authenticated principal; model, prompt and version are what was declared for it."""

    id: str
    system: str
    model: str = ""
    prompt_digest: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """A program that starts tasks for agents of a system, and signs for them with its own keys.

    `keys` are raw Ed25519 public keys in base64; `may` says what it may sign: `mandate`, `word`.
    """

    id: str
    system: str
    keys: tuple[str, ...]
    may: tuple[str, ...]

    def keyids(self) -> frozenset[str]:
        """Return the ids of its keys: the SHA-256 of each, in hex."""
        return frozenset(hashlib.sha256(base64.b64decode(key)).hexdigest() for key in self.keys)
