"""The three answers as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from watchkeeper.check.answer.model import DISCLAIMER, UNWITNESSED, Answer, Part, SystemAnswer
from watchkeeper.check.columns import columns, one_line, short_time
from watchkeeper.check.gap.state import State
from watchkeeper.check.gap.text import EVERYWHERE, adopted_note

_WIDTH = 96
_MOST = 20


def render_answer(answer: Answer) -> str:
    """Render the answer: a line or two each first, then what stands behind them."""
    lines = [
        *_head(answer),
        *_first(answer),
        *_second(answer),
        *_third(answer),
        *_accountable(answer),
        *_not_covered(answer),
        "",
        *_wrapped(DISCLAIMER, ""),
    ]
    return "\n".join(lines)


def _head(answer: Answer) -> Iterator[str]:
    yield one_line(f"{answer.organisation or 'no organisation'} (stage: {answer.stage})")
    yield from _wrapped(f"scope: {answer.scope or 'not stated'}", "")


def _first(answer: Answer) -> Iterator[str]:
    yield from ("", "1. Which AI systems are in scope?")
    count = len(answer.in_scope)
    yield f"   {count} of {len(answer.systems)} systems"
    for system in answer.systems:
        yield from _wrapped(_system(system), "   ")


def _system(system: SystemAnswer) -> str:
    word = "in " if system.in_scope else "out"
    counts = "" if system.counts_as == system.stage else f", counts as {system.counts_as}"
    return (
        f"{word} {system.id}: {system.title} (stage {system.stage}{counts}, "
        f"owner {system.owner.name}, {system.total} decisions): {system.reason}"
    )


def _second(answer: Answer) -> Iterator[str]:
    yield from ("", "2. Which controls are enforced in production?")
    rows = answer.table.rows
    count = len(answer.table.enforced_in_production)
    yield f"   {count} of {len(rows)} (a control counts once for each system)"
    held = answer.table.by_state()[State.ENFORCED] - count
    if held:
        yield f"   {held} more enforced, at a stage before production"
    if answer.stage != "production":
        yield f"   stage {answer.stage}: nothing counts as enforced in production"
    table = [("state", "stage", "control", "system", "owner", "fired", "last fired")]
    table += [
        (
            *(row.state.value, row.stage.value, row.control, row.system or EVERYWHERE),
            *(answer.owners[row.owner].name, str(row.fired), short_time(row.last_fired)),
        )
        for row in rows
    ]
    yield from (f"   {line}" for line in columns(table, right=(5,)))
    for row in rows:
        if row.reviewed:
            yield from _wrapped(one_line(f"{row.control}: {row.reviewed}"), "   ")


def _third(answer: Answer) -> Iterator[str]:
    counted = answer.counted
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in counted.outcomes().items())
    effects = counted.effects
    yield from ("", "3. What evidence proves it, and who is accountable?")
    yield f"   {counted.records} records, {short_time(counted.first)} to {short_time(counted.last)}"
    yield f"   {_verification(answer)}"
    yield f"   {answer.table.decisions} decisions: {outcomes}"
    yield (
        f"   effects: {effects.succeeded} succeeded, {effects.failed} failed "
        f"({effects.resolved} settled afterwards), {len(counted.unknown)} unknown"
    )
    if answer.table.adopted:
        yield from _wrapped(adopted_note(answer.table.adopted), "   ")
    for action in counted.unknown[:_MOST]:
        yield one_line(f"     unknown: {action.action_id} {action.action} by {action.agent}")
    if not answer.witnessed:
        yield from _wrapped(UNWITNESSED, "   ")
    else:
        yield from _wrapped(f"witnessed: {answer.testimony}", "   ")


def _verification(answer: Answer) -> str:
    found = answer.verified
    if found is None:
        return "NOT VERIFIED: nobody checked signatures and tree for this answer"
    keys = "keys pinned from outside" if found.pinned else "keys taken from the log itself"
    problems = "".join(f"\n     {one_line(finding)}" for finding in found.findings[:_MOST])
    if len(found.findings) > _MOST:
        problems += f"\n     and {len(found.findings) - _MOST} more"
    if not found.sound:
        return f"VERIFICATION FAILED: {found.trouble} in {found.records} records, {keys}{problems}"
    return f"verified: {found.verified} of {found.records} records, {keys}"


def _accountable(answer: Answer) -> Iterator[str]:
    people = answer.accountable
    groups = (
        ("control owners", people.owners),
        ("grantors", people.grantors),
        ("release approvers", people.releasers),
        ("reviewers", people.reviewers),
    )
    for title, parts in groups:
        yield from _wrapped(f"{title}: {'; '.join(map(_part, parts)) or 'none'}", "   ")


def _part(part: Part) -> str:
    return f"{part.who.name} ({part.what})"


def _not_covered(answer: Answer) -> Iterator[str]:
    yield from ("", "What is not enforced, and what this does not show")
    sentences = [
        *answer.not_enforced,
        *(f"a retry of {tool} is not recognised" for tool in answer.unrecognised_retries),
        *(f"only observed: {policy}" for policy in answer.observed_policies),
        *(f"gap named at release: {gap}" for gap in answer.gaps),
    ]
    for sentence in sentences or ["nothing is known to be missing"]:
        yield from _wrapped(f"- {sentence}", "   ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        one_line(text), _WIDTH, initial_indent=indent, subsequent_indent=indent + "  "
    )
