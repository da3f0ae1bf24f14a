"""Derived values of a call, by the declarations that the plan normalised.

Arithmetic is exact: decimals with as many digits as they need. What can not be computed, or not
be said in Cedar, refuses the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from watchkeeper.do.encode import scalars
from watchkeeper.do.encode.addresses import email_domain, url_host
from watchkeeper.do.encode.notes import UNSEEN, Notes
from watchkeeper.do.encode.outcome import Refusal
from watchkeeper.records.codec import Json

Derivation = Callable[[Mapping[str, Any], Notes], Any]
_TEXTS: dict[str, Callable[[str, str], str]] = {
    "lower": lambda value, _path: value.lower(),
    "url_host": url_host,
    "email_domain": email_domain,
}


def derivation(spec: Mapping[str, Json], path: str) -> Derivation:
    """Return what computes one derived value; `path` names it in refusals (`derived.total`)."""
    return _MENU[spec["op"]](spec, path)


def _count(spec: Mapping[str, Json], path: str) -> Derivation:
    keys, tests = spec["path"], [_test(test, path) for test in spec.get("where", ())]

    def count(arguments: Mapping[str, Any], notes: Notes) -> Any:
        items = _list(arguments, keys, path)
        found = sum(all(test(item) for test in tests) for item in items)
        notes.numbers[path] = found
        return found

    return count


def _test(spec: Mapping[str, Json], path: str) -> Callable[[Any], bool]:
    """Return one test of a filtered count; an element without the field fails it."""
    field = spec["field"]
    name = next(key for key in ("equals", "more_than", "less_than") if key in spec)
    wanted = spec[name]
    if not isinstance(wanted, dict):
        return lambda item: _same(_field(item, field), wanted)
    number = Decimal(wanted["number"])

    def compare(item: Any) -> bool:
        value = _field(item, field)
        if value is None:
            return False
        found = scalars.exact(value, path)
        if name == "equals":
            return found == number
        return found > number if name == "more_than" else found < number

    return compare


def _same(value: Any, wanted: Any) -> bool:
    return type(value) is type(wanted) and bool(value == wanted)


def _distinct(spec: Mapping[str, Json], path: str) -> Derivation:
    keys, fields = spec["path"], spec["fields"]

    def distinct(arguments: Mapping[str, Any], notes: Notes) -> Any:
        items = _list(arguments, keys, path)
        found = len({_identity(item, fields, path) for item in items})
        notes.numbers[path] = found
        return found

    return distinct


def _unique_by(spec: Mapping[str, Json], path: str) -> Derivation:
    keys, fields = spec["path"], spec["fields"]

    def unique_by(arguments: Mapping[str, Any], _notes: Notes) -> Any:
        items = _list(arguments, keys, path)
        return len({_identity(item, fields, path) for item in items}) == len(items)

    return unique_by


def _sum(spec: Mapping[str, Json], path: str) -> Derivation:
    keys, fields, signed = spec["path"], spec["fields"], spec.get("signed", False)

    def total(arguments: Mapping[str, Any], notes: Notes) -> Any:
        found = Decimal(0)
        for item in _list(arguments, keys, path):
            term = _product(item, fields, path)
            if term < 0 and not signed:
                raise Refusal(path, "has a negative term, behind which the others could hide")
            found = _exactly(scalars.EXACT.add, found, term, path)
        return _number(found, path, notes)

    return total


def _extreme(spec: Mapping[str, Json], path: str) -> Derivation:
    keys, fields = spec["path"], spec["fields"]
    best = min if spec["op"] == "min" else max

    def extreme(arguments: Mapping[str, Any], notes: Notes) -> Any:
        found = [_product(item, fields, path) for item in _list(arguments, keys, path)]
        return _number(best(found), path, notes) if found else UNSEEN

    return extreme


def _length(spec: Mapping[str, Json], path: str) -> Derivation:
    keys = spec["path"]

    def length(arguments: Mapping[str, Any], notes: Notes) -> Any:
        value = _at(arguments, keys)
        if value is None:
            return UNSEEN
        found = notes.numbers[path] = len(scalars.text(value, path))
        return found

    return length


def _texts(spec: Mapping[str, Json], path: str) -> Derivation:
    keys, change = spec["path"], _TEXTS[spec["op"]]

    def one(arguments: Mapping[str, Any], _notes: Notes) -> Any:
        value = _at(arguments, keys)
        return UNSEEN if value is None else change(scalars.text(value, path), path)

    def many(arguments: Mapping[str, Any], _notes: Notes) -> Any:
        found = (change(scalars.text(value, path), path) for value in _leaves(arguments, keys))
        return sorted(set(found))

    return many if spec["type"] == "strings" else one


def _keys(spec: Mapping[str, Json], path: str) -> Derivation:
    keys = spec["path"]

    def names(arguments: Mapping[str, Any], _notes: Notes) -> Any:
        value = _at(arguments, keys)
        if value is None:
            return []
        if not isinstance(value, dict):
            raise Refusal(path, "is of something that is no object")
        return sorted(value)

    return names


def _list(arguments: Mapping[str, Any], keys: list[str], path: str) -> list[Any]:
    value = _at(arguments, keys)
    if value is None:
        return []
    if type(value) is not list:
        raise Refusal(path, "is of something that is no list")
    return value


def _at(value: Any, keys: list[str]) -> Any:
    """Return the value below `keys`, None where it is absent or null."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


_field = _at


def _leaves(value: Any, keys: list[str]) -> Iterator[Any]:
    """Yield the values below `keys`, going into every list on the way; nulls are left out."""
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item, keys)
    elif not keys:
        if value is not None:
            yield value
    elif isinstance(value, dict) and keys[0] in value:
        yield from _leaves(value[keys[0]], keys[1:])


def _identity(item: Any, fields: list[list[str]], path: str) -> tuple[Any, ...]:
    """Return what makes two elements the same: 1 and 1.0 are, 1 and true are not."""
    values = []
    for field in fields:
        value = _field(item, field)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = scalars.exact(value, path)
        values.append((type(value).__name__, value))
    return tuple(values)


def _product(item: Any, fields: list[list[str]], path: str) -> Decimal:
    found: Decimal | None = None
    for field in fields:
        value = _field(item, field)
        if value is None:
            raise Refusal(path, "has an element without one of its fields")
        factor = scalars.exact(value, path)
        found = factor if found is None else _exactly(scalars.EXACT.multiply, found, factor, path)
    return Decimal(1) if found is None else found


def _exactly(
    operation: Callable[[Decimal, Decimal], Decimal], one: Decimal, other: Decimal, path: str
) -> Decimal:
    try:
        return operation(one, other)
    except ArithmeticError:
        raise Refusal(path, "can not be computed exactly") from None


def _number(found: Decimal, path: str, notes: Notes) -> str:
    number = notes.numbers[path] = scalars.render_decimal(found, path)
    return number


_MENU: dict[str, Callable[[Mapping[str, Json], str], Derivation]] = {
    "count": _count,
    "distinct": _distinct,
    "sum": _sum,
    "min": _extreme,
    "max": _extreme,
    "length": _length,
    "lower": _texts,
    "url_host": _texts,
    "email_domain": _texts,
    "keys": _keys,
    "unique_by": _unique_by,
}
