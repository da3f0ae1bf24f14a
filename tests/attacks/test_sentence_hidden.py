"""A duty spelt so that a search does not find it, or put where a program does not look."""

from __future__ import annotations

import time

import pytest

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.blocks import Seen
from watchkeeper.plan.documents.markdown import read_markdown
from watchkeeper.plan.documents.read import read_document
from watchkeeper.plan.documents.sentences import Sentence, sentences_of


def _found(text: str) -> tuple[Sentence, ...]:
    return sentences_of(read_markdown(text))


@pytest.mark.parametrize(
    "must",
    [
        "mu\u200bst",
        "mu\u00adst",
        "\u202emust\u202c",
        "mu\u2060st",
        "mu\u034fst",
        "mu\ufe0fst",
        "mu\U000e0100st",
        "mu\u180bst",
        "mu\u2065st",
        "mu\x01st",
        "mu\x08st",
        "mu\x1fst",
        "mu\x7fst",
        "m&#117;st",
        "m*us*t",
        "m<b>us</b>t",
        "MUST",
        "must\u00a0",
        "mu<!-- -->st",
        "**must**",
        "[must](x)",
        "mu\\\nst".replace("\\\n", ""),
    ],
)
def test_what_a_reader_sees_as_must_is_must(must: str) -> None:
    (found,) = _found(f"Agents {must} ask.")
    assert found.words == ("must",)
    assert not found.disguised


@pytest.mark.parametrize(
    "must",
    [
        "m\u057dst",
        "\u043cust",
        "\uff4d\uff55\uff53\uff54",
        "\U0001d426\U0001d42e\U0001d42c\U0001d42d",
        "mu\u0455\u0442",
        "m\u0336u\u0336s\u0336t\u0336",
        "\u1d0d\u1d1c\ua731\u1d1b",
    ],
)
def test_letters_that_only_look_alike_are_named(must: str) -> None:
    (found,) = _found(f"Agents {must} ask.")
    assert found.words == ("must",)
    assert found.disguised


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  - b\n    - Agents must ask.",
        "> > Agents must ask.",
        "| a | b |\n| --- | --- |\n| c | Agents must ask. |",
        "<table><tr><td>Agents must ask.</td></tr></table>",
        "<!-- a comment that never ends\n\nAgents must ask.",
        "<!--> Agents must ask. <!-- -->",
        "<!---> Agents must ask. <!-- -->",
        "<!-- x <!--> Agents must ask. <!-- -->",
        "<!-- x --!> Agents must ask. <!-- -->",
        "<div>\n<!--->\nAgents must ask.\n<!-- x -->\n</div>",
        "---\n\nAgents must ask.\n\n---\n\nRest.",
        "---\nAgents must ask.\n...\nRest.",
        "---\n- Agents must ask.\n---\nRest.",
        "[^1]: Agents must ask.",
        "[^1]: Must.",
        "# Agents must ask",
        "Agents must ask\n===",
        "---\ntitle: x\n---\nAgents must ask.",
        "---\n\nAgents must ask.",
        "![Agents must ask.](x.png)",
        "1. x\n\n   Agents must ask.",
    ],
)
def test_it_is_found_wherever_it_is_shown(text: str) -> None:
    assert len(_found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "```\nAgents must ask.\n```",
        "    Agents must ask.",
        "Agents `must` ask.",
        "<!-- Agents must ask. -->",
        "See <https://example.com/must-read> and [this](https://example.com/must).",
        "See https://example.com/must/read.",
        "---\nkeywords: must, shall\n---\nText.",
        "[x]: /must 'never'",
        "<script>must()</script>",
        "Mustard, marshall and nevertheless.",
        "The must_have flag.",
    ],
)
def test_code_comments_and_targets_are_no_duty(text: str) -> None:
    assert _found(text) == ()


@pytest.mark.parametrize(("says", "named"), [("agents must ask", True), ("policy", False)])
def test_front_matter_that_binds_is_named(says: str, named: bool) -> None:
    reading = read_markdown(f"---\ntitle: {says}\n---\nText.")
    assert sentences_of(reading) == ()
    assert (Seen.FRONT in {note.seen for note in reading.notes}) == named


def test_code_in_a_sentence_is_part_of_what_it_says() -> None:
    (one,), (other,) = _found("Agents must call `ask`."), _found("Agents must call `pay`.")
    assert one.anchor != other.anchor


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_what_is_nested_beyond_reading_is_refused_rather_than_left_out(mark: str) -> None:
    with pytest.raises(PlanUnreadable, match="nested"):
        read_markdown(mark * 3_000 + "Agents must ask.")


@pytest.mark.parametrize("raw", [b"Agents \xff must", "Agents must".encode("utf-16"), b"\0" * 9])
def test_a_text_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_document("policy.md", raw)


@pytest.mark.parametrize(
    "text", ["[" * 15_000, "[a](b" * 5_000, "*a" * 10_000, "<!--" * 10_000, "It must. " * 5_000]
)
def test_a_text_that_is_made_to_be_slow_ends_soon(text: str) -> None:
    started = time.process_time()
    assert len(_found(text)) in {0, 5_000}
    assert time.process_time() - started < 10


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises(PlanUnreadable, match="brackets"):
        read_markdown("[" * 200_000)
