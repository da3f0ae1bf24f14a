"""The tables of the spreadsheet: one a sheet, a row for each control, risk, or row of the SoA."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Kind(enum.Enum):
    """What a cell holds, which says how it is read."""

    ID = "an id"
    CONTROL = "a control of Annex A or of your own"
    TEXT = "text"
    LIST = "ids with commas between them"
    PERSON = "a person, by id or by exact name"
    CHOICE = "one of a few words"
    DAY = "a day"
    NUMBER = "a whole number"
    SHOWN = "for the reader alone"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the place in the file that it stands for, how it is read.

    `also` are headings that others use for it; `words` the words of a choice, each with others
    that mean the same.
    """

    title: str
    place: tuple[str, ...]
    kind: Kind = Kind.TEXT
    needed: bool = False
    also: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    width: int = 24

    @property
    def key(self) -> str:
        """The place with dots between its parts."""
        return ".".join(self.place)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its name, what names a row, where its rows lie, and its columns, the id first."""

    title: str
    folder: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()

    @property
    def name(self) -> Column:
        """The column that names a row."""
        return self.columns[0]

    @property
    def read(self) -> tuple[Column, ...]:
        """The columns that are read back."""
        return tuple(one for one in self.columns if one.kind is not Kind.SHOWN)


def _words(*names: str, **also: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {name: also.get(name.replace("-", "_"), ()) for name in names}


_APPLICABLE = {
    "in": ("yes", "y", "applicable", "included", "true"),
    "out": ("no", "n", "not applicable", "excluded", "n/a", "false"),
    "undetermined": ("tbd", "open", "unknown", "?"),
}
_STATUS = _words(
    "implemented",
    "sequenced",
    "not-planned",
    "partial",
    "planned",
    "not-implemented",
    "not-applicable",
    sequenced=("scheduled",),
    not_planned=("will not be done",),
    implemented=("done", "in place", "complete"),
    partial=("partially implemented", "in progress"),
    not_implemented=("not started", "missing"),
    not_applicable=("n/a",),
)

CONTROLS = Table(
    "Controls",
    "controls",
    (
        Column("id", ("id",), Kind.ID, True, ("control id", "control", "ref", "reference")),
        Column("title", ("title",), also=("name", "control name"), width=30),
        Column(
            "statement",
            ("statement",),
            needed=True,
            also=("description", "control description", "requirement"),
            width=60,
        ),
        Column("owner", ("owner",), Kind.PERSON, True, ("control owner", "responsible")),
        Column("annex a", ("annex_a",), Kind.LIST, also=("iso 42001", "iso/iec 42001", "annex")),
        Column("risks", ("risks",), Kind.LIST, also=("linked risks",)),
        Column("systems", ("systems",), Kind.LIST, also=("ai systems",)),
        Column("built in", ("built_in",), Kind.LIST),
        Column("expected policies", ("expects",), Kind.LIST),
        Column("review by", ("review_by",), Kind.DAY, also=("next review",)),
    ),
    ("control register", "control catalogue", "control catalog"),
)
_OPTIONS = _words(
    *("modify", "avoid", "share", "retain"),
    modify=("mitigate", "reduce", "treat"),
    share=("transfer",),
    retain=("accept",),
)
RISKS = Table(
    "Risks",
    "risks",
    (
        Column("id", ("id",), Kind.ID, True, ("risk id", "risk", "ref", "reference")),
        Column("title", ("title",), needed=True, also=("name", "risk title"), width=36),
        Column("description", ("description",), also=("risk description",), width=50),
        Column("owner", ("owner",), Kind.PERSON, also=("risk owner", "responsible")),
        Column("systems", ("systems",), Kind.LIST, also=("ai systems",)),
        Column("affects", ("affects",), Kind.LIST),
        Column("likelihood", ("likelihood",), Kind.NUMBER, also=("inherent likelihood",)),
        Column("consequence", ("consequence",), Kind.NUMBER, also=("impact", "severity")),
        Column(
            "treatment",
            ("treatment", "option"),
            Kind.CHOICE,
            also=("treatment option",),
            words=_OPTIONS,
        ),
        Column("controls", ("treatment", "controls"), Kind.LIST, also=("linked controls",)),
        Column("residual likelihood", ("residual", "likelihood"), Kind.NUMBER),
        Column(
            "residual consequence",
            ("residual", "consequence"),
            Kind.NUMBER,
            also=("residual impact",),
        ),
        Column("accepted by", ("residual", "accepted_by"), Kind.PERSON),
        Column("accepted", ("residual", "accepted"), Kind.DAY, also=("accepted on",)),
        Column("assessed", ("assessed",), Kind.DAY, also=("assessed on",)),
        Column("review by", ("review_by",), Kind.DAY, also=("next review",)),
    ),
    ("risk register", "ai risk register", "risk log"),
)
APPLICABILITY = Table(
    "SoA",
    "soa.yaml",
    (
        Column("control", ("control",), Kind.CONTROL, True, ("control id", "id", "ref", "annex a")),
        Column("control title", (), Kind.SHOWN, width=40),
        Column("applicable", ("applicable",), Kind.CHOICE, True, ("applicability",), _APPLICABLE),
        Column("why", ("why",), also=("justification", "reason", "rationale"), width=50),
        Column(
            "status",
            ("status",),
            Kind.CHOICE,
            needed=True,
            also=("implementation status",),
            words=_STATUS,
        ),
        Column("owner", ("owner",), Kind.PERSON, also=("responsible", "control owner")),
        Column("by", ("by",), Kind.DAY, also=("due", "due date", "target date")),
        Column("risks", ("risks",), Kind.LIST, also=("linked risks",)),
        Column("evidence", ("evidence",), also=("evidence reference",), width=40),
        Column("overdue", (), Kind.SHOWN, width=10),
        Column("evidence item by item", (), Kind.SHOWN, width=40),
        Column("bound to", (), Kind.SHOWN, width=30),
        Column("enforced by", (), Kind.SHOWN, width=30),
    ),
    ("statement of applicability", "applicability"),
)
TABLES = (CONTROLS, RISKS, APPLICABILITY)
README, DIGEST = "Read me", "row as exported (do not change)"
