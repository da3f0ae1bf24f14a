"""Systems, agents, people, roles, controls, applicability and the numbers of the runtime."""

from __future__ import annotations

from dataclasses import fields

from watchkeeper.plan.diff.authority.ahead import compare_deputies
from watchkeeper.plan.diff.budgets import compare_history
from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.plan.diff.people.retention import compare_retention
from watchkeeper.records.plan.bundle import Bundle, Limits
from watchkeeper.records.plan.management.controls import Control, Row
from watchkeeper.records.plan.management.oversight import Oversight
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.systems import Agent, Retention, System

_HIGHER_IS_STRONGER = {"key_lifetime_seconds", "disk_reserve_bytes"}
_NEITHER = {"shard_days", "shard_records"}
_SAID_OF_SYSTEM = {
    "title": "title",
    "stage": "stage",
    "role": "role",
    "ai_act_class": "AI Act class",
    "owner": "owner",
}


def compare_systems(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare systems and agents."""
    before = {system.id: system for system in old.systems}
    after = {system.id: system for system in new.systems}
    for id_, one, other in found.came_and_went("system", before, after, lambda _: None):
        _system(id_, one, other, found)
    agents = {agent.id: agent for agent in old.agents}
    now = {agent.id: agent for agent in new.agents}
    for id_, was, agent in found.came_and_went("agent", agents, now, lambda _: True):
        _agent(id_, was, agent, found)


def _system(id_: str, old: System, new: System, found: Changes) -> None:
    if old.in_scope != new.in_scope:
        # Either way: out of scope nothing looks at it, in scope its agents may act.
        words = "came into scope: its agents may act" if new.in_scope else "left the scope"
        found.weakened("system", id_, words)
    before, after = set(old.servers), set(new.servers)
    if after - before:
        found.weakened("system", id_, f"uses {listed(after - before)} too")
    if before - after:
        found.strengthened("system", id_, f"no longer uses {listed(before - after)}")
    for name, said in _SAID_OF_SYSTEM.items():
        if getattr(old, name) != getattr(new, name):
            was, now = (getattr(one, name) or "not said" for one in (old, new))
            found.changed("system", id_, f"its {said} is {now}, before {was}")
    for name, said in (("purpose", "purpose"), ("scope_reason", "reason to be in or out of scope")):
        if getattr(old, name) != getattr(new, name):
            found.changed("system", id_, f"its {said} is said in other words")
    compare_history(id_, old, new, found)
    compare_retention(id_, old.retention or Retention(), new.retention or Retention(), found)


def _agent(id_: str, old: Agent, new: Agent, found: Changes) -> None:
    if old.system != new.system:
        found.weakened("agent", id_, f"belongs to `{new.system}`, before to `{old.system}`")
    for name in ("model", "prompt_digest", "version"):
        if getattr(old, name) != getattr(new, name):
            found.weakened("agent", id_, f"is declared with another {name.replace('_', ' ')}")


def compare_people(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare who holds which role, and with which keys."""
    for role in sorted(old.roles.keys() | new.roles.keys()):
        before, after = set(old.roles.get(role, ())), set(new.roles.get(role, ()))
        if after - before:
            found.weakened("role", role, f"{listed(after - before)} holds it too")
        if before - after:
            found.strengthened("role", role, f"{listed(before - after)} no longer holds it")
    compare_deputies(old, new, found)
    people = {person.id: person for person in old.people}
    now = {person.id: person for person in new.people}
    for id_, was, person in found.came_and_went("person", people, now, lambda _: None):
        _person(id_, was, person, found)


def _person(id_: str, old: Person, new: Person, found: Changes) -> None:
    if old.name != new.name:
        found.changed("person", id_, f"is called {new.name}, before {old.name}")
    if set(new.keys) - set(old.keys):
        found.weakened("person", id_, "may sign with another key")
    if set(old.keys) - set(new.keys):
        found.strengthened("person", id_, "may no longer sign with a key")
    before, after = _keys_of(old), _keys_of(new)
    if after - before:
        found.weakened("person", id_, "may sign with another passkey")
    if before - after:
        found.strengthened("person", id_, "may no longer sign with a passkey")
    if before == after and old.passkeys != new.passkeys:
        found.changed("person", id_, "has a passkey by another name")


def compare_console(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare where people reach the console, and so where their passkeys count."""
    was, now = (one.url if one else "localhost" for one in (old.console, new.console))
    if was != now:
        found.weakened("console", now, f"passkeys count on its pages, before on those of {was}")


def _keys_of(person: Person) -> set[tuple[str, int]]:
    return {(passkey.public_key, passkey.algorithm) for passkey in person.passkeys}


def compare_controls(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare controls and the statement of applicability."""
    before = {control.id: control for control in old.controls}
    after = {control.id: control for control in new.controls}
    for id_, one, other in found.came_and_went("control", before, after, lambda _: False):
        _control(id_, one, other, found)
    rows = {row.control: row for row in old.applicability}
    now = {row.control: row for row in new.applicability}
    for id_, was, row in found.came_and_went("row", rows, now, lambda _: None):
        _row(id_, was, row, found)


def _control(id_: str, old: Control, new: Control, found: Changes) -> None:
    for name, said in (("built_in", "checks"), ("systems", "systems")):
        before, after = set(getattr(old, name)), set(getattr(new, name))
        if before - after:
            words = f"no longer has the {said} {listed(before - after)}"
            found.weakened("control", id_, words)
        if after - before:
            found.strengthened("control", id_, f"has the {said} {listed(after - before)} too")
    if old.policies and not new.policies:
        found.weakened("control", id_, "no policy enforces it any more")
    if old.owner != new.owner:
        found.changed("control", id_, _answers(old.owner, new.owner))
    if old.statement != new.statement:
        found.changed("control", id_, "its statement changed")
    gone = set(old.expects) - set(new.expects)
    if gone:
        found.weakened("control", id_, f"no longer expects {listed(gone)} to enforce it")
    for name, said in (("risks", "risks"), ("annex_a", "controls of Annex A")):
        if getattr(old, name) != getattr(new, name):
            found.changed("control", id_, f"its {said} changed")
    _sentences(id_, old, new, found)


def _sentences(id_: str, old: Control, new: Control, found: Changes) -> None:
    left, came = set(old.sentences) - set(new.sentences), set(new.sentences) - set(old.sentences)
    if left:
        found.changed("control", id_, f"no longer stands for the sentences {listed(left)}")
    if came:
        found.changed("control", id_, f"stands for the sentences {listed(came)} too")


def _row(id_: str, old: Row, new: Row, found: Changes) -> None:
    if old.applicable != new.applicable:
        words = f"its applicability is `{new.applicable}`, before `{old.applicable}`"
        found.moved("row", id_, words, weaker=new.applicable != "in")
    elif old.status != new.status:
        found.changed("row", id_, f"its status is `{new.status}`, before `{old.status}`")
    if old.due is not None and old.due != new.due and new.status == old.status:
        words = f"is due by {new.due or 'no day'}, before by {old.due}"
        found.moved("row", id_, words, weaker=new.due is None or new.due > old.due)
    if old.owner != new.owner:
        found.changed("row", id_, _answers(old.owner, new.owner))
    if old.why != new.why:
        found.changed("row", id_, "its justification is said in other words")
    if old.risks != new.risks:
        found.changed("row", id_, "its risks changed")
    if (old.evidence, old.evidence_classes) != (new.evidence, new.evidence_classes):
        found.changed("row", id_, "its evidence changed")


def _answers(old: str, new: str) -> str:
    was, now = (f"`{one}`" if one else "nobody" for one in (old, new))
    return f"{now} answers for it, before {was}"


def compare_limits(old: Limits, new: Limits, found: Changes) -> None:
    """Compare the numbers of the runtime."""
    for item in fields(Limits):
        one, other = getattr(old, item.name), getattr(new, item.name)
        if one != other and item.name in _NEITHER:
            found.changed("limit", item.name, f"is {other}, before {one}")
        elif one != other:
            weaker = (other > one) is not (item.name in _HIGHER_IS_STRONGER)
            found.moved("limit", item.name, f"is {other}, before {one}", weaker=weaker)


def compare_oversight(old: Oversight | None, new: Oversight | None, found: Changes) -> None:
    """Compare how the oversight by people is measured."""
    was, now = old or Oversight(), new or Oversight()
    if old != new and was == now:
        found.changed("oversight", "whole", "the plan says now what held before")
    # Reading faster, looking back less far, planting less: fewer verdicts are named.
    for name, higher in (
        ("words_per_minute", False),
        ("reversal_seconds", True),
        ("planted_per_day", True),
    ):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            weaker = (other > one) is not higher
            found.moved("oversight", name, f"is {other}, before {one}", weaker=weaker)


def compare_home(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare what stands over everything: organisation, stage, scope statement."""
    for name in ("organisation", "stage", "scope"):
        if getattr(old, name) != getattr(new, name):
            words = f"is {getattr(new, name)}, before {getattr(old, name)}"
            found.changed("plan", name, words if name != "scope" else "the scope statement changed")
