"""Is a document valid CycloneDX 1.6, by the validator of the CycloneDX project itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

MOST_COMPARED = 1_000_000
MOST_VALUES = 20_000_000
_LONGEST = 300
_PART = 50
_LONG = (
    "components",
    "services",
    "dependencies",
    "compositions",
    "vulnerabilities",
    "annotations",
    "formulation",
)
"""The lists of a document that may be long; the validator compares all that is in one list."""
_CUT = (*_LONG, "externalReferences", "properties")
"""The lists that are shown part by part; in the last two the same thing may stand twice."""
_HEAD = ("bomFormat", "specVersion", "version")
"""What every document has to have."""


def why_invalid(document: Mapping[str, Any]) -> str:
    """Return why a document is not valid in strict mode; empty where it is.

    Strict means that no key may stand there that the specification does not know. The long lists
    are shown to the validator part by part: it holds each thing of a list against every other.
    """
    try:
        twice = _twice(document)
        orjson.dumps(document)
    except TypeError:
        return "a number in it is larger than 64 bits"
    if twice:
        return twice
    work = _Work()
    for key, value in document.items():
        work.count(value, _PART if key in _CUT else 0)
    if not work.has_an_end:
        return "lists in it are too long to be held against the schema: split it"
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    for key, first, part in _parts(document):
        found = validator.validate_str(orjson.dumps(part).decode())
        if found is not None:
            return _said(found, key, first)
    return ""


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield documents that say together what this one says, with the part of a list in each."""
    lists = {key: document[key] for key in _CUT if isinstance(document.get(key), list)}
    yield "", 0, {key: value for key, value in document.items() if key not in lists}
    head = {key: document[key] for key in _HEAD if key in document}
    for key, items in lists.items():
        for first in range(0, len(items), _PART):
            yield key, first, head | {key: items[first : first + _PART]}


def _twice(document: Mapping[str, Any]) -> str:
    """Say what stands in a long list twice, which no part of it would show."""
    for key in _LONG:
        found = document.get(key)
        items = found if isinstance(found, list) else []
        seen = Counter(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in items)
        if any(count > 1 for count in seen.values()):
            return f"the same thing twice in {key}"
    return ""


@dataclass(slots=True)
class _Work:
    """What the validator has to do: how many things it compares, and how many values in them.

    It sorts a list of texts, and holds each thing of any other list against every other.
    """

    compared: int = 0
    values: int = 0

    @property
    def has_an_end(self) -> bool:
        return self.compared <= MOST_COMPARED and self.values <= MOST_VALUES

    def count(self, value: Any, part: int = 0) -> int:
        """Count what a value asks for; a list is shown by `part` things. Return its values."""
        if isinstance(value, Mapping):
            return 1 + sum(self.count(one) for one in value.values())
        if not isinstance(value, list):
            return 1
        held = [self.count(one) for one in value]
        if all(isinstance(one, str) for one in value):
            self.compared += len(value)
        else:
            for first in range(0, len(held), part or len(held)):
                self._each_with_each(sorted(held[first : first + (part or len(held))]))
        return 1 + sum(held)

    def _each_with_each(self, held: list[int]) -> None:
        self.compared += len(held) ** 2 // 2
        self.values += sum(one * left for left, one in enumerate(reversed(held)))


def _said(found: Any, key: str, first: int) -> str:
    data = getattr(found, "data", None)
    path = list(getattr(data, "absolute_path", ()))
    if path[:1] == [key] and len(path) > 1:
        path[1] += first
    where = "/".join(str(part) for part in path)
    message = str(getattr(data, "message", found)).splitlines()[0][:_LONGEST]
    return f"{message} (at {where})" if where else message
