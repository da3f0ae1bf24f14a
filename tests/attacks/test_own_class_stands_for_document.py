"""Whoever writes a system's file says `class: minimal`, and that passes as an approved document.

Nobody approves that file by itself: what it says of the class and why is shown as words.
"""

from __future__ import annotations

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.frameworks.articles import articles_view
from watchkeeper.plan.views.frameworks.support import IN_WORDS


@pytest.mark.parametrize(("tier", "article"), [("minimal", "art-5"), ("annex-iii-exempt", "art-6")])
def test_what_a_system_says_of_its_class_is_no_document(tier: str, article: str) -> None:
    world = ManagedWorkspace()
    world.change("system", "desk", ai_act={"class": tier, "why": "We think so."}, role="provider")
    view = articles_view(world.register(), None, "desk", TODAY)
    (row,) = [one for one in view.rows if one.id == article]
    said = [one for one in row.support.evidence if "We think so." in one.what]
    assert [(one.kind, one.where) for one in said] == [(IN_WORDS, "systems/desk.yaml")]
