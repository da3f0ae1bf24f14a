"""What happened before, from the home's own records: what a fact is called, and its value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.records.codec import to_json
from watchkeeper.records.plan.bounds import Happened, History
from watchkeeper.records.plan.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Rule:
    """A fact of a system's plan; one that says something else is another, and begins anew."""

    id: str
    history: History


@dataclass(frozen=True, slots=True)
class Rules:
    """The facts of a plan: by system and action that may look at them, and by counted action.

    `tainting` are those on untrusted content, by the servers whose tools bring it: whatever else
    such a server is asked for is no more trusted.
    """

    offered: Mapping[tuple[str, str], tuple[Rule, ...]]
    counted: Mapping[str, tuple[Rule, ...]]
    tainting: Mapping[str, tuple[Rule, ...]]


def rules_of(bundle: Bundle) -> Rules:
    """Return the facts of a plan. What one system counts, all agents' actions count for."""
    offered: dict[tuple[str, str], tuple[Rule, ...]] = {}
    counted: dict[str, tuple[Rule, ...]] = {}
    tainting: dict[str, tuple[Rule, ...]] = {}
    for system in bundle.systems:
        for history in system.history:
            rule = Rule(_id(system.id, history), history)
            for action in history.offered:
                key = (system.id, action)
                offered[key] = (*offered.get(key, ()), rule)
            for action in history.tools:
                counted[action] = (*counted.get(action, ()), rule)
            for server in _untrusted(history):
                tainting[server] = (*tainting.get(server, ()), rule)
    return Rules(offered, counted, tainting)


def _untrusted(history: History) -> set[str]:
    """Return the servers whose content a fact takes for untrusted."""
    if history.kind is not Happened.UNTRUSTED:
        return set()
    return {action.partition("/")[0] for action in history.tools}


def _id(system: str, history: History) -> str:
    said = {name: value for name, value in to_json(history).items() if name != "offered"}
    return sha256_hex(canonical([system, said]))[:16]


def history_facts(
    rules: Iterable[Rule], said: Mapping[str, bool | int | None]
) -> dict[str, bool | int] | str:
    """Return `context.facts.history`, or why one of its facts could not be had."""
    found: dict[str, bool | int] = {}
    for rule in rules:
        name, value = rule.history.name, said.get(rule.history.name)
        wanted = int if rule.history.kind is Happened.COUNT else bool
        if type(value) is not wanted:
            return f"history.{name} could not be had"
        found[name] = value
    return found


def shown_history(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of it must not change after approval: counts grow by themselves, they may."""
    steady = {name: value for name, value in found.items() if type(value) is bool}
    return {"history": steady} if steady else {}
