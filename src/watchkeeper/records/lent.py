"""Authority that is bound or lent: tasks of applications, and delegations from agent to agent."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.records.action import Hidden
from watchkeeper.records.codec import Json
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Signature
from watchkeeper.records.reference import Ref


@dataclass(frozen=True, slots=True)
class ValueLimit:
    """What one argument may be: at most, at least (decimals as text), or one of several values.

    `argument` is a dotted path below the arguments, or `derived.<name>` for a number. It bounds
    calls of `action` (`server/tool`), where that is None all of the mandate's actions. A call
    without the argument is outside.
    """

    argument: str
    action: str | None = None
    most: str | None = None
    least: str | None = None
    among: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate binds to besides its actions; stands in the record as a digest alone.

    `resources` are the ids of what may be acted on, any where there is none. `on_behalf_of` is the
    person that the agent acts for in this task.
    """

    resources: tuple[str, ...] = ()
    values: tuple[ValueLimit, ...] = ()
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class MandateRecord:
    """An application opens a task: calls of the agent that name it are bound to it until it ends.

    It permits nothing; it narrows what the plan permits to `actions` and to its terms, whose JSON
    and salt stand in the payload under `content`. `signature` covers a `Command` by
    `app:<application>` with verb `mandate` and body `id`, `agent`, `actions`, `until`, `content`
    (the digest).
    """

    at: Instant
    id: str
    application: str
    system: str
    agent: str
    actions: tuple[str, ...]
    until: Instant
    content: Hidden
    signature: Signature


@dataclass(frozen=True, slots=True)
class MandateEndedRecord:
    """A task ends before its time.

    `by` is `app:<application>`, the one that opened it, or a holder of `operate`. `signature`
    covers a `Command` with verb `end-mandate` and body `id`, `reason`; `why` is the salted digest
    of the reason, empty where none was given.
    """

    at: Instant
    id: str
    mandate: Ref
    by: str
    why: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class MandateWordRecord:
    """The person whom the task is for spoke to the application, which says so.

    `by` is `app:<application>`; `signature` covers a `Command` with verb `word` and body `id`.
    """

    at: Instant
    id: str
    mandate: Ref
    by: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that a numeric argument may be, as a decimal."""

    argument: str
    most: str


@dataclass(frozen=True, slots=True)
class DelegationRecord:
    """An agent lends another what it holds of a grant, or less, until `until`.

    `parent` is the delegation by which the giver holds it; None where the grant is the giver's own.
    `actions`, `caps` and `count` are all that the taker may, those of the giver among them.
    `resources` are digests of the ids that may be acted on, any where there is none: one that the
    parent names stands there under the same digest. `on_behalf_of` is the person for whom the giver
    acted, and the taker has to. It holds as long as the plan by which it was made.
    """

    at: Instant
    id: str
    grant: str
    giver: str
    taker: str
    actions: tuple[str, ...]
    until: Instant
    caps: tuple[Cap, ...] = ()
    resources: tuple[Hidden, ...] = ()
    count: int | None = None
    parent: Ref | None = None
    on_behalf_of: Hidden | None = None


@dataclass(frozen=True, slots=True)
class DelegationEndedRecord:
    """What was lent is taken back, and with it all that was lent on from it.

    `by` is the giver, whom no signature vouches for; or a holder of `operate`, whose `signature`
    covers a `Command` with verb `end-delegation` and body `id`, `reason`. `why` is the salted
    digest of the reason, empty where none was given.
    """

    at: Instant
    id: str
    delegation: Ref
    by: str
    why: str
    signature: Signature | None = None
