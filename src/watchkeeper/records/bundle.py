"""The released plan: what the workspace compiles to and the runtime enforces.

One JSON document, content-addressed: its digest is SHA-256 of its canonical JSON. Everything that
a decision needs is in it; nothing in it is read from anywhere else.
"""

from __future__ import annotations

import base64
import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.bounds import Budget, History, Money, SharedBudget
from watchkeeper.records.codec import Json
from watchkeeper.records.people import Passkey
from watchkeeper.records.plan_oversight import Oversight
from watchkeeper.records.plan_people import Channel, Console, Rung, SignIn
from watchkeeper.records.typing import Node

AUTHOR, GRANTOR = "author", "grantor"
"""Whom a review may keep from approving: who wrote it last, who gave its grant."""
REQUIRED = "required"
APP = "app:"
"""How an application's name begins where it signs; no person's id holds a colon."""


class Stage(enum.StrEnum):
    """How real it is; only `production` counts as enforced in production."""

    DEMONSTRATION = "demonstration"
    PILOT = "pilot"
    PRODUCTION = "production"


class Level(enum.StrEnum):
    """What must hold of a decision's record before its action is released.

    On the disk; under a signed checkpoint that was published; under one that the quorum of the
    home's witness policy cosigned (evidence format, 3).
    """

    DURABLE = "durable"
    PUBLISHED = "published"
    WITNESSED = "witnessed"


