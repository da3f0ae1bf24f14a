"""A file that others made, as bytes, to passages; refused where it can not be what its name says.

Nothing is ever run, followed or fetched: formulas, links and tags stay text.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from watchkeeper.errors import PlanUnreadable, RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.plan.mapping.read.passage import Passage
from watchkeeper.plan.mapping.read.prose import prose_passages
from watchkeeper.plan.mapping.read.structured import JsonLines, structured_passages
from watchkeeper.plan.mapping.read.tables import csv_passages
from watchkeeper.plan.workspace.yaml_tree import YamlRefused, parse_yaml

MAX_BYTES = 8 * 1024 * 1024
MAX_YAML = 512 * 1024
_DEEP = 1_000
TEXTS = ("yaml", "yml", "json", "csv", "tsv", "md", "txt")
KINDS = (*TEXTS, "xlsx", "docx")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that was read: its name, its passages, its whole text, and how it was read.

    `note` says why it was read line by line, where its kind has more to it.
    """

    name: str
    passages: tuple[Passage, ...]
    text: str
    note: str = ""


def read_mapping(name: str, raw: bytes) -> Mapping:
    """Read a mapping; `name` is the file's, whose ending says what it holds.

    Raises:
        PlanUnreadable: of a kind that is not read, too large, not text, or not what it says.
    """
    kind = name.rpartition(".")[2].lower()
    if kind not in KINDS:
        raise PlanUnreadable(f"{cut(name)} is of no kind that is read", f"read are {_named()}")
    if len(raw) > MAX_BYTES:
        raise PlanUnreadable(
            f"{cut(name)} is larger than {MAX_BYTES // 1024 // 1024} MiB", "check it part by part"
        )
    if kind == "xlsx":
        return _sheets(name, raw)
    if kind == "docx":
        return _words(name, raw)
    text = _text(name, raw)
    if kind in {"yaml", "yml"}:
        return _yaml(name, text)
    if kind == "json":
        return _json(name, text)
    if kind in {"csv", "tsv"}:
        found = csv_passages(text, "\t" if kind == "tsv" else _delimiter(text))
        return Mapping(name, tuple(found), text)
    return Mapping(name, tuple(prose_passages(text)), text)


def _named() -> str:
    return ", ".join(f"`.{kind}`" for kind in KINDS)


def _sheets(name: str, raw: bytes) -> Mapping:
    from watchkeeper.plan.mapping.read.sheets import sheet_passages

    passages, formulas = sheet_passages(raw)
    note = f"{formulas} formulas were not looked at" if formulas else ""
    return Mapping(name, passages, "\n".join(one.text for one in passages), note)


def _words(name: str, raw: bytes) -> Mapping:
    from watchkeeper.plan.mapping.read.words import docx_passages

    passages, note = docx_passages(raw)
    return Mapping(name, passages, "\n".join(one.text for one in passages), note)


def _text(name: str, raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PlanUnreadable(
            f"{cut(name)} is not UTF-8 in line {line}", "save it as UTF-8"
        ) from None
    if "\0" in text:
        raise PlanUnreadable(f"{cut(name)} holds bytes that are no text", "name a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _yaml(name: str, text: str) -> Mapping:
    if len(text) > MAX_YAML:
        why = f"larger than {MAX_YAML // 1024} KiB: read line by line"
        return Mapping(name, tuple(prose_passages(text)), text, why)
    try:
        tree = parse_yaml(text)
    except YamlRefused as error:
        why = f"line {error.line}: {error.message}: read line by line"
        return Mapping(name, tuple(prose_passages(text)), text, why)
    found = structured_passages(tree.value, lambda path, _: tree.line(*path))
    return Mapping(name, tuple(found), text)


def _json(name: str, text: str) -> Mapping:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise PlanUnreadable(
            f"{cut(name)} is not JSON in line {error.lineno}", "mend the syntax there"
        ) from None
    try:
        parse_json(text.encode(), max_bytes=MAX_BYTES, max_depth=_DEEP)
    except RecordInvalid as error:
        # Of a key that stands twice one value alone would be looked at.
        return Mapping(name, tuple(prose_passages(text)), text, f"{error.message}: read as lines")
    return Mapping(name, tuple(structured_passages(value, JsonLines(text))), text)


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","
