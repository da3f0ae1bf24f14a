"""Tool servers and their tools, as the plan pins them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.codec import Json
from watchkeeper.records.plan.bounds import Money
from watchkeeper.records.typing import Node


class Level(enum.StrEnum):
    """What must hold of a decision's record before its action is released.

    On the disk; under a signed checkpoint that was published; under one that the quorum of the
    home's witness policy cosigned (evidence format, 3).
    """

    DURABLE = "durable"
    PUBLISHED = "published"
    WITNESSED = "witnessed"


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
