"""The shared bank with facts of what happened before, and rules that look at them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.worlds.shared import FILES_OF_SHARED, SharedBank, changed

HISTORY = """\
history:
  paid-before: {kind: succeeded, tools: [bank/pay, bank/move], same: resource, within: 30d}
  failed-before: {kind: failed, tools: [bank/pay], same: "argument:to", within: 1d}
  pays-here: {kind: count, tools: [bank/pay], same: conversation, within: 1d}
  tainted: {kind: untrusted-since-word, within: 1h}
"""
_UNTRUSTED = "    writes: false\n    untrusted: true\n"
RULES = """\
@id("twice")
@control("limits")
forbid (principal, action == Action::"bank/move", resource)
when { context.facts.history.paid_before };

@id("after-failure")
@control("limits")
forbid (principal, action == Action::"bank/tell", resource)
when { context.facts.history.failed_before };

@id("three-times")
@control("limits")
forbid (principal, action == Action::"bank/pay", resource)
unless { context.facts.history.pays_here < 3 };

@id("tainted")
@control("limits")
forbid (principal, action == Action::"bank/swap", resource)
when { context.facts.history.tainted };
"""


def remembering(history: str = HISTORY, rules: str = RULES) -> dict[str, str | None]:
    """Return the workspace with these facts of system `desk`, and rules that look at them."""
    desk = FILES_OF_SHARED["systems/desk.yaml"] or ""
    return {
        "systems/desk.yaml": desk + history,
        "policies/desk/history.forbid.cedar": rules or None,
        "budgets.yaml": None,
        **changed(
            "tools/bank.yaml", "    writes: false\n", "    writes: false\n    untrusted: true\n"
        ),
    }


class RememberingBank(SharedBank):
    """A home whose plan remembers."""

    def __init__(self, changes: Mapping[str, str | None] | None = None) -> None:
        super().__init__({**remembering(), **(changes or {})})

    def move(self, agent: str = "payer", to: str = "shop") -> bool:
        return self.do(agent, "move", cents=1, to=to)

    def swap(self, agent: str = "payer") -> bool:
        return self.do(agent, "swap", amount=1, into="EUR")
