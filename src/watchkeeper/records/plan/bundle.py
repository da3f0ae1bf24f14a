"""The released plan: what the workspace compiles to and the runtime enforces.

One JSON document, content-addressed: its digest is SHA-256 of its canonical JSON. Everything that
a decision needs is in it; nothing in it is read from anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.records.plan.bounds import SharedBudget
from watchkeeper.records.plan.grants import Grant
from watchkeeper.records.plan.management.controls import Approved, Control, Row
from watchkeeper.records.plan.management.objectives import Objective
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.plan.management.state import Management
from watchkeeper.records.plan.people import Channel, Console, Person, Rung
from watchkeeper.records.plan.policies import (
    Policy,
)
from watchkeeper.records.plan.release_rule import ReleaseRule
from watchkeeper.records.plan.systems import Agent, Application, Stage, System
from watchkeeper.records.plan.tools import (
    Server,
)


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
    `deputies` maps roles to those who may stand in for a holder who is away. `management` is what
    the state of the management system says, `objectives` what it aims at; `releases` is what the
    next release takes, and `soa` who approved the statement of applicability.
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
    management: Management | None = None
    objectives: tuple[Objective, ...] = ()
    releases: ReleaseRule | None = None
    soa: Approved | None = None
