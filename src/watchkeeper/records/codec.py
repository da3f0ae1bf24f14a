"""Frozen dataclasses to JSON values and back, strictly.

The rules: fields are lowerCamelCase in JSON; a field that is `None` or an empty tuple or mapping
and has a default is left out; unknown keys, missing keys, floats, integers beyond +-(2^53-1) and
wrong types are refused with the path. What `to_json` returns is canonical by construction once
its keys are sorted (evidence format, 1).
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, Union

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.records.instant import Instant, parse_instant, render_instant

T = TypeVar("T")
Json = Any
"""A JSON value without floats: None, bool, int, str, list, dict with string keys."""

MAX_INTEGER = 2**53 - 1
_Path = str | tuple[Any, str | int]
"""Where a value stands: only rendered when something is wrong there."""
_Parser = Callable[[Any, _Path], Any]
_Renderer = Callable[[Any], Any]


def camel(name: str) -> str:
    """Return the lowerCamelCase spelling of a field's name."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def to_json(value: Any) -> Json:
    """Render a record dataclass as a JSON value."""
    return _render(value)


def from_json(kind: type[T], value: Json, path: str = "$") -> T:
    """Parse a JSON value as the record dataclass `kind`.

    Raises:
        RecordInvalid: naming the path of the first thing that is wrong.
    """
    return typing.cast("T", _parser_of(kind)(value, path))


def check_json(value: Json, path: str = "$") -> Json:
    """Return `value` if it is a JSON value without floats and with ASCII keys."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise RecordInvalid(f"integer beyond 2^53-1 at {path}: {cut(value)}")
        return value
    if isinstance(value, list | tuple):
        return [check_json(item, f"{path}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not (isinstance(key, str) and key.isascii()):
                raise RecordInvalid(f"key that is not ASCII at {path}: {cut(key)}")
        return {key: check_json(item, f"{path}.{key}") for key, item in value.items()}
    raise RecordInvalid(f"not a JSON value at {path}: {cut(value)}")


def _render(value: Any) -> Json:
    kind = type(value)
    renderer = _RENDERERS.get(kind)
    if renderer is None:
        renderer = _RENDERERS[kind] = _make_renderer(kind)
    return renderer(value)


def _make_renderer(kind: type) -> _Renderer:
    if dataclasses.is_dataclass(kind):
        return _dataclass_renderer(kind)
    if issubclass(kind, enum.Enum):
        return lambda value: value.value
    if issubclass(kind, Mapping):
        return _render_object
    return check_json


def _render_list(value: Any) -> Json:
    return [_render(item) for item in value]


def _render_object(value: Any) -> Json:
    return {key: _render(item) for key, item in value.items()}


def _as_it_is(value: Any) -> Json:
    return value


_RENDERERS: dict[type, _Renderer] = {
    str: _as_it_is,
    bool: _as_it_is,
    type(None): _as_it_is,
    Instant: render_instant,
    tuple: _render_list,
    list: _render_list,
    dict: _render_object,
}


def _dataclass_renderer(kind: type) -> _Renderer:
    plan = [
        (field.name, camel(field.name), _has_default(field)) for field in dataclasses.fields(kind)
    ]

    def render(value: Any) -> Json:
        out = {}
        for name, key, optional in plan:
            item = getattr(value, name)
            if optional and (item is None or item in ((), {})):
                continue
            out[key] = _render(item)
        return out

    return render


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return (
        field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    )


def _shown(path: _Path) -> str:
    """Render where a value stands: `$.grants[0].amount`."""
    if isinstance(path, str):
        return path
    before, step = path
    shown = _shown(before)
    return f"{shown}[{step}]" if isinstance(step, int) else f"{shown}.{step}"


def _parser_of(kind: Any) -> _Parser:
    parser = _PARSERS.get(kind)
    if parser is None:
        parser = _PARSERS[kind] = _make_parser(kind)
    return parser


def _make_parser(kind: Any) -> _Parser:
    if dataclasses.is_dataclass(kind):
        return _dataclass_parser(typing.cast("type", kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum_parser(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {Union, types.UnionType}:
        return _union_parser(arguments)
    if origin is tuple:
        return _tuple_parser(arguments[0])
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_parser(arguments[1])
    return _plain_parser(kind)


def _parse_instant(value: Any, path: _Path) -> Instant:
    try:
        return parse_instant(value)
    except RecordInvalid as error:
        raise RecordInvalid(f"{error.message} at {_shown(path)}") from None


def _check_any(value: Any, path: _Path) -> Any:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    return check_json(value, _shown(path))


_PARSERS: dict[Any, _Parser] = {Any: _check_any, Instant: _parse_instant}


def _enum_parser(kind: type[enum.Enum]) -> _Parser:
    members = {member.value: member for member in kind}

    def parse(value: Any, path: _Path) -> enum.Enum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise RecordInvalid(f"not one of {', '.join(members)} at {_shown(path)}: {cut(value)}")
        return member

    return parse


def _plain_parser(kind: Any) -> _Parser:
    def parse(value: Any, path: _Path) -> Any:
        if type(value) is not kind:
            raise RecordInvalid(
                f"not a {getattr(kind, '__name__', kind)} at {_shown(path)}: {cut(value)}"
            )
        return _check_any(value, path) if kind is int else value

    return parse


def _union_parser(kinds: tuple[Any, ...]) -> _Parser:
    optional = type(None) in kinds
    rest = [kind for kind in kinds if kind is not type(None)]
    if len(rest) != 1:
        raise TypeError(f"only optional fields are supported, not {kinds}")
    inner = _parser_of(rest[0])

    def parse(value: Any, path: _Path) -> Any:
        return None if optional and value is None else inner(value, path)

    return parse


def _tuple_parser(kind: Any) -> _Parser:
    inner = _parser_of(kind)

    def parse(value: Any, path: _Path) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise RecordInvalid(f"not a list at {_shown(path)}: {cut(value)}")
        return tuple(inner(item, (path, i)) for i, item in enumerate(value))

    return parse


def _mapping_parser(kind: Any) -> _Parser:
    inner = _parser_of(kind)

    def parse(value: Any, path: _Path) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise RecordInvalid(f"not an object at {_shown(path)}: {cut(value)}")
        return {str(key): inner(item, (path, str(key))) for key, item in value.items()}

    return parse


def _dataclass_parser(kind: type) -> _Parser:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    plan: list[tuple[str, str, _Parser, bool]] = []

    def parse(value: Any, path: _Path) -> Any:
        if not isinstance(value, dict):
            raise RecordInvalid(f"not an object at {_shown(path)}: {cut(value)}")
        if not plan:  # made at the first use, since a dataclass may hold itself
            plan.extend(
                (f.name, camel(f.name), _parser_of(hints[f.name]), _has_default(f)) for f in fields
            )
        found = {}
        for name, key, parser, optional in plan:
            if key in value:
                found[name] = parser(value[key], (path, key))
            elif not optional:
                raise RecordInvalid(f"missing key at {_shown(path)}: {cut(key)}")
        if len(found) != len(value):
            extra = next(key for key in value if key not in {key for _, key, _, _ in plan})
            raise RecordInvalid(f"unknown key at {_shown(path)}: {cut(extra)}")
        return kind(**found)

    return parse
