"""YAML as workspaces take it."""

from __future__ import annotations

import pytest

from watchkeeper.plan.workspace.yaml_tree import Fraction, YamlRefused, parse_yaml


def test_values_are_those_of_yaml_1_2() -> None:
    text = "a: yes\nb: true\nc: 007\nd: 0o17\ne: ~\nf: 2027-01-01\ng: '5'\nh: [1, -2]\ni:\n"
    assert parse_yaml(text).value == {
        "a": "yes",
        "b": True,
        "c": 7,
        "d": 15,
        "e": None,
        "f": "2027-01-01",
        "g": "5",
        "h": [1, -2],
        "i": None,
    }


@pytest.mark.parametrize("written", ["200.10", "0.1", "1e3", "-1.50", "1.0e-7"])
def test_a_fraction_stays_as_it_was_written(written: str) -> None:
    value = parse_yaml(f"limit: {written}").value["limit"]
    assert isinstance(value, Fraction)
    assert value == written


def test_quoted_numbers_are_plain_text() -> None:
    value = parse_yaml("limit: '1.5'").value["limit"]
    assert value == "1.5"
    assert not isinstance(value, Fraction)


def test_every_value_has_its_line() -> None:
    tree = parse_yaml("a: 1\nb:\n  - x\n  - y: 2\n    z: 3\n")
    assert tree.line("a") == 1
    assert tree.line("b", 1, "z") == 5
    assert tree.line("b", 1, "nothing", "deeper") == 4
    assert tree.line() == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "second time"),
        ("a: &b\nc: &b {d: 1}\n", 2, "second time"),
        ("a: [1\n", 2, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: !mine x\n", 1, "tag"),
        ("x: &x {a: 1}\ny:\n  <<: *x\n", 3, "merge key"),
        ("? [a, b]\n: 1\n", 1, "key that is not text"),
        ("a: *nothing\n", 1, "not YAML"),
        ("a: &a [*a]\n", 1, "nested"),
        ("a: \x00\n", 1, "not YAML"),
        ("\t- a\n", 1, "not YAML"),
    ],
)
def test_what_is_not_taken_is_named_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(YamlRefused) as refused:
        parse_yaml(text)
    assert says in refused.value.message
    assert refused.value.line == line
