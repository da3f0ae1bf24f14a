"""Changes of a workbook, written into the texts of the files: comments and order stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.draft.editing import read_editable, render_editable
from watchkeeper.plan.draft.import_tools import MODELINE, schema_address
from watchkeeper.plan.exchange.xlsx.changes import CellChange, RowChange
from watchkeeper.plan.exchange.xlsx.tables import Kind
from watchkeeper.plan.exchange.xlsx.values import text_at
from watchkeeper.plan.workspace.yaml_tree import parse_yaml

_KINDS = {"controls": "control", "risks": "risk", "soa.yaml": "soa"}


def applied(changes: Iterable[RowChange], files: Mapping[str, str]) -> dict[str, str]:
    """Return the new text of each file that changes; `files` are the texts by name.

    Each is read again: what stands in it is what the cell said, and nothing else.

    Raises:
        ImportRefused: a file that should be there is not, or would not say what the cell says.
        PlanUnreadable: a file does not parse.
    """
    documents: dict[str, CommentedMap] = {}
    meant: dict[str, dict[str, Any]] = {}
    changes = list(changes)
    for change in changes:
        name = file_of(change)
        if name not in documents:
            documents[name] = _document(name, change, files)
            meant[name] = parse_yaml(files[name]).value if name in files else {}
        _check_before(meant[name], change)
        for holder in (documents[name], meant[name]):
            row = _row(holder, change)
            for cell in change.cells:
                _put(row, cell)
            _tidy(row, change)
    texts = {name: render_editable(document) for name, document in documents.items()}
    values = {name: parse_yaml(text).value for name, text in texts.items()}
    for change in changes:
        said = _row(values[file_of(change)], change)
        for cell in change.cells:
            if text_at(said, cell.column.place) != cell.after:
                raise ImportRefused(f"{cell.place}: {cut(cell.after)} can not be put into its file")
    for name, value in values.items():
        if value != meant[name]:
            raise ImportRefused(f"{cut(name)} can not be changed in place", "change it by hand")
    return texts


def _check_before(value: dict[str, Any], change: RowChange) -> None:
    """Check that the file still says what the sheet was compared with."""
    row = {} if change.new else _row(value, change)
    for cell in change.cells:
        if text_at(row, cell.column.place) != cell.before:
            message = f"{cell.place}: its file was changed meanwhile"
            raise ImportRefused(message, "say the command again")


def file_of(change: RowChange) -> str:
    """Return the name of the file that a row stands in."""
    folder = change.table.folder
    return folder if folder.endswith(".yaml") else f"{folder}/{change.name}.yaml"


def _document(name: str, change: RowChange, files: Mapping[str, str]) -> CommentedMap:
    if name in files:
        return read_editable(files[name], name)
    if not change.new:
        raise ImportRefused(f"there is no file {cut(name)}")
    document = CommentedMap()
    kind = _KINDS[change.table.folder]
    document.yaml_set_start_comment(f"{MODELINE}{schema_address(kind)}")
    return document


def _row(document: dict[str, Any], change: RowChange) -> dict[str, Any]:
    """Return the mapping that a row is, made where it is new."""
    if not change.table.folder.endswith(".yaml"):
        return document
    rows = document.get("rows")
    if not isinstance(rows, list):
        rows = document["rows"] = CommentedSeq()
    key = change.table.name.key
    for row in rows:
        if isinstance(row, dict) and row.get(key) == change.name:
            return row
    rows.append(CommentedMap())
    made: dict[str, Any] = rows[-1]
    return made


def _put(holder: dict[str, Any], cell: CellChange) -> None:
    """Set one value; an empty cell takes the key away."""
    *above, last = cell.column.place
    for part in above:
        if not isinstance(holder.get(part), dict):
            holder[part] = CommentedMap()
        holder = holder[part]
    if cell.after:
        holder[last] = _value(cell)
    else:
        holder.pop(last, None)


def _tidy(row: dict[str, Any], change: RowChange) -> None:
    """Take away what has become empty: a treatment, a residual."""
    for above in {cell.column.place[0] for cell in change.cells if len(cell.column.place) > 1}:
        if row.get(above) == {}:
            del row[above]


def _value(cell: CellChange) -> Any:
    if cell.column.kind is Kind.LIST:
        items = CommentedSeq(cell.after.split(", "))
        items.fa.set_flow_style()
        return items
    if cell.column.kind is Kind.NUMBER:
        return int(cell.after)
    return LiteralScalarString(cell.after) if "\n" in cell.after else cell.after
