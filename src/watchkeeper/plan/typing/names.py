"""Names in the Cedar schema that are made from a tool's own names."""

from __future__ import annotations

import re

from watchkeeper.plan.typing.schema.foreign import refused

_WORD = re.compile(r"[^A-Za-z0-9_]")
_RESERVED = frozenset(
    {"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar", "Action"}
)


def identifier(text: str) -> str:
    """Return `text` as a Cedar identifier: whatever is no word character becomes `_`."""
    word = _WORD.sub("_", text) or "_"
    if word[0].isdigit():
        word = f"_{word}"
    return f"{word}_" if word in _RESERVED else word


def quoted(text: str) -> str:
    """Render a Cedar string literal in printable ASCII."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isascii() and char.isprintable() else f"\\u{{{ord(char):x}}}"


class EnumEntities:
    """The enum entity types of one tool: `E_<tool>::<path>`, each with its values."""

    def __init__(self, tool: str, namespace: str) -> None:
        self._tool = tool
        self._prefix = f"E_{_WORD.sub('_', namespace or tool)}"
        self._paths: dict[str, str] = {}
        self.found: dict[str, tuple[str, ...]] = {}

    def add(self, path: str, values: tuple[str, ...]) -> str:
        """Return the entity type of the enum at `path`.

        Raises:
            PlanRefused: two paths that differ only in characters which Cedar names can not have.
        """
        name = f"{self._prefix}::{identifier(path)}"
        if self._paths.setdefault(name, path) != path:
            raise refused(
                self._tool,
                f"arguments `{self._paths[name]}` and `{path}` would both be entity type `{name}`",
                "list one of them under `opaque:` in the tool file",
            )
        self.found[name] = tuple(dict.fromkeys((*self.found.get(name, ()), *values)))
        return name
