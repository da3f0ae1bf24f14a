"""Attack: a document that was changed after its approval is deleted, and counts no more.

A file that is gone is missing for clause 7.5 and for the fact that policies read alike.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.clauses.standing import State
from watchkeeper.plan.views.clauses.view import clauses_view
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.records.plan.management.state import Topic

FILE = "documents/ai-policy.md"


@pytest.mark.parametrize(
    ("text", "state"),
    [(None, State.MISSING), ("Pay.\n", State.NOT_APPROVED), ("", State.PRESENT)],
)
def test_what_is_gone_counts_as_what_was_changed(
    text: str | None, state: State, tmp_path: Path
) -> None:
    world = ManagedWorkspace()
    if text is None:
        del world.files[FILE]
    elif text:
        world.files[FILE] = text
    linted = lint_workspace(world.write(tmp_path), TODAY)
    assert linted.register is not None
    assert linted.bundle is not None
    assert linted.bundle.management is not None
    counting = linted.bundle.management.at("desk", TODAY).counting
    sound = state is State.PRESENT
    assert ("ai-policy" in counting.get(Topic.DOCUMENT.value, ())) is not sound
    rows = clauses_view(linted.register, linted.bundle, TODAY).rows
    seen = [r for row in rows if row.clause == "7.5" for r in row.records]
    assert [one.state for one in seen if one.what == "document ai-policy"] == [state]
