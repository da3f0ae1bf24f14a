"""Export then import changes nothing; one edited cell changes one key (whatever the texts)."""

from __future__ import annotations

import io
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.worlds.exchanged import DAY
from tests.worlds.workbooks import shared
from watchkeeper.plan.exchange.xlsx.applying import applied
from watchkeeper.plan.exchange.xlsx.changes import CellChange, RowChange, compare
from watchkeeper.plan.exchange.xlsx.reading import Row, Workbook, read_workbook
from watchkeeper.plan.exchange.xlsx.tables import CONTROLS
from watchkeeper.plan.exchange.xlsx.values import plain_text, row_digest, texts_of
from watchkeeper.plan.exchange.xlsx.writing import Sheet, write_workbook
from watchkeeper.plan.workspace.yaml_tree import parse_yaml

PEOPLE = {"ana": "Ana", "ben": "Ben"}
TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
).map(lambda text: plain_text(text) or "x")
IDS = st.lists(
    st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True), unique=True, max_size=4
)
CONTROL = st.fixed_dictionaries(
    {"statement": TEXT, "owner": st.sampled_from(sorted(PEOPLE))},
    optional={"title": TEXT, "risks": IDS.filter(bool), "systems": IDS.filter(bool)},
)


def _book(controls: dict[str, Any]) -> bytes:
    rows = [texts_of(CONTROLS, value) for value in controls.values()]
    return write_workbook([Sheet(CONTROLS, rows)], ("about",), DAY)


def _here(controls: dict[str, Any]) -> dict[str, Any]:
    return {"Controls": {name: texts_of(CONTROLS, value) for name, value in controls.items()}}


@settings(max_examples=6)
@given(st.dictionaries(st.sampled_from(["a", "b-c", "d1"]), CONTROL, min_size=1, max_size=3))
def test_nothing_changes(controls: dict[str, Any]) -> None:
    controls = {name: {"id": name, **value} for name, value in controls.items()}
    book = read_workbook(_book(controls), PEOPLE)
    assert book.wrong == []
    found = compare(book, _here(controls))
    assert (found.changes, found.conflicts, found.gone, found.kept) == ((), (), (), ())


PIECES = st.lists(
    st.sampled_from(["_", "x", "00", "41", "_x00", "_x0041_", "x005F_", "_x005F", "F", "x0042_"]),
    min_size=1,
    max_size=9,
).map("".join)


@settings(max_examples=5)
@given(st.lists(PIECES, min_size=10, max_size=20))
def test_what_looks_escaped_is_read_as_it_was_written(texts: list[str]) -> None:
    controls = {
        f"c{i}": {"id": f"c{i}", "statement": text, "owner": "ana"} for i, text in enumerate(texts)
    }
    raw = _book(controls)
    for written in (raw, _saved(raw), shared(raw)):
        book = read_workbook(written, PEOPLE)
        assert [row.texts["statement"] for row in book.rows] == texts


def _saved(raw: bytes) -> bytes:
    out = io.BytesIO()
    load_workbook(io.BytesIO(raw)).save(out)
    return out.getvalue()


@settings(max_examples=40)
@given(CONTROL, TEXT, st.sampled_from(["statement", "title"]))
def test_one_cell_is_one_key(control: dict[str, Any], text: str, key: str) -> None:
    old = {"id": "a", **control}
    texts = {**texts_of(CONTROLS, old), key: text}
    digest = row_digest(texts_of(CONTROLS, old))
    row = Row(CONTROLS, "a", texts, dict.fromkeys(texts, "Controls!X1"), digest)
    found = compare(Workbook([row], tables=[CONTROLS]), _here({"a": old}))
    file = "id: a # kept\n" + "".join(f"{name}: {_yaml(old[name])}\n" for name in control)
    after = applied(found.changes, {"controls/a.yaml": file}).get("controls/a.yaml", file)
    assert parse_yaml(after).value == {**old, key: text}
    assert "# kept" in after


def _yaml(value: Any) -> str:
    return orjson.dumps(value).decode()


ODD = st.sampled_from(
    "\u2028\u2029\x85\ufeff\u00a0\u200bab :#-\t\"'|>{}[]&*!%@`,?\\=~yesno01.é文\n"
)


@settings(max_examples=60)
@given(st.text(ODD, min_size=1, max_size=30).map(lambda text: plain_text(text) or "x"))
def test_no_text_is_taken_for_yaml(text: str) -> None:
    change = CellChange(CONTROLS.read[2], "Controls!C2", "old text", text)
    file = "id: a # kept\nstatement: >-\n  old\n  text\nowner: ben\n"
    changes = [RowChange(CONTROLS, "a", (change,), new=False)]
    after = applied(changes, {"controls/a.yaml": file})["controls/a.yaml"]
    assert parse_yaml(after).value == {"id": "a", "statement": text, "owner": "ben"}
