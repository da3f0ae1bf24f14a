"""What would happen to an action: decided without a home being written to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from watchkeeper import wiring
from watchkeeper.do.account.explain import explain
from watchkeeper.do.decision.decide import decide
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.do.decision.request import Call, make_request
from watchkeeper.errors import HomeInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.drills.dry import Held, dry_facts, nothing_held
from watchkeeper.loop.facts_of.management import reviews_of
from watchkeeper.loop.standing import Standing
from watchkeeper.plan.whole import compile_folder
from watchkeeper.records.instant import Instant, parse_instant

_KNOWN = {"agent", "tool", "arguments", "facts", "at", "onBehalfOf", "key"}


def dry_run(raw: bytes, home: Path | None, workspace: Path | None) -> dict[str, Any]:
    """Decide an action under a home's plan, or a workspace's, and explain it.

    Budgets stand as in the home, or at zero for a workspace; the declared facts are those given.

    Raises:
        RecordInvalid: the action is no such JSON object.
        PlanRefused, PlanUnreadable: the workspace does not compile.
    """
    asked = _parse(raw)
    server, _, tool = str(asked["tool"]).partition("/")
    call = Call(
        agent=str(asked["agent"]),
        method="tools/call",
        server=server,
        tool=tool,
        arguments=asked.get("arguments", {}),
        on_behalf_of=asked.get("onBehalfOf"),
    )
    at = parse_instant(asked["at"]) if "at" in asked else wiring.clock().wall()
    enforcer, held = _plan(call, at, home, workspace)
    request = make_request(call, action_id="dry-run", nonce="0" * 32)
    facts = dry_facts(enforcer, asked.get("facts", {}), call, at, held)
    found = explain(enforcer, facts, request, decide(enforcer, request, facts))
    return {"action": request.action, "agent": call.agent, "plan": enforcer.digest, **found}


def render(found: dict[str, Any]) -> str:
    """Render the explanation in words."""
    lines = [
        f"{found['outcome'].upper()}: {found['toOperator']}",
        f"  reason:   {', '.join(found['reasons'])}",
    ]
    for title, key in (("policies", "policies"), ("controls", "controls"), ("errors", "errors")):
        if found[key]:
            lines.append(f"  {title}: {', '.join(found[key])}")
    lines += [_grant_line(grant) for grant in found["grants"]]
    lines += [_shared_line(shared) for shared in found["shared"]]
    lines += [f"  management: {said}" for said in found.get("management", ())]
    who = found["accountable"]
    for title, names in (
        ("granted by", who.get("grantors", [])),
        ("owned by", who.get("controlOwners", [])),
        ("released by", [who["releasedBy"]] if who.get("releasedBy") else []),
    ):
        if names:
            lines.append(f"  {title}: {', '.join(names)}")
    if found["approvals"]:
        need = found["approvals"]
        roles = ", ".join(need["roles"])
        lines.append(f"  needs:    {need['people']} of {roles} within {need['expiresSeconds']} s")
    if found["change"]:
        lines.append(f"  to allow: {found['change']}")
    lines.append(f"  the agent is told: {found['toAgent']}")
    return "\n".join(lines)


def _grant_line(grant: dict[str, Any]) -> str:
    state = "satisfied" if grant["satisfied"] else "; ".join(grant["failed"])
    left = [
        f"{part} {budget[part]} left in {budget['seconds']} s"
        for budget in grant["left"]
        for part in ("count", "sum")
        if budget[part] is not None
    ]
    return f"  grant {grant['grant']}: {state}" + (f" ({', '.join(left)})" if left else "")


def _shared_line(shared: dict[str, Any]) -> str:
    said = "; ".join([*shared["failed"], *shared["left"]])
    return f"  shared {shared['budget']}: {said or 'what it holds is not known'}"


def _parse(raw: bytes) -> dict[str, Any]:
    asked = parse_json(raw, max_bytes=1 << 20, max_depth=64)
    if not isinstance(asked, dict) or not {"agent", "tool"} <= set(asked):
        raise RecordInvalid("an action is an object with `agent`, `tool` and `arguments`")
    unknown = sorted(set(asked) - _KNOWN)
    if unknown:
        raise RecordInvalid(f"unknown key {cut(unknown[0])}; known are {', '.join(sorted(_KNOWN))}")
    return asked


def _plan(
    call: Call, at: Instant, home: Path | None, workspace: Path | None
) -> tuple[Enforcer, Held]:
    action = f"{call.server}/{call.tool}"
    if workspace is not None:
        bundle = compile_folder(workspace)
        enforcer = Enforcer(bundle, bundle_digest(bundle_bytes(bundle)), "nobody yet")
        return enforcer, nothing_held(enforcer, call)
    if home is None:
        raise HomeInvalid("neither a home nor a workspace was named")
    opened = Standing(wiring.read_log(home), wiring.clock())
    own = opened.budget_facts(call.agent, action, at)
    shared_now = opened.shared_facts(call.agent, action, at)
    return opened.enforcer, Held(own, shared_now, reviews_of(opened))
