"""The linter of others' mappings: no right name is refused, no swapped one goes through."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.mapping.judge import check_mapping
from watchkeeper.plan.mapping.read.files import TEXTS, read_mapping
from watchkeeper.standards.items import Item, items
from watchkeeper.standards.mislabel import ALIKE, judge_label, likeness

NAMED = [
    item
    for name in ("iso42001", "eu_ai_act", "owasp_agentic")
    for item in items(name).values()
    if item.title and not item.heading
]
CONTROLS = [item for item in NAMED if item.kind == "control"]


@given(st.sampled_from(NAMED), st.sampled_from([str.upper, str.lower, str.title, str.strip]))
def test_its_own_name_is_never_wrong(item: Item, spelt: object) -> None:
    assert callable(spelt)
    assert judge_label(item, spelt(item.title), title=True) is None


@given(st.sampled_from(CONTROLS), st.sampled_from(CONTROLS))
def test_another_controls_name_is_found(one: Item, other: Item) -> None:
    assume(likeness(other.title, one) < ALIKE)
    found = judge_label(one, other.title, title=True)
    assert found is not None
    assert found.nearer is not None
    assert found.nearer.title == other.title


@given(
    st.sampled_from(TEXTS),
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(
                ["ISO 42001", "A.5.1", "А.5.2", "6.1.2 ", "|", ",", "\n", "- ", "# ", '"', ": "]
            ),
        ),
        max_size=30,
    ),
)
def test_any_text_is_read_or_refused_in_words(kind: str, parts: list[str]) -> None:
    raw = "".join(parts).encode("utf-8", "surrogatepass")
    try:
        found = check_mapping(read_mapping(f"m.{kind}", raw), "iso42001")
    except PlanUnreadable:
        return
    for one in found.wrong:
        assert one.message
        assert one.place
