"""Derived values: what Cedar can not say of a list or a text, computed from a fixed menu.

A declaration names an operation and the arguments that it reads; there are no expressions. The
normalised form, which the bundle carries and `do.encode.derive` evaluates, has member names
instead of dotted paths, and says the type and whether the value can be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.typing.nodes import Found
from watchkeeper.plan.typing.schema.foreign import refused
from watchkeeper.records.codec import Json
from watchkeeper.records.typing import Node, NodeKind

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NUMERIC = frozenset({NodeKind.LONG, NodeKind.DECIMAL, NodeKind.SCALED})
_TEXT = frozenset({NodeKind.STRING, NodeKind.ENUM})
_EQUAL = _NUMERIC | _TEXT | {NodeKind.BOOL, NodeKind.DATE, NodeKind.DATETIME, NodeKind.IP}
_TESTS = ("equals", "more_than", "less_than")


@dataclass(frozen=True, slots=True)
class _Declaration:
    """One entry of `derived:` while it is checked."""

    tool: str
    name: str
    said: Mapping[str, Any]
    found: Mapping[str, Found]

    def wrong(self, why: str, advice: str) -> PlanRefused:
        return refused(self.tool, f"derived value {cut(self.name)}: {why}", advice)

    def place(self, key: str = "path") -> Found:
        """Return the argument that a key of the declaration names."""
        path = self.said.get(key)
        if not isinstance(path, str) or path not in self.found:
            known = ", ".join(sorted(self.found)[:8]) or "none"
            raise self.wrong(
                f"`{key}` names no argument: {cut(path)}", f"use one of the arguments ({known})"
            )
        return self.found[path]

    def list_place(self) -> Found:
        """Return the list that `path` names."""
        place = self.place()
        if place.node.kind is not NodeKind.ARRAY or place.spot.in_array:
            raise self.wrong(f"{cut(place.spot.path)} is no list", "name an argument of type array")
        return place

    def field(self, name: object, allowed: frozenset[NodeKind]) -> list[str]:
        """Return the member names that lead from an element of the list to one of its fields."""
        base = self.list_place()
        path = f"{base.spot.path}.{name}"
        item = self.found.get(path)
        if not isinstance(name, str) or item is None or item.node.kind not in allowed:
            raise self.wrong(
                f"the elements of {cut(base.spot.path)} have no such field: {cut(name)}",
                f"name a field that is one of: {', '.join(sorted(allowed))}",
            )
        self._check_single(base, item)
        return list(item.spot.keys[len(base.spot.keys) :])

    def fields(self, key: str, allowed: frozenset[NodeKind]) -> list[list[str]]:
        """Return the fields that `key` lists, or the element itself where it is absent."""
        names = self.said.get(key)
        if names is None:
            item = self.list_place().node.item
            if item is None or item.kind not in allowed:
                raise self.wrong(
                    f"the elements of {cut(self.said.get('path'))} are no plain values for this",
                    f"name their fields under `{key}`",
                )
            return [[]]
        listed = [names] if isinstance(names, str) else names
        if not isinstance(listed, list) or not listed:
            raise self.wrong(f"`{key}` is no list of fields", "write the names of fields")
        return [self.field(name, allowed) for name in listed]

    def _check_single(self, base: Found, item: Found) -> None:
        """Refuse a field inside a list inside the list: which value would it be?"""
        for depth in range(len(base.spot.keys) + 1, len(item.spot.keys)):
            keys = item.spot.keys[:depth]
            if any(
                other.spot.keys == keys and other.node.kind is not NodeKind.RECORD
                for other in self.found.values()
            ):
                raise self.wrong(
                    f"{cut(item.spot.path)} stands in a list of its own or in a choice",
                    "name a field that each element has once",
                )


_Check = Callable[[_Declaration], dict[str, Json]]


def derive(tool: str, declared: Mapping[str, Any], found: Mapping[str, Found]) -> dict[str, Json]:
    """Check and normalise the declarations of one tool.

    Raises:
        PlanRefused: naming the declaration and the cure.
    """
    if declared and "derived" in found:
        raise refused(
            tool,
            "an argument is named `derived`, as the derived values are",
            "have the server rename it, or declare no derived values",
        )
    return {
        name: _normalised(_Declaration(tool, name, said, found)) for name, said in declared.items()
    }


def _normalised(declaration: _Declaration) -> dict[str, Json]:
    said: object = declaration.said
    if not _NAME.fullmatch(declaration.name):
        raise declaration.wrong("not a name", "use letters, digits and underscores")
    operation = said.get("op") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(operation, str) or operation not in _MENU:
        raise declaration.wrong(
            f"unknown operation {cut(operation)}", f"use one of {', '.join(_MENU)}"
        )
    check, keys = _MENU[operation]
    unknown = sorted(set(said) - {"op", "path", *keys})
    if unknown:
        raise declaration.wrong(
            f"unknown key {cut(unknown[0])}", f"`{operation}` takes {', '.join(('path', *keys))}"
        )
    return {"op": operation, **check(declaration)}


def _count(declaration: _Declaration) -> dict[str, Json]:
    place = declaration.place()
    if place.node.kind is not NodeKind.OPAQUE or place.spot.in_array:
        place = declaration.list_place()
    tests = declaration.said.get("where", [])
    if not isinstance(tests, list):
        raise declaration.wrong("`where` is no list", "write a list of {field, equals: value}")
    where = [_test(declaration, test) for test in tests]
    out: dict[str, Json] = {"path": list(place.spot.keys), "type": "long", "optional": False}
    return {**out, "where": where} if where else out


def _test(declaration: _Declaration, test: object) -> dict[str, Json]:
    """Normalise one test of a filtered count; numbers are kept as exact decimal text."""
    names = [name for name in _TESTS if isinstance(test, dict) and name in test]
    if not isinstance(test, dict) or len(names) != 1 or set(test) != {"field", names[0]}:
        raise declaration.wrong(
            f"not a test: {cut(test)}", f"write {{field: name, one of {', '.join(_TESTS)}: value}}"
        )
    name, value = names[0], test[names[0]]
    number = not isinstance(value, bool) and isinstance(value, int | float)
    fits = number if name != "equals" else number or isinstance(value, str | bool)
    if not fits:
        raise declaration.wrong(f"`{name}` can not be compared with {cut(value)}", "use a number")
    kinds = _NUMERIC if number else frozenset({NodeKind.BOOL}) if value in (True, False) else _TEXT
    keys = declaration.field(test["field"], kinds)
    return {"field": keys, name: {"number": repr(value)} if number else value}


def _distinct(declaration: _Declaration) -> dict[str, Json]:
    return {**_elements(declaration, "field", _EQUAL), "type": "long", "optional": False}


def _unique_by(declaration: _Declaration) -> dict[str, Json]:
    return {**_elements(declaration, "fields", _EQUAL), "type": "bool", "optional": False}


def _sum(declaration: _Declaration) -> dict[str, Json]:
    signed = declaration.said.get("signed", False)
    if not isinstance(signed, bool):
        raise declaration.wrong("`signed` is neither true nor false", "write `signed: true`")
    out = {**_elements(declaration, "product", _NUMERIC), "type": "decimal", "optional": False}
    return {**out, "signed": True} if signed else out


def _extreme(declaration: _Declaration) -> dict[str, Json]:
    return {**_elements(declaration, "product", _NUMERIC), "type": "decimal", "optional": True}


def _elements(declaration: _Declaration, key: str, allowed: frozenset[NodeKind]) -> dict[str, Json]:
    fields = declaration.fields(key, allowed)
    return {"path": list(declaration.list_place().spot.keys), "fields": fields}


def _length(declaration: _Declaration) -> dict[str, Json]:
    place = declaration.place()
    if place.node.kind is not NodeKind.STRING or place.spot.in_array:
        raise declaration.wrong(
            "only a single text has a length", "name an argument of type string"
        )
    return {
        "path": list(place.spot.keys),
        "type": "long",
        "optional": not place.spot.certain,
    }


def _text(declaration: _Declaration) -> dict[str, Json]:
    """Type an operation on texts: one text gives one, texts in a list give a set."""
    place = declaration.place()
    node: Node | None = place.node
    many = place.spot.in_array
    while node is not None and node.kind is NodeKind.ARRAY:
        node, many = node.item, True
    if node is None or node.kind not in _TEXT:
        raise declaration.wrong(
            f"{cut(place.spot.path)} is no text", "name an argument that is text"
        )
    keys = list(place.spot.keys)
    if many:
        return {"path": keys, "type": "strings", "optional": False}
    return {"path": keys, "type": "string", "optional": not place.spot.certain}


def _keys(declaration: _Declaration) -> dict[str, Json]:
    place = declaration.place()
    if place.node.kind not in {NodeKind.OPAQUE, NodeKind.RECORD} or place.spot.in_array:
        raise declaration.wrong("only an object has keys", "name an argument of type object")
    return {"path": list(place.spot.keys), "type": "strings", "optional": False}


_MENU: dict[str, tuple[_Check, tuple[str, ...]]] = {
    "count": (_count, ("where",)),
    "distinct": (_distinct, ("field",)),
    "sum": (_sum, ("product", "signed")),
    "min": (_extreme, ("product",)),
    "max": (_extreme, ("product",)),
    "length": (_length, ()),
    "lower": (_text, ()),
    "url_host": (_text, ()),
    "email_domain": (_text, ()),
    "keys": (_keys, ()),
    "unique_by": (_unique_by, ("fields",)),
}
