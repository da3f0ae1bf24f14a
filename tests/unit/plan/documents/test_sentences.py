"""Which sentences bind, what each says, and how it is named."""

from __future__ import annotations

import io

import docx as python_docx
import pytest

from watchkeeper.plan.documents.docx.read import read_docx
from watchkeeper.plan.documents.markdown import read_markdown
from watchkeeper.plan.documents.sentences import sentences_of


def _says(text: str, *words: str) -> list[str]:
    return [one.says for one in sentences_of(read_markdown(text), words)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It MUST ask. It may ask.", ["It MUST ask."]),
        ("It may only ask, e.g. Ben, i.e. No. 4 of St. Ives.", 1),
        ("It must ask Dr. Who. It must wait.", 2),
        ("“It must ask.” It never pays!", 2),
        ("It mustn’t pay.", ["It mustn't pay."]),
        ("It must pay 1.50 EUR at most.", 1),
        ("4.2 The agent must ask.", ["The agent must ask."]),
        ("§ 3 The agent must ask.", ["The agent must ask."]),
        ("(a) The agent must ask.", ["The agent must ask."]),
        ("必ず。It must ask。It must wait。", 2),
        ("It must\nask  a\tperson.", ["It must ask a person."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, says: list[str] | int) -> None:
    found = _says(text)
    assert (len(found) if isinstance(says, int) else found) == says


def test_a_lead_in_covers_its_items_and_stands_in_each() -> None:
    text = "The agent must:\n\n- ask\n- when it pays:\n  - wait\n  - log\n\nThat is all."
    assert _says(text) == [
        "The agent must: ask",
        "The agent must: when it pays: wait",
        "The agent must: when it pays: log",
    ]


def test_a_lead_in_without_items_and_without_a_colon_counts_too() -> None:
    assert _says("The agent must:\n\nNothing.") == ["The agent must:"]
    assert _says("The agent must never\n\n- pay\n- promise") == [
        "The agent must never pay",
        "The agent must never promise",
    ]
    assert _says("The agent:\n\n- must ask\n- may pay") == ["The agent: must ask"]
    assert _says("It must ask.\n\n- pay") == ["It must ask."]


def test_a_document_adds_words_of_its_own() -> None:
    text = "Der Agent muss fragen. Er darf nur lesen. Er kann warten."
    assert len(_says(text, "muss", "darf nur")) == 2
    assert _says(text) == []


def test_a_second_equal_sentence_has_a_name_of_its_own() -> None:
    first, second = sentences_of(read_markdown("It must ask.\n\n# Again\n\nIt must ask."))
    assert second.anchor == f"{first.anchor}-2"
    assert (first.line, second.line) == (1, 5)
    _, wrapped = sentences_of(read_markdown("x\n\nIt must ask. It\nmay. It\nmust wait."))
    assert wrapped.place == "line 4"


def test_a_docx_by_another_program_is_read_as_the_same_text_in_markdown() -> None:
    made = python_docx.Document()
    made.add_heading("What agents must ask", level=1)
    made.add_paragraph("An agent must: ")
    made.add_paragraph("ask first", style="List Bullet")
    made.add_paragraph("wait", style="List Bullet")
    made.add_paragraph("It ").add_run("never").bold = True
    made.add_table(1, 2).cell(0, 1).text = "Payments shall wait."
    out = io.BytesIO()
    made.save(out)
    reading = read_docx(out.getvalue())
    text = "# What agents must ask\n\nAn agent must:\n\n- ask first\n- wait\n\nIt never\n\n"
    same = sentences_of(read_markdown(f"{text}|  | a |\n|---|---|\n|  | Payments shall wait. |"))
    assert [one.anchor for one in sentences_of(reading)] == [one.anchor for one in same]
    assert len(same) == 5
    assert not reading.has_two_readings
