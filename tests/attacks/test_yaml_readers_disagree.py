"""A file that says one thing to YAML 1.1 and another to YAML 1.2, so that a limit means both."""

from __future__ import annotations

import pytest

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.workspace.reading import read_plain
from watchkeeper.plan.workspace.yaml_tree import Fraction, parse_yaml, parse_yaml_slowly


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("0o7", 7),
        ("07", 7),
        ("0b11", "0b11"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("1_000", "1_000"),
        ("12e03", Fraction("12e03")),
        (".5e3", ".5e3"),
        ("~", None),
        ("'~'", "~"),
        ("2027-06-30", "2027-06-30"),
        ("95 %", "95 %"),
        ('"a\\/b"', "a/b"),
        ("a#b", "a#b"),
        ("R&D, *all* of it!", "R&D, *all* of it!"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(written: str, means: object) -> None:
    text = f"limit: {written}\n"
    found, other = parse_yaml(text), parse_yaml_slowly(text)
    assert found == other
    value = found.value["limit"]
    assert (value, type(value)) == (means, type(means))


@pytest.mark.parametrize(
    "text",
    [
        "limit: !!int '5'\n",
        "limit: ! 5\n",
        "a: &x 1\nb: *x\n",
        "<<: {limit: 5}\n",
        "? limit\n: 5\n",
        "limit: =\n",
        "-\tlimit\n",
        "limit:\t5\n",
        "%YAML 1.1\n---\nlimit: yes\n",
        "limit: 5\n---\nlimit: 500\n",
        "limit: 5\n...\nlimit: 500\n",
        "limit: 5\nlimit: 500\n",
        "'limit': 5\n\"limit\": 500\n",
        "limit: 5 \u2028other: 500\n",
        "limit: 5\x85other: 500\n",
        "limit: 5\rother: 500\n",
        "\ufefflimit: 5\n",
        "limit: >#\n",
        "limit: |\n \n  5\n",
        'limit: ["a":5]\n',
    ],
)
def test_what_they_could_take_otherwise_has_one_reader(text: str) -> None:
    assert read_plain(text) is None
    assert _said(parse_yaml, text) == _said(parse_yaml_slowly, text)


@pytest.mark.parametrize("text", ["a: [1\n", "a: 1\nb\n", "a: 'x\n", "a: 1\n b: 2\n", "\x01"])
def test_there_is_one_set_of_messages(text: str) -> None:
    said = _said(parse_yaml, text)
    assert said[0] == "refused"
    assert said == _said(parse_yaml_slowly, text)


def _said(parse, text: str) -> tuple[object, ...]:
    try:
        tree = parse(text)
    except PlanUnreadable as error:
        return "refused", error.message, error.advice, error.line
    return tree.value, tree.lines
