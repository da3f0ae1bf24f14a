"""A sentence keeps its anchor wherever it stands, and loses it with any word."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.plan.documents.anchors import normal
from watchkeeper.plan.documents.read import read_document
from watchkeeper.plan.documents.sentences import sentences_of

_WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9).filter(
    lambda word: word not in {"must", "never", "shall", "st", "co", "no", "dr"}
)
_SENTENCE = st.lists(_WORD, min_size=2, max_size=9).map(
    lambda words: f"Agents {words[0]} must {' '.join(words[1:])} always."
)
_SENTENCES = st.lists(_SENTENCE, min_size=1, max_size=6, unique=True)


def _anchors(text: str, name: str = "x.md") -> list[str]:
    reading = read_document(name, text.encode())
    assert reading is not None
    return [one.anchor for one in sentences_of(reading)]


@settings(max_examples=40)
@given(_SENTENCES, st.randoms())
def test_moving_wrapping_numbering_and_line_ends_change_nothing(said, random) -> None:
    before = _anchors("\n\n".join(said))
    assert len(before) == len(said)
    moved = random.sample(said, len(said))
    numbered = "\r\n\r\n".join(f"{i}. {one}" for i, one in enumerate(moved, start=7))
    wrapped = "\n\n".join("\n".join(one.split(" ")) for one in moved)
    bullets = "\n".join(f"* {one}" for one in moved)
    in_one = "# Rules\n\n" + " ".join(moved)
    for text in (numbered, wrapped, bullets, in_one, "\ufeff" + in_one):
        assert sorted(_anchors(text)) == sorted(before)
    assert sorted(_anchors(bullets, "x.txt")) == sorted(before)


@settings(max_examples=50)
@given(_SENTENCE, _WORD, st.integers(0, 8))
def test_another_word_is_another_sentence(said: str, word: str, at: int) -> None:
    words = said.split(" ")
    words.insert(1 + at % (len(words) - 1), word)
    assert _anchors(" ".join(words)) != _anchors(said)


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(["", " Euro", " Million", " EUR"]))
def test_an_amount_at_the_beginning_is_no_number_of_a_paragraph(
    whole: int, cents: int, unit: str
) -> None:
    said = f"{whole}.{cents}{unit} must never be paid."
    assert normal(said) == said


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    for name in ("x.md", "x.txt"):
        raw = text.replace("\0", "").encode("utf-8", "replace")
        reading = read_document(name, raw)
        assert reading is not None
        anchors = [one.anchor for one in sentences_of(reading)]
        assert len(set(anchors)) == len(anchors)
