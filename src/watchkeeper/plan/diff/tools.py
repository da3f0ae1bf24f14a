"""Tool servers and their pinned tools."""

from __future__ import annotations

from watchkeeper.plan.diff.budgets import compare_money
from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.tools import FactSource, PermitRule, Server, Tool

_REACHED_BY = ("command", "url", "module", "cwd", "env", "headers", "user")
_UNSURE = ("schema", "derived", "settle", "sentence", "first")
_LEVELS = ("durable", "published", "witnessed")


def compare_servers(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare servers, and their tools by `server/tool`."""
    before = {server.id: server for server in old.servers}
    after = {server.id: server for server in new.servers}
    for id_, one, other in found.came_and_went("server", before, after, lambda _: None):
        _server(id_, one, other, found)
    changed = found.came_and_went("tool", _tools(old), _tools(new), lambda _: True)
    for id_, was, tool in changed:
        _tool(id_, was, tool, found)


def _tools(bundle: Bundle) -> dict[str, Tool]:
    return {f"{server.id}/{tool.name}": tool for server in bundle.servers for tool in server.tools}


def _server(id_: str, old: Server, new: Server, found: Changes) -> None:
    for name in _REACHED_BY:
        if getattr(old, name) != getattr(new, name):
            words = f"its `{name}` changed, so another program may stand behind the name"
            found.weakened("server", id_, words)
    if set(new.methods) - set(old.methods):
        words = f"lets through {listed(set(new.methods) - set(old.methods))}"
        found.weakened("server", id_, words)
    if set(old.methods) - set(new.methods):
        words = f"no longer lets through {listed(set(old.methods) - set(new.methods))}"
        found.strengthened("server", id_, words)
    _permit(id_, old.permit, new.permit, found)


def _permit(id_: str, old: PermitRule | None, new: PermitRule | None, found: Changes) -> None:
    """Compare what is demanded of each call: without a permit a stolen credential is enough."""
    if old == new:
        return
    if old is None:
        found.strengthened("server", id_, "is sent a permit with each call")
    elif new is None:
        found.weakened("server", id_, "is no longer sent a permit with each call")
    else:
        if old.audience != new.audience:
            words = f"its permits are for `{new.audience}` now, not for `{old.audience}`"
            found.weakened("server", id_, words)
        if old.lifetime_seconds != new.lifetime_seconds:
            weaker = new.lifetime_seconds > old.lifetime_seconds
            words = f"its permits are good for {new.lifetime_seconds} s"
            found.moved("server", id_, words, weaker=weaker)


def _tool(id_: str, old: Tool, new: Tool, found: Changes) -> None:
    if old.pin != new.pin:
        found.weakened("tool", id_, "its definition changed")
    for name in _UNSURE:
        if getattr(old, name) != getattr(new, name):
            found.weakened("tool", id_, f"its {name} changed")
    if old.writes != new.writes:
        words = "is taken for a read now" if old.writes else "counts as writing now"
        found.moved("tool", id_, words, weaker=old.writes)
    if (old.resource_type, old.resource_argument) != (new.resource_type, new.resource_argument):
        found.weakened("tool", id_, "what it acts on is named otherwise")
    _visibility(id_, old, new, found)
    _retries(id_, old, new, found)
    _facts(id_, old, new, found)
    compare_money(id_, old, new, found)
    if old.level != new.level:
        words = f"its records must be {new.level} first, before {old.level}"
        weaker = _LEVELS.index(new.level) < _LEVELS.index(old.level)
        found.moved("tool", id_, words, weaker=weaker)
    if old.timeout_millis != new.timeout_millis:
        found.changed("tool", id_, f"may take {new.timeout_millis} ms")


def _visibility(id_: str, old: Tool, new: Tool, found: Changes) -> None:
    """Compare what policy does not see, what stands in the log in clear, what names a person."""
    for name, more_is_weaker, words in (
        ("opaque", True, "can not be seen by policy"),
        ("clear", True, "stands in the log in clear"),
        ("subject", False, "is known to name a person"),
    ):
        before, after = set(getattr(old, name)), set(getattr(new, name))
        if after - before:
            found.moved("tool", id_, f"{listed(after - before)} {words}", weaker=more_is_weaker)
        if before - after:
            gone = f"{listed(before - after)} no longer {words}"
            found.moved("tool", id_, gone, weaker=not more_is_weaker)


def _retries(id_: str, old: Tool, new: Tool, found: Changes) -> None:
    if old.idempotency_argument != new.idempotency_argument:
        words = f"retries are recognised by {listed(new.idempotency_argument)}"
        weaker = old.idempotency_argument is not None
        found.moved("tool", id_, words, weaker=weaker)
    if old.once_per != new.once_per:
        words = "`once_per` changed"
        weaker = old.once_per is not None
        if old.once_per and new.once_per and old.once_per.arguments == new.once_per.arguments:
            words = f"the same again counts for {new.once_per.seconds} s"
            weaker = new.once_per.seconds < old.once_per.seconds
        found.moved("tool", id_, words, weaker=weaker)
    if old.error_means_no_effect != new.error_means_no_effect:
        on = new.error_means_no_effect
        words = f"its errors {'give' if on else 'no longer give'} budget back"
        found.moved("tool", id_, words, weaker=on)
    if bool(old.cancel) != bool(new.cancel):
        words = f"a stop {'breaks' if new.cancel else 'no longer breaks'} its calls off"
        found.moved("tool", id_, words, weaker=not new.cancel)


def _facts(id_: str, old: Tool, new: Tool, found: Changes) -> None:
    before = {fact.name: fact for fact in old.facts}
    after = {fact.name: fact for fact in new.facts}
    for name in sorted(before.keys() - after.keys()):
        found.weakened("tool", id_, f"the fact `{name}` is no longer read")
    for name in sorted(after.keys() - before.keys()):
        found.changed("tool", id_, f"the fact `{name}` is read now")
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            _fact(id_, before[name], after[name], found)


def _fact(id_: str, old: FactSource, new: FactSource, found: Changes) -> None:
    for flag, words in (
        ("trusted", "trusted to widen authority"),
        ("volatile", "free to change after approval"),
    ):
        if getattr(old, flag) != getattr(new, flag):
            on = getattr(new, flag)
            said = f"the fact `{new.name}` is {'' if on else 'no longer '}{words}"
            found.moved("tool", id_, said, weaker=on)
    same = ("tool", "arguments", "fields", "types")
    if any(getattr(old, name) != getattr(new, name) for name in same):
        found.weakened("tool", id_, f"the fact `{new.name}` is read otherwise")
