from __future__ import annotations

from tests.worlds import records as world
from watchkeeper.check.survey import survey
from watchkeeper.records.action import Decision, Outcome, Reason, ResolvedBy, Status
from watchkeeper.records.administration import ScopeKind, StopScope
from watchkeeper.records.people import Answer


def test_counts_outcomes_and_kinds() -> None:
    stream = world.begun()
    for made in (world.PERMITTED, world.PERMITTED, world.BEYOND, world.REVIEWED):
        stream.decide(made)
    found = survey(stream.entries)
    assert found.outcomes() == {Outcome.ALLOW: 2, Outcome.BLOCK: 1, Outcome.ESCALATE: 1}
    assert found.kinds == {"genesis": 1, "plan-release": 1, "decision": 4}
    assert found.records == 6
    assert (found.first, found.last) == (world.START.plus(1), world.START.plus(6))


def test_an_allow_without_effect_is_unknown_until_it_has_one() -> None:
    stream = world.begun()
    ended, unknown, failed = (stream.decide(world.PERMITTED) for _ in range(3))
    stream.effect(ended)
    stream.effect(failed, Status.FAILED, ResolvedBy("read", "lookup"))
    found = survey(stream.entries)
    assert [action.decision for action in found.unknown] == [unknown]
    assert found.unknown[0].action == "shop/refund"
    assert (found.effects.succeeded, found.effects.failed, found.effects.resolved) == (1, 1, 1)


def test_an_effect_of_no_known_allow_is_counted_apart() -> None:
    stream = world.begun()
    blocked = stream.decide(world.BEYOND)
    stream.effect(blocked)
    found = survey(stream.entries)
    assert found.effects.unmatched == 1
    assert found.unknown == ()


def test_names_an_agent_made_up_do_not_grow_the_survey() -> None:
    stream = world.begun()
    for number in range(50):
        for reason in (Reason.UNKNOWN_TOOL, Reason.INVALID_REQUEST, Reason.STOPPED):
            stream.decide(Decision(Outcome.BLOCK, (reason,)), tool=f"made-up-{number}")
        stream.decide(world.STRANGER, agent=f"me-{number}", system=f"mine-{number}")
    found = survey(stream.entries)
    assert len(found.shapes) == 4
    assert {shape.action for shape in found.shapes} == {""}


def test_verdicts_voids_stops_and_refusals() -> None:
    stream = world.begun()
    pending = stream.decide(world.REVIEWED)
    stream.verdict(pending, Answer.APPROVE, millis=9000)
    stream.verdict(pending, Answer.REFUSE, millis=700)
    stream.void(pending)
    stream.stop(ScopeKind.AGENT, "refund-agent")
    stream.stop()
    stream.resume()
    stream.refusals({"unknown-tool": 40})
    stream.refusals({"unknown-tool": 2})
    found = survey(stream.entries)
    (verdicts,) = found.verdicts
    assert (verdicts.reviewer, verdicts.approved, verdicts.refused) == ("ben", 1, 1)
    assert verdicts.quickest_millis == 700
    assert found.voided == {"expired": 1}
    assert found.stops == (StopScope(ScopeKind.AGENT, "refund-agent"),)
    assert found.left_out == {"unknown-tool": 42}


def test_the_newest_release_is_in_force_in_whatever_order_it_is_read() -> None:
    stream = world.begun()
    stream.release("b" * 64, "ben")
    for entries in (stream.entries, stream.entries[::-1]):
        found = survey(entries).in_force
        assert found is not None
        assert (found.plan, found.by) == ("b" * 64, "ben")


def test_an_empty_log_says_nothing() -> None:
    found = survey([])
    assert (found.genesis, found.in_force, found.records, found.first) == (None, None, 0, None)
