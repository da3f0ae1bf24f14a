"""What a reviewer is shown, fixed when an action is escalated: exactly this is signed."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping
from typing import Any

from watchkeeper.do.account.case import Case
from watchkeeper.do.account.explain import operator_sentence
from watchkeeper.do.decision.decide import Decided
from watchkeeper.do.decision.enforcer import Enforcer
from watchkeeper.ledger.aims import management_words
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.records.action import Outcome
from watchkeeper.records.instant import render_instant
from watchkeeper.records.plan.tools import Tool

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._:/+#-]{0,63}")
_LONGEST_VALUE = 120
_LONGEST_SENTENCE = 600


def shown_of(case: Case, handle: str, salt: bytes) -> dict[str, Any] | None:
    """Return what a reviewer is shown; its digest stands in record and verdict.

    The salt keeps the digest from being that of likely arguments: all else in it is in the log.
    None where nobody is asked.
    """
    enforcer, request, facts, decided = case.enforcer, case.request, case.facts, case.decided
    need = decided.need
    if decided.part.outcome is not Outcome.ESCALATE or need is None:
        return None
    call, expires = request.call, str(facts.at.plus(need.expires_seconds))
    return {
        "salt": salt.hex(),
        "handle": handle,
        "actionId": request.action_id,
        "request": request.digest,
        "agent": call.agent,
        "onBehalfOf": call.on_behalf_of,
        "system": decided.system.id if decided.system else "",
        "tool": request.action,
        "pin": facts.pin,
        "arguments": call.arguments,
        "first": list(first_arguments(case)),
        "facts": {read.source: dict(read.values) for read in facts.read},
        "factsRead": {read.source: render_instant(read.read_at) for read in facts.read},
        "reviews": list(need.reviews),
        "why": [_why(enforcer, review) for review in need.reviews],
        "controls": list(decided.part.controls),
        "roles": list(need.roles),
        "approvals": need.approvals,
        "separate": list(need.separate),
        "reason": need.reason,
        "plan": enforcer.digest,
        "expires": expires,
        "sentence": operator_sentence(request, decided, facts),
        "filled": filled(decided.entry.tool, call.arguments) if decided.entry else "",
        **_ahead(decided),
        **_management(case),
        "silence": f"If nobody answers before {expires}, it is refused and nothing is done.",
    }


def _ahead(decided: Decided) -> dict[str, Any]:
    """Name whose standing approvals count already; nothing where there are none."""
    said = [{"by": one.reviewer, "role": one.role, "id": one.id} for one in decided.standing]
    return {"standing": said} if said else {}


def _management(case: Case) -> dict[str, Any]:
    """Say what of the management system counts; nothing where all is well."""
    aims, system = case.facts.aims, case.decided.system
    if aims is None or system is None or not aims.counting:
        return {}
    return {"management": list(management_words(system.id, aims.counting))}


def first_arguments(case: Case) -> tuple[str, ...]:
    """Return the names of the arguments that matter most, of those that were given.

    Those that the tool file names; else those of its sentence, what is acted on, and what the
    agent's grants limit.
    """
    entry, call = case.decided.entry, case.request.call
    if entry is None:
        return ()
    named = list(entry.tool.first)
    if not named:
        grants = case.enforcer.grants(call.agent, entry.action)
        limited = (band.argument.removeprefix("args.") for g in grants for band in g.bands)
        named = [*_fields(entry.tool.sentence), entry.tool.resource_argument or "", *limited]
    return tuple(dict.fromkeys(name for name in named if name in call.arguments))


def filled(tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Return the tool's sentence with the arguments in it; where it has none, name and arguments.

    What an agent wrote can not pass for the sentence: a value that is not one plain word stands
    in quotation marks, long ones are cut, and nothing in it is invisible.
    """
    if not tool.sentence:
        said = ", ".join(f"{plainly(name)} {_said(value)}" for name, value in arguments.items())
        return _cut(
            f"{plainly(tool.name)}: {said}" if said else plainly(tool.name), _LONGEST_SENTENCE
        )
    parts = []
    for text, name, _, _ in string.Formatter().parse(tool.sentence):
        parts.append(text)
        if name is not None:
            parts.append(_said(arguments[name]) if name in arguments else f"(no {name})")
    return _cut("".join(parts), _LONGEST_SENTENCE)


def plainly(text: str) -> str:
    """Escape what would not be seen as it is: controls, directions, what has no glyph."""
    return "".join(
        char if unicodedata.category(char) not in _HIDDEN else f"\\u{ord(char):04x}"
        for char in text
    )


def _said(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return value
        # The marks themselves are taken out of the value, so that it can not close them.
        return f"“{plainly(_cut(value, _LONGEST_VALUE)).translate(_NO_MARKS)}”"
    return plainly(_cut(canonical_arguments(value).decode(), _LONGEST_VALUE))


_NO_MARKS = str.maketrans({"“": '"', "”": '"'})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _fields(sentence: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name]


def _why(enforcer: Enforcer, review: str) -> dict[str, Any]:
    """Say which policy asks for review, for which control, against which risks."""
    policy = enforcer.policy(review)
    control = enforcer.control(policy.control)
    return {
        "policy": review,
        "control": policy.control,
        "statement": control.statement if control else "",
        "owner": control.owner if control else "",
        "risks": list(control.risks) if control else [],
        "text": policy.text,
    }
