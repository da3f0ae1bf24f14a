"""`objectives.yaml` and `measurements/<id>.yaml` (ISO/IEC 42001:2023, 6.2 and 9.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic.json_schema import WithJsonSchema

from watchkeeper.plan.workspace.models.head import Approved, Origin
from watchkeeper.plan.workspace.models.scalars import (
    Day,
    Digest,
    Id,
    Moment,
    Part,
    Seconds,
    Text,
    parse_duration,
)

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?) ?%")
_SHARE = re.compile(r"0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?")
_PERCENT_SCHEMA = {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})? ?%$"}


def parse_percent(value: Any) -> str:
    """Return a share of at most `100 %` as a plain decimal text: `95 %` is `0.95`."""
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or Decimal(found[1]) > 100:
        raise ValueError("a share is written like `95 %`, from `0 %` to `100 %`")
    return _plain(Decimal(found[1]) / 100)


def parse_share(value: Any) -> str:
    """Return a share written like `0.95` or `95 %` as a plain decimal text."""
    if isinstance(value, str) and _SHARE.fullmatch(value):
        return _plain(Decimal(value))
    if isinstance(value, int) and not isinstance(value, bool) and value in {0, 1}:
        return str(value)
    return parse_percent(value)


def parse_amount(value: Any) -> str:
    """Return what a target asks for: a share `0.95`, a count `12`, or a duration `1800s`.

    A share always has a point, so that the three can be told apart.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000_000:
        return str(value)
    if isinstance(value, str) and value.endswith("%"):
        share = parse_percent(value)
        return share if "." in share else f"{share}.0"
    try:
        return f"{parse_duration(value)}s"
    except ValueError:
        raise ValueError(
            "a target is a share like `95 %`, a count like `12`, or a duration like `30m`"
        ) from None


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


Percent = Annotated[str, BeforeValidator(parse_percent), WithJsonSchema(_PERCENT_SCHEMA)]
Share = Annotated[
    str,
    BeforeValidator(parse_share),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _PERCENT_SCHEMA]}),
]
Amount = Annotated[
    str,
    BeforeValidator(parse_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                _PERCENT_SCHEMA,
                {"type": "string", "pattern": r"^[1-9][0-9]{0,8}[smhdw]$"},
            ]
        }
    ),
]
Subject = Literal[
    "decisions", "escalations", "effects", "verdicts", "unknown", "planted", "refusals"
]


def _as_list(said: Any) -> Any:
    return [said] if isinstance(said, str) else said


Names = Annotated[
    list[Text],
    BeforeValidator(_as_list),
    Field(default_factory=list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class Where(Part):
    """Which records count: those for which all that is given holds; of a list, any."""

    system: Names
    agent: Names
    tool: Names
    outcome: Names
    reason: Names
    policy: Names
    control: Names
    role: Names
    stage: Names


class ShareEntry(Part):
    """What of the records makes the share: exactly one of these."""

    outcome: Names
    reason: Names
    status: Names
    decided_within: Seconds | None = None
    caught: Literal[True] | None = None
    too_fast: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> ShareEntry:
        if len(self.model_fields_set) != 1:
            raise ValueError("a share is of exactly one thing")
        return self


class QuantileEntry(Part):
    """The time within which a share of the records were done."""

    at: Share
    of: Literal["decided_after", "duration"]


class Measure(Part):
    """A question to the log: of which records, and what of them."""

    of: Subject
    where: Where = Where.model_validate({})
    share: ShareEntry | None = None
    count: Literal[True] | None = None
    quantile: QuantileEntry | None = None

    @model_validator(mode="after")
    def _one(self) -> Measure:
        if sum(part is not None for part in (self.share, self.count, self.quantile)) != 1:
            raise ValueError("say exactly one of `share`, `count` and `quantile`")
        return self


class Target(Part):
    """What the value should be: at least, or at most."""

    at_least: Amount | None = None
    at_most: Amount | None = None

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("say exactly one of `at_least` and `at_most`")
        return self


class ObjectiveEntry(Part):
    """An objective, and the question to the log whose answer says whether it is met."""

    id: Id
    says: Text
    owner: Id | None = None
    systems: list[Id] = Field(default_factory=list)
    controls: list[Id] = Field(default_factory=list)
    risks: list[Id] = Field(default_factory=list)
    measure: Measure
    target: Target
    window: Seconds
    least: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        default=1, description="with fewer records there is no value, which is never met"
    )
    measured_every: Seconds | None = None
    review_by: Day | None = None

    @model_validator(mode="after")
    def _comparable(self) -> ObjectiveEntry:
        amount = self.target.at_least or self.target.at_most or ""
        kind = "share" if self.measure.share else "count" if self.measure.count else "quantile"
        given = "quantile" if amount.endswith("s") else "share" if "." in amount else "count"
        if kind != given:
            raise ValueError(_COMPARABLE[kind])
        return self


_COMPARABLE = {
    "share": "the target of a share is a share, like `95 %`",
    "count": "the target of a count is a whole number",
    "quantile": "the target of a quantile is a duration, like `30m`",
}


class ObjectivesFile(Approved):
    """`objectives.yaml`: the AI objectives."""

    objectives: list[ObjectiveEntry]


class CheckpointEntry(Part):
    """The checkpoint of the log that covers a measurement (C2SP tlog-checkpoint)."""

    origin: Text
    shard: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    root: Text


class MeasuredWindow(Part):
    """From when to when."""

    start: Moment
    end: Moment


class MeasuredRow(Part):
    """The value of one objective; none where too few records are there."""

    objective: Id
    value: Text | None = None
    of: Annotated[int, Field(ge=0)]
    met: bool
    window: MeasuredWindow
    origin: Origin


class MeasurementFile(Approved):
    """`measurements/<id>.yaml`: what the objectives came to, on a day, and what we make of it."""

    id: Id
    on: Day
    by: Id | None = None
    plan: Digest | None = None
    checkpoint: CheckpointEntry | None = None
    rows: list[MeasuredRow]
    analysis: Text | None = None
    evaluated_by: Id | None = None
