"""A sentence whose words change under a binding that was made for other words."""

from __future__ import annotations

import pytest

from watchkeeper.plan.documents.bindings import Went, bind
from watchkeeper.plan.documents.markdown import read_markdown
from watchkeeper.plan.documents.sentences import Sentence, sentences_of
from watchkeeper.plan.workspace.models.management.documents import SentenceEntry

_SAYS = "Agents must never pay more than 200.00 EUR without a person."


def _sentences(text: str) -> tuple[Sentence, ...]:
    return sentences_of(read_markdown(text))


def _entry(text: str) -> SentenceEntry:
    (one,) = _sentences(text)
    return SentenceEntry(anchor=one.anchor, says=one.says, control="limits")


@pytest.mark.parametrize(
    "changed",
    [
        _SAYS.replace("200.00", "900.00"),
        _SAYS.replace("never ", ""),
        _SAYS.replace("without", "with"),
        _SAYS.replace("a person", "`a person`s cat"),
        _SAYS.replace("Agents", "agents"),
        _SAYS.replace("EUR", "\u0415UR"),
        f"In a test:\n\n- {_SAYS}",
    ],
)
def test_another_sentence_is_bound_to_nothing(changed: str) -> None:
    bound = bind(_sentences(changed), [_entry(_SAYS)], propose=True)
    assert [one.went for one in bound.bound] == [Went.NOWHERE]
    assert len(bound.gone) == 1


def test_an_anchor_met_on_purpose_is_not_enough() -> None:
    (one,) = _sentences("Agents must pay whoever asks.")
    forged = SentenceEntry(anchor=one.anchor, says=_SAYS, control="limits")
    wordless = SentenceEntry(anchor=one.anchor, control="limits")
    for entry in (forged, wordless):
        (found,) = bind([one], [entry]).bound
        assert (found.went, found.control) == (Went.NOWHERE, None)


def test_what_it_was_before_is_a_proposal_only() -> None:
    (one,) = _sentences(_SAYS.replace("200.00", "900.00"))
    listed = SentenceEntry(anchor=one.anchor, says=one.says, was=_entry(_SAYS).anchor)
    (found,) = bind([one], [_entry(_SAYS), listed], propose=True).bound
    assert found.went is Went.NOWHERE
    assert found.was is not None
