"""How a binder of others is laid out: which of its sheets is which table, and its headings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchkeeper.errors import ImportRefused, cut
from watchkeeper.plan.exchange.xlsx.headings import Mapped
from watchkeeper.plan.exchange.xlsx.tables import TABLES
from watchkeeper.plan.workspace.checked import check
from watchkeeper.plan.workspace.models.scalars import Part, Text
from watchkeeper.plan.workspace.yaml_tree import YamlRefused, parse_yaml

_TABLES = {table.title.casefold(): table for table in TABLES}


class SheetEntry(Part):
    """One sheet: its name there, the table that it is, and its headings by our key."""

    sheet: Text
    table: Literal["controls", "risks", "soa"]
    columns: dict[str, Text] = Field(default_factory=dict)


class MappingFile(Part):
    """The file of `--map`."""

    sheets: Annotated[list[SheetEntry], Field(min_length=1)]


def parse_mapping(text: str, name: str) -> tuple[Mapped, ...]:
    """Read the file of `--map`.

    Raises:
        ImportRefused: not YAML, it does not hold, or names a column that its table has not.
    """
    try:
        checked, findings = check(MappingFile, name, parse_yaml(text))
    except YamlRefused as error:
        raise ImportRefused(f"{cut(name)}:{error.line}: {error.message}", error.advice) from None
    if checked is None:
        raise ImportRefused(f"the mapping does not hold: {findings[0]}")
    return tuple(_mapped(entry) for entry in checked.says.sheets)


def _mapped(entry: SheetEntry) -> Mapped:
    table = _TABLES[entry.table]
    keys = [column.key for column in table.read]
    for key in entry.columns:
        if key not in keys:
            raise ImportRefused(
                f"`{entry.table}` has no column `{key}`", f"its columns are {', '.join(keys)}"
            )
    return Mapped(entry.sheet, table, entry.columns)
