"""Markup in every field that a page shows: it is text there, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.worlds.browser import opened, started
from tests.worlds.homes import Story
from tests.worlds.taken_away import SALT, bundle_of, disclosed, made_again, members_of
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.records.action import (
    Accountable,
    Boundary,
    Decision,
    FactUsed,
    Hidden,
    Outcome,
    Point,
    Reason,
)
from watchkeeper.records.administration import RefusalsRecord, ScopeKind, StopScope
from watchkeeper.records.kinds import Kind

TRICKS = (
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=1</script>",
    "</style><svg onload=window.hit=1>",
    "<a href=javascript:window.hit=1>click</a>",
    "{{constructor.constructor('window.hit=1')()}}",
    "\u202e<iframe srcdoc='<script>parent.hit=1</script>'>",
)


def told(path: Path) -> tuple[Story, int]:
    """A home whose agent, tool, rules and people are called by all sorts of markup."""
    first, second, third, fourth, fifth, sixth = TRICKS
    story = Story(path)
    story.reopen()
    story.plan_roles = {**story.plan_roles, first: ("anna",)}
    story.release()
    hidden = Hidden(second, digest=hidden_digest(SALT, third))
    said: dict[str, Any] = {
        "agent": first,
        "system": second,
        "server": third,
        "tool": fourth,
        "method": fifth,
        "decision": Decision(Outcome.ALLOW, (Reason.PERMITTED,), (sixth,), (first,)),
        "accountable": Accountable((first,), (second,), third),
        "point": Point(fourth, Boundary.EXCLUSIVE),
        "arguments": (Hidden(first, clear=fifth), hidden),
        "facts": (FactUsed(Hidden(third, clear=sixth), fourth, story.clock.wall()),),
        "resource": Hidden(first, clear=second),
        "on_behalf_of": Hidden(first, clear=fourth),
    }
    allowed = story.decide(**said)
    story.effect(*allowed, result=Hidden("result", clear=first))
    story.stop(StopScope(ScopeKind.AGENT, sixth))
    refused = RefusalsRecord(story.clock.wall(), first, story.clock.wall(), {second: 3})
    story.say(Kind.REFUSALS, third, "a" * 64, refused)
    story.reopen()
    return story, allowed[0].index


def test_markup_is_text(tmp_path: Path) -> None:
    story, index = told(tmp_path / "home")
    members = members_of(bundle_of(story, tmp_path / "all.wkb"))
    value = disclosed(index, "arg.x", TRICKS[2])
    said = next(iter(value.values())).replace(b"arg.x", f"arg.{TRICKS[1]}".encode())
    from watchkeeper.verify.bundle.manifest import disclosed_name

    given = tmp_path / "<img src=x onerror=window.hit=1>.wkb"
    name = disclosed_name(index, f"arg.{TRICKS[1]}")
    given.write_bytes(made_again({**members, name: said}))
    with started() as browser, opened(browser, tmp_path) as found:
        found.pin(story.path / "log")
        story.log.close()
        assert found.give(given) == "This holds", found.page.inner_text("#steps")
        text = found.page.inner_text("#cards")
        for trick in TRICKS:
            assert trick in text, trick
        for summary in found.page.query_selector_all("summary"):
            summary.click()
        found.page.wait_for_timeout(100)
        for tag in ("img", "svg", "iframe", "a"):
            assert found.page.query_selector(tag) is None, tag
        assert len(found.page.query_selector_all("script")) == 1
        assert found.page.evaluate("window.hit") is None
        assert "onerror" in found.page.inner_text("#facts")
        assert found.seen == []
