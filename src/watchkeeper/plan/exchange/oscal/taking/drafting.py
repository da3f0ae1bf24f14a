"""OSCAL documents of others, drafted into controls and rows; what is there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.draft.import_tools import MODELINE, schema_address
from watchkeeper.plan.exchange.oscal.checking.document import Documents, read_document
from watchkeeper.plan.exchange.oscal.checking.references import check_read
from watchkeeper.plan.exchange.oscal.checking.selection import Among
from watchkeeper.plan.exchange.oscal.taking.controls import Found, controls_in
from watchkeeper.plan.exchange.oscal.taking.profiles import Decided, decided_by
from watchkeeper.plan.workspace.placeholders import answered
from watchkeeper.standards.catalogue import annex_a

_SOA = "soa.yaml"
_MOST_CONTROLS = 5_000


@dataclass(frozen=True, slots=True)
class Drafted:
    """The new texts of files by name, what they are about, and what was not taken, with why."""

    files: Mapping[str, str]
    taken: tuple[str, ...]
    left_out: tuple[str, ...]


def draft_oscal(
    documents: Documents, known: frozenset[str], soa: str | None, owner: str
) -> Drafted:
    """Draft what catalogues and profiles say; `known` are the controls there are, `soa` the text.

    A control that is there stays, and so does a row that says in or out: only rows that are
    missing or undetermined are filled.

    Raises:
        ImportRefused: a reference of a profile leads nowhere, or neither catalogue nor profile
            is there.
        PlanUnreadable: `soa.yaml` does not parse.
    """
    drafting = _Drafting(set(known), owner)
    among = {path: read_document(path, documents[path]) for path in sorted(documents)}
    catalogs, profiles = _of_kind(among, "catalog"), _of_kind(among, "profile")
    for one in check_read(among).found:
        if one.broken and one.file not in catalogs:
            raise ImportRefused(f"the documents do not hold together: {one}")
        if one.broken:
            drafting.left_out.append(f"what leads nowhere in {one}")
    if not profiles and not catalogs:
        raise ImportRefused("neither a catalogue nor a profile", "name a folder that holds them")
    found = {path: controls_in(one) for path, one in catalogs.items()}
    if sum(map(len, found.values())) > _MOST_CONTROLS:
        raise ImportRefused(f"more than {_MOST_CONTROLS} controls", "import them part by part")
    for controls in found.values():
        drafting.controls(controls)
    rows = _agreed([decided_by(among, path, found) for path in profiles], drafting.left_out)
    if rows:
        drafting.rows(rows, soa)
    return Drafted(drafting.files, tuple(drafting.taken), tuple(drafting.left_out))


def _of_kind(among: Among, kind: str) -> dict[str, Mapping[str, Any]]:
    """Return the bodies of the documents of a kind, by path.

    Raises:
        ImportRefused: one is of another version than is read.
    """
    bodies = {path: one.body for path, one in among.items() if one.kind == kind}
    for path, body in bodies.items():
        metadata = body.get("metadata")
        version = metadata.get("oscal-version") if isinstance(metadata, Mapping) else None
        if version is not None and not str(version).startswith("1."):
            raise ImportRefused(f"{cut(path)} is of OSCAL {cut(version)}, where 1 is read")
    return bodies


def _agreed(said: Sequence[Mapping[str, Decided]], left_out: list[str]) -> dict[str, Decided]:
    """Return what the profiles decide together; where they contradict one another, nothing."""
    rows: dict[str, Decided] = {}
    against: set[str] = set()
    for decided in said:
        for name, says in decided.items():
            before = rows.get(name)
            if before is None or before.applicable == "undetermined":
                rows[name] = says
            elif says.applicable not in {"undetermined", before.applicable}:
                against.add(name)
    left_out += [f"{name}: one profile says in, another out" for name in sorted(against)]
    return {name: says for name, says in rows.items() if name not in against}


class _Drafting:
    def __init__(self, known: set[str], owner: str) -> None:
        self.known = known
        self.owner = owner
        self.files: dict[str, str] = {}
        self.taken: list[str] = []
        self.left_out: list[str] = []

    def controls(self, found: tuple[Found, ...]) -> None:
        """Draft a file for each control that is none of Annex A and not there yet."""
        for control in found:
            file = f"controls/{control.name}.yaml"
            if control.name is None:
                self.left_out.append(f"{cut(control.id)}: no id can be made of it")
            elif control.name in annex_a():
                continue
            elif file in self.files:
                self.left_out.append(f"{cut(control.id)}: a second one that would be {file}")
            elif control.name in self.known:
                self.left_out.append(f"{cut(control.id)}: {file} is there, and stays as it is")
            else:
                self.files[file] = self._control(control.name, control)
                self.taken.append(f"control {control.name}")
        self.known |= {control.name for control in found if control.name is not None}

    def _control(self, name: str, control: Found) -> str:
        document = CommentedMap()
        document["id"] = name
        document["title"] = control.title or name
        said = control.prose or "say: what should hold"
        document["statement"] = LiteralScalarString(said) if "\n" in said else said
        document["owner"] = self.owner
        if control.annex_a:
            document["annex_a"] = CommentedSeq(control.annex_a)
            document["annex_a"].fa.set_flow_style()
        document.yaml_set_start_comment(f"{MODELINE}{schema_address('control')}")
        return render_editable(document)

    def rows(self, decided: Mapping[str, Decided], soa: str | None) -> None:
        """Fill the rows that are missing or undetermined."""
        document = read_editable(soa, _SOA) if soa is not None else CommentedMap()
        rows = document.get("rows")
        if not isinstance(rows, CommentedSeq):
            rows = CommentedSeq()
            document["rows"] = rows
        there = {row.get("control"): row for row in rows if isinstance(row, CommentedMap)}
        before = len(self.taken)
        for name, says in decided.items():
            if name in there:
                self._fill(name, there[name], says)
            elif name in annex_a() or name in self.known:
                rows.append(CommentedMap({"control": name}))
                _write(rows[-1], says)
                self.taken.append(f"row {name}: {says.applicable}")
        if len(self.taken) > before:
            self.files[_SOA] = render_editable(document)

    def _fill(self, name: str, row: CommentedMap, says: Decided) -> None:
        if row.get("applicable") == says.applicable:
            return
        if row.get("applicable") != "undetermined":
            message = f"the row {name} says {cut(row.get('applicable'))}, and stays as it is"
            self.left_out.append(f"{message}; the profile says {cut(says.applicable)}")
            return
        if _write(row, says):
            said = f"the row {name} has a reason already, which stays as it is"
            self.left_out.append(f"{said}; the profile says {cut(says.why, 300)}")
        self.taken.append(f"row {name}: {says.applicable}")


def _write(row: CommentedMap, says: Decided) -> bool:
    """Write a decision into a row; say whether its reason was left for the words of a person.

    A status stays, but for one that the decision makes untrue.
    """
    row["applicable"] = says.applicable
    there = answered(str(row.get("why") or ""))
    if says.why and not there:
        row["why"] = says.why
    if says.applicable == "out" or row.get("status") in {None, "not-applicable"}:
        row["status"] = says.status
    return bool(there and answered(says.why) not in {"", there})