class PolicyKind(enum.StrEnum):
    """The three kinds of policy, kept in files of their own (decision semantics, 3)."""

    PERMIT = "permit"
    FORBID = "forbid"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who holds a role; `keys` are raw Ed25519 public keys in base64."""

    id: str
    name: str
    keys: tuple[str, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    sign_in: tuple[SignIn, ...] = ()


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


@dataclass(frozen=True, slots=True)
class FactSource:
    """A declared fact: one read tool of the same server, asked at decision time.

    The fact is `context.facts.<name>.<field>`. `arguments` maps the read tool's arguments to
    argument names of the deciding tool (`"order_id"`) or to fixed values (`{"value": ...}`).
    `fields` maps each field's name to its dotted path in the read tool's structured content;
    `types` gives its type: `string`, `bool`, `long`, `decimal`, `datetime`. A fact narrows
    authority only, unless `trusted`.
    """

    name: str
    tool: str
    arguments: Mapping[str, Json]
    fields: Mapping[str, str]
    types: Mapping[str, str]
    timeout_millis: int = 5000
    trusted: bool = False
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class OncePer:
    """The same `arguments` within `seconds` are the same action again."""

    arguments: tuple[str, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an unknown effect is settled by reading the system of record.

    Ask read tool `tool` with `arguments` (as in `FactSource`); the action succeeded if the value
    at dotted path `field` of the structured content equals `equals` (a fixed value, or
    `{"argument": name}`), otherwise it failed.
    """

    tool: str
    arguments: Mapping[str, Json]
    field: str
    equals: Json


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, pinned.

    `pin` is SHA-256 of the canonical JSON of its definition as its server listed it; `schema` is
    its input schema, closed at every level; `root` says how its arguments become Cedar types;
    `derived` are the declared derived values (notes on tool typing, rule 12); `resource_type`
    and `resource_argument` say what is acted on; `clear` are the top-level arguments that may
    stand in the log; `subject` those that name a data subject; `first` those that a reviewer
    should see first. With `cancel` a stop breaks its calls off. What it returns is
    content that nobody vouches for where it is `untrusted`.
    """

    name: str
    pin: str
    writes: bool
    schema: Json
    root: Node
    derived: Mapping[str, Json] = field(default_factory=dict)
    resource_type: str | None = None
    resource_argument: str | None = None
    clear: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    idempotency_argument: str | None = None
    once_per: OncePer | None = None
    error_means_no_effect: bool = False
    facts: tuple[FactSource, ...] = ()
    settle: Settlement | None = None
    timeout_millis: int = 60_000
    level: Level = Level.DURABLE
    sentence: str = ""
    first: tuple[str, ...] = ()
    cancel: bool | None = None
    money: Money | None = None
    untrusted: bool | None = None


@dataclass(frozen=True, slots=True)
class PermitRule:
    """What a tool server is sent with each call: a permit for `audience`, good for so long."""

    audience: str
    lifetime_seconds: int


@dataclass(frozen=True, slots=True)
class Server:
    """A tool server: how to reach or start it, and where its credential comes from.

    Exactly one of `command` (stdio), `url` (streamable HTTP) and `module` (Python functions behind
    the guard, in the agent's own process). `env` maps variables of the
    started process, and `headers` HTTP headers, to where their value is read from by the gateway
    (`env:NAME`, `file:PATH`) or a fixed text (`text:VALUE`); secrets are never in the bundle.
    `methods` are the decided methods besides `tools/call` that are let through by name. With
    `permit` it lets nothing be done without one, and its actions are `permit-verified`.
    """

    id: str
    command: tuple[str, ...] = ()
    url: str | None = None
    cwd: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    methods: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    module: str | None = None
    permit: PermitRule | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Limits on one numeric argument, as decimal strings, inclusive.

    Alone up to `alone`, with review up to `review`, never beyond. `least` is the lower bound.
    `argument` is a dotted path below `context.args`, or `derived.<name>`.
    """

    argument: str
    alone: str
    review: str | None = None
    least: str = "0"


@dataclass(frozen=True, slots=True)
class Delegable:
    """To which agents a grant may be lent, up to which values (decimals), for how long at most."""

    to: tuple[str, ...]
    most: Mapping[str, str] = field(default_factory=dict)
    until_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Bounded authority: who granted which agent which actions, within which limits.

    `actions` are `server/tool`. Compiles to one permit (policy id `grant.<id>`), and to one
    review (`grant.<id>.review`) where a band has a review part. Where `mandate` is `required` it
    permits only what an open task covers. For each agent that it may be lent to there is a further
    permit, `grant.<id>.to.<agent>`, with the same conditions and what `delegable` says.
    """

    id: str
    agent: str
    granted_by: str
    control: str
    actions: tuple[str, ...]
    valid_until: str | None = None
    bands: tuple[Band, ...] = ()
    budgets: tuple[Budget, ...] = ()
    review_role: str | None = None
    mandate: str | None = None
    delegable: Delegable | None = None


@dataclass(frozen=True, slots=True)
class StandingRule:
    """How far a reviewer may approve ahead: `count` actions within `within_seconds`.

    `most` are the highest caps that such an approval may name, by argument, as decimals; it has to
    name each of them.
    """

    count: int
    within_seconds: int
    most: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, with our own id.

    `body` is its Cedar JSON (EST) form without annotations. `actions` are the actions that its
    scope names with `==`, or the members of what it names with `in`, already resolved to
    `server/tool`; None means every action of its system. `observe_until` is an RFC 3339 time.
    Of a review, `separate` says who may not approve (`author`, `grantor`) and `reason` is
    `required` where an approval needs one; with `standing` a reviewer may approve ahead.
    """

    id: str
    system: str
    kind: PolicyKind
    control: str
    body: Json
    text: str
    actions: tuple[str, ...] | None = None
    escalate_to: tuple[str, ...] = ()
    approvals: int = 1
    expires_seconds: int = 14_400
    grant: str | None = None
    observe_until: str | None = None
    separate: tuple[str, ...] = ()
    reason: str | None = None
    standing: StandingRule | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A control: what should hold, who owns it, what enforces it.

    `annex_a` are ids of ISO/IEC 42001 Annex A; `policies` the ids of the policies that enforce it
    in `systems`; `built_in` names the check of the runtime itself that enforces it (a reason
    code), where no policy does.
    """

    id: str
    statement: str
    owner: str
    annex_a: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the statement of applicability: `applicable` is in, out or undetermined."""

    control: str
    applicable: str
    why: str
    status: str
    owner: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers of the runtime that the plan may set.

    `cover_wait_seconds` is how long an action waits for a checkpoint of its tool's level.
    After `shard_days`, or at `shard_records`, the log's shard is ended and the next one begun;
    with neither, only a person does that.
    """

    pending_per_agent: int = 20
    refusals_per_minute: int = 120
    facts_per_minute: int = 600
    key_lifetime_seconds: int = 86_400
    pins_max_age_seconds: int = 30
    clock_gap_seconds: int = 604_800
    disk_reserve_bytes: int = 67_108_864
    cover_wait_seconds: int = 10
    shard_days: int | None = None
    shard_records: int | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The whole released plan. `cedar_schemas` maps each system to its Cedar schema (text).

    `channels` are the ways to tell people, by name, and `on_call` the rungs of each role's ladder.
    `deputies` maps roles to those who may stand in for a holder who is away.
    """

    format: int
    organisation: str
    stage: Stage
    scope: str
    systems: tuple[System, ...]
    agents: tuple[Agent, ...]
    people: tuple[Person, ...]
    roles: Mapping[str, tuple[str, ...]]
    servers: tuple[Server, ...]
    grants: tuple[Grant, ...]
    policies: tuple[Policy, ...]
    controls: tuple[Control, ...]
    applicability: tuple[Row, ...]
    cedar_schemas: Mapping[str, str]
    limits: Limits = Limits()
    gaps: tuple[str, ...] = ()
    console: Console | None = None
    applications: tuple[Application, ...] = ()
    oversight: Oversight | None = None
    shared_budgets: tuple[SharedBudget, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    on_call: Mapping[str, tuple[Rung, ...]] = field(default_factory=dict)
    deputies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
