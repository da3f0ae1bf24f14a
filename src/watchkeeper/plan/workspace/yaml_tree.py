"""YAML 1.2 text to plain values, with the place of every one of them.

Stricter than YAML: one document, string keys, no duplicate keys, no tags, no merge keys, bounded
depth, size and alias expansion. Numbers with a point stay text exactly as written, so that a limit
of `200.10` never becomes a binary fraction. Dates stay text.

`reading` takes what can only mean one thing; all else, and all that is wrong, is read here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from watchkeeper.errors import cut
from watchkeeper.plan.workspace.reading import (
    PLAIN_TAGS,
    STR,
    Fraction,
    Lines,
    Path,
    YamlRefused,
    admit,
    read_plain,
    value_of,
)

__all__ = ["Fraction", "OneAnchorEach", "Tree", "YamlRefused", "parse_yaml"]


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed document: its value, and the line of each key and item by path."""

    value: Any
    lines: Lines = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """Return the line of what stands at `path`, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(path[:end])
            if found is not None:
                return found
        return 1


def parse_yaml(text: str) -> Tree:
    """Parse one YAML 1.2 document.

    Raises:
        YamlRefused: with the line of the first thing that can not be taken.
    """
    plain = read_plain(text)
    if plain is not None:
        return Tree(*plain)
    return parse_yaml_slowly(text)


def parse_yaml_slowly(text: str) -> Tree:
    """Parse one YAML 1.2 document by the reader that takes all of it; as `parse_yaml` does."""
    builder = _Builder()
    node = _compose(text)
    if node is None:
        raise YamlRefused("the file is empty", "write the keys that the reference lists", 1)
    value = builder.build(node, ())
    return Tree(value, builder.lines)


class OneAnchorEach(Composer):
    """Refuses a name that stands for two things, which YAML 1.2 allows and people misread."""

    warn_double_anchors = False

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose the node that comes next.

        Raises:
            ComposerError: its anchor was given before.
        """
        event = self.parser.peek_event()
        if event.anchor in self.anchors and not isinstance(event, AliasEvent):
            problem = f"the anchor {cut(event.anchor)} stands here a second time"
            raise ComposerError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)


def _compose(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = OneAnchorEach
    try:
        found: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise YamlRefused(f"not YAML: {error.problem or error.context}", _CURE, line) from None
    except YAMLError as error:
        first = str(error).splitlines()[0] if str(error) else "it does not parse"
        raise YamlRefused(f"not YAML: {first}", _CURE, 1) from None
    except RecursionError:
        raise YamlRefused("not YAML that we take: nested too deeply", _CURE, 1) from None
    except (ValueError, TypeError, AttributeError, IndexError, AssertionError, KeyError):
        raise YamlRefused("not YAML: it does not parse", _CURE, 1) from None
    return found


_CURE = "mend the syntax here; quote text that holds `: `, `#`, `{`, `[`, `*`, `&` or `!`"


class _Builder:
    """Walks composed nodes, counting what aliases expand to."""

    def __init__(self) -> None:
        self.lines: Lines = {}
        self._count = 0

    def build(self, node: Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._admit(node, path, line)
        self.lines.setdefault(path, line)
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        raise YamlRefused("not a value that we take", _CURE, line)

    def _admit(self, node: Node, path: Path, line: int) -> None:
        self._count += 1
        admit(self._count, len(path), line)
        if node.tag not in PLAIN_TAGS:
            raise YamlRefused(f"a tag, which we do not take: {cut(node.tag)}", "leave it out", line)
        if isinstance(node, ScalarNode):
            _check_text(str(node.value), line)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = _key(key_node, line)
            if key in out:
                raise YamlRefused(
                    f"the key {cut(key)} stands here a second time",
                    "keep one of the two",
                    line,
                )
            self.lines[(*path, key)] = line
            out[key] = self.build(value_node, (*path, key))
        return out


def _key(node: Node, line: int) -> str:
    if not isinstance(node, ScalarNode) or node.tag not in PLAIN_TAGS:
        raise YamlRefused("a key that is not text", "write keys as plain text", line)
    if node.tag.endswith(":merge"):
        raise YamlRefused("a merge key `<<`", "YAML 1.2 has none: write the keys out", line)
    _check_text(str(node.value), line)
    return str(node.value)


def _check_text(text: str, line: int) -> None:
    """Refuse half of a character, which no file, log or terminal could take."""
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise YamlRefused(f"half of a character: {cut(text)}", "write the whole character", line)


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    return text if node.style is not None or str(node.tag) == STR else value_of(text)
