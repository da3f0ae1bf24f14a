"""What is worked out at once for plain ASCII is what is worked out sign by sign."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.plan.documents.wording import fold, visible

TEXT = st.text(st.characters(max_codepoint=127), max_size=40)


@given(TEXT)
def test_a_sign_beside_it_changes_nothing(text: str) -> None:
    """A letter that is not ASCII has the text read sign by sign."""
    assert visible(f"{text} \u00e9") == f"{visible(text)} \u00e9".strip()
    assert fold(f"{text} \u00e9") == f"{fold(text)} e".strip()
