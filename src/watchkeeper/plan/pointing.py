"""Everything in a workspace that points at an item of a standard: files and lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from watchkeeper.plan.policies.parse import parse_files
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.kinds import PLACES
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.standards.elements import elements
from watchkeeper.standards.items import Item, normal_id, related

AIMS_KEYS = {
    "4.1": ("context",),
    "4.2": ("interested_parties",),
    "4.3": ("scope",),
    "5.2": ("ai_policy",),
    "5.3": ("roles",),
    "6.3": ("releases",),
    "7.1": ("resources",),
    "7.4": ("communication",),
}
"""Keys of `aims.yaml` that answer a clause."""
_IN_TEXT = {"control", "objective", "category", "subcategory", "risk"}
"""Kinds whose ids can be nothing else, so that they are found inside of text, too."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A place that points at an item: file and line, and what stands there.

    `through` is empty where it names the item itself; else it is what stands between: the control
    of our own that is said to implement it, or the item of ISO/IEC 42001 beside it in the
    crosswalk.
    """

    file: str
    line: int
    what: str
    through: str = ""


def pointers(workspace: Workspace, item: Item) -> tuple[Pointer, ...]:
    """Return what points at an item, in the order of the files; by name first, then through."""
    direct = [
        *_named(workspace, item),
        *_held(workspace, item),
        *_answering(workspace, item),
        *_in_text(workspace, item),
    ]
    through = list(_on_controls(workspace, item, ""))
    if item.standard != "iso42001":
        for other in related(item):
            through += [
                Pointer(one.file, one.line, one.what, other.id) for one in _named(workspace, other)
            ]
            through += _on_controls(workspace, other, other.id)
    return (*_in_order(direct), *_in_order(through))


def checked_files(workspace: Workspace) -> Iterator[Checked[Any]]:
    """Yield every YAML file of a workspace."""
    for part in fields(workspace):
        value = getattr(workspace, part.name)
        if isinstance(value, Checked):
            yield value
        elif isinstance(value, Mapping):
            yield from (one for one in value.values() if isinstance(one, Checked))
    for some in workspace.management.files.values():
        yield from some.values()


def _named(workspace: Workspace, item: Item) -> Iterator[Pointer]:
    for file in checked_files(workspace):
        for path, text in _leaves(file.tree.value, ()):
            if _names(path, text, item):
                yield Pointer(file.file, file.line(*path), _dotted(path))


def _names(path: tuple[str | int, ...], text: str, item: Item) -> bool:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    exact = normal_id(text) == item.id
    if item.kind in {"clause", "element"}:
        exact = exact and key in {item.kind, f"{item.kind}s"}
    return exact or _in_line(text, item)


def _cited(text: str, item: Item) -> bool:
    number = "42001" if item.kind == "clause" else "42005"
    return number in text and _word(item.id, text.partition(number)[2])


def _word(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w]|\.[0-9])", text) is not None


def _in_text(workspace: Workspace, item: Item) -> Iterator[Pointer]:
    """Yield the lines of policies, and of documents under control that are text."""
    for file, text in _texts(workspace):
        for number, line in enumerate(text.split("\n"), 1):
            if _in_line(line, item):
                yield Pointer(file, number, line.strip()[:80])


def _texts(workspace: Workspace) -> Iterator[tuple[str, str]]:
    yield from ((file, text) for _, file, text in workspace.cedar)
    for document in workspace.management.digests.values():
        try:
            yield document.file, document.raw.decode("utf-8")
        except UnicodeDecodeError:
            continue


def _in_line(text: str, item: Item) -> bool:
    if item.kind in {"clause", "element"}:
        return _cited(text, item)
    if item.kind == "article":
        return "AI Act" in text and _word(f"Article {item.id.removeprefix('art-')}", text)
    return item.kind in _IN_TEXT and _word(item.id, text)


def _held(workspace: Workspace, item: Item) -> Iterator[Pointer]:
    """Yield the keys that hold an element of ISO/IEC 42005."""
    if item.standard != "iso42005":
        return
    for key in elements()[item.id].keys:
        kind, _, rest = key.partition(".")
        for file in checked_files(workspace):
            name = rest.partition(".")[0]
            if file.file.startswith(f"{kind}s/") and name in file.tree.value:
                yield Pointer(file.file, file.line(name), rest)


def _answering(workspace: Workspace, item: Item) -> Iterator[Pointer]:
    """Yield the records of the kinds that answer a clause, and the keys of `aims.yaml` that do."""
    if item.kind != "clause":
        return
    aims = workspace.aims
    for key in AIMS_KEYS.get(item.id, ()):
        if key in aims.tree.value:
            yield Pointer(aims.file, aims.line(key), f"{key}: answers it")
    for place in PLACES:
        if item.id in place.clauses and place.kind != "aims":
            for file in _of_kind(workspace, place.kind):
                yield Pointer(file.file, 1, f"{place.kind}: answers it")


def _of_kind(workspace: Workspace, kind: str) -> Iterable[Checked[Any]]:
    if kind == "system":
        return workspace.systems.values()
    if kind == "soa":
        return [workspace.applicability] if workspace.applicability else []
    return workspace.management.of(kind).values()


def _on_controls(workspace: Workspace, item: Item, through: str) -> Iterator[Pointer]:
    """Yield what hangs on controls of our own that are said to implement an item."""
    if item.kind != "control":
        return
    own = {name for name, file in workspace.controls.items() if item.id in file.says.annex_a}
    for control, one in _hanging(workspace) if own else ():
        if control in own:
            behind = f"{through}, {control}" if through else control
            yield Pointer(one.file, one.line, one.what, behind)


def _hanging(workspace: Workspace) -> Iterator[tuple[str, Pointer]]:
    """Yield controls of our own with what hangs on each: policies, grants, rows."""
    for policy in parse_files(workspace.cedar)[0]:
        what = f"the {policy.kind.value} `{policy.notes.id}` enforces it"
        yield policy.notes.control, Pointer(policy.file, policy.line, what)
    for file in workspace.authority.values():
        for i, grant in enumerate(file.says.grants):
            what = f"the grant `{grant.id}` limits by it"
            yield grant.control, Pointer(file.file, file.line("grants", i), what)
    soa = workspace.applicability
    if soa is not None:
        for i, row in enumerate(soa.says.rows):
            place = soa.line("rows", i)
            yield row.control, Pointer(soa.file, place, f"its row: {row.status}")


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves(inner, (*path, i))


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _in_order(found: list[Pointer]) -> list[Pointer]:
    return sorted(dict.fromkeys(found), key=lambda one: (one.through, one.file, one.line))
