"""Both readers of YAML: what the quick one takes, the other takes for the same, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchkeeper.plan.workspace.reading import read_plain
from watchkeeper.plan.workspace.yaml_tree import YamlRefused, parse_yaml_slowly

_ROOT = Path(__file__).parents[2]
_FILES = sorted(
    path
    for folder in ("examples", "tests/cases", "src")
    for path in (_ROOT / folder).rglob("*.yaml")
)
_PIECES = st.sampled_from(
    [
        *("a", "key", "c d", ": ", ":", "\n", "\n  ", "\n    ", "- ", "-", "\n- ", "\n  - ", "  "),
        *("[", "]", "{", "}", ", ", ",", "'", '"', "''", "|", "|\n  ", "|2", "|-\n  ", ">+\n  "),
        *("#", " # c", "? ", "?", "!", "!!str ", "!!int ", "&a ", "*a", "<<: ", "=", "~", "null"),
        *(
            "yes",
            "true",
            "0o7",
            "0x1F",
            "1:30",
            "12e03",
            ".5e3",
            "1.50",
            "1_0",
            "0b1",
            "-0",
            ".inf",
        ),
        *("2027-01-01", "%", "95 %", "---", "...", "\n---\n", "\n...\n", "\\n", "\\x41", "\\/"),
        *("\t", "\r", "\x7f", "\x85", "\u00a0", "\u2028", "\ufeff", "\U0001f600", "a: b\n"),
    ]
)
_TEXT = st.lists(_PIECES, max_size=14).map("".join)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_every_file_here_means_the_same_to_both(path: Path) -> None:
    text = path.read_text("utf-8")
    taken = read_plain(text)
    if taken is not None:
        assert _alike(text, taken)


def test_an_ordinary_file_is_taken() -> None:
    controls = [path for path in _FILES if path.parent.name == "controls"]
    assert controls
    assert all(read_plain(path.read_text("utf-8")) is not None for path in controls)


@settings(max_examples=300)
@given(text=st.one_of(_TEXT, _TEXT.map("k: {}\n".format), _TEXT.map("a: b\nk:\n  - {}\n".format)))
@example(text="k: >#\n")
@example(text="k: |\n \n  more\n")
@example(text='k: ["a":1]\n')
@example(text="---\na: b\n...\n")
@example(text="k: .5e3\n")
def test_what_one_takes_the_other_takes_for_the_same(text: str) -> None:
    try:
        taken = read_plain(text)
    except YamlRefused:
        assert _slowly(text) is None
        return
    assert taken is None or _alike(text, taken)


@settings(max_examples=60)
@given(
    st.sampled_from([path for path in _FILES if path.stat().st_size < 4_000]),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 3), _PIECES), min_size=1, max_size=3),
)
def test_a_file_that_somebody_broke_means_the_same_to_both(
    path: Path, changes: list[tuple[int, int, str]]
) -> None:
    text = path.read_text("utf-8")
    for at, gone, put in changes:
        where = at % (len(text) + 1)
        text = text[:where] + put + text[where + gone :]
    taken = read_plain(text)
    assert taken is None or _alike(text, taken)


def _alike(text: str, taken: tuple[Any, Any]) -> bool:
    other = parse_yaml_slowly(text)
    return (_typed(taken[0]), taken[1]) == (_typed(other.value), other.lines)


def _slowly(text: str) -> Any:
    try:
        return parse_yaml_slowly(text)
    except YamlRefused:
        return None


def _typed(value: Any) -> Any:
    """Return a value with the kinds of its parts and the order of its keys."""
    if isinstance(value, dict):
        return [(key, _typed(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [_typed(inner) for inner in value], list
    return value, type(value)
