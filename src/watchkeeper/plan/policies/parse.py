"""Cedar text to policies with our own ids, by the official parser.

A file's name says what may be in it: `*.permit.cedar` permits, `*.forbid.cedar` hard forbids,
`*.review.cedar` forbids with `@escalate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import cedarpy

from watchkeeper.errors import PlanRefused, RecordInvalid, cut
from watchkeeper.ledger.canonical import canonical
from watchkeeper.plan.policies.annotations import Annotations, read_annotations
from watchkeeper.plan.policies.statements import Statement, statements
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.records.plan.policies import PolicyKind

_EFFECT = {
    PolicyKind.PERMIT: "permit",
    PolicyKind.FORBID: "forbid",
    PolicyKind.REVIEW: "forbid",
}


@dataclass(frozen=True, slots=True)
class ParsedPolicy:
    """One policy: where it stands, what it is, and its Cedar JSON form without annotations."""

    system: str
    file: str
    line: int
    kind: PolicyKind
    notes: Annotations
    body: Mapping[str, Any]
    text: str
    grant: str | None = None


def kind_of_file(name: str) -> PolicyKind | None:
    """Return what a Cedar file holds, by its name."""
    for kind in PolicyKind:
        if name.endswith(f".{kind.value}.cedar"):
            return kind
    return None


def parse_files(
    files: Iterable[tuple[str, str, str]],
) -> tuple[tuple[ParsedPolicy, ...], tuple[Finding, ...]]:
    """Parse `(system, file, text)`; return the policies, and every error with its place."""
    policies: list[ParsedPolicy] = []
    findings: list[Finding] = []
    seen: dict[str, ParsedPolicy] = {}
    for system, file, text in files:
        kind = kind_of_file(file)
        if kind is None:
            findings.append(_finding(file, 0, "the name does not say what is in it", _NAMES))
            continue
        found = 0
        for statement in statements(text):
            found += 1
            try:
                policy = parse_policy(system, file, kind, statement)
                _check_unique(policy, seen)
            except PlanRefused as error:
                findings.append(_finding(file, statement.line, error.message, error.advice))
            else:
                policies.append(policy)
        if found == 0:
            findings.append(_finding(file, 0, "there is no policy in it", "remove the file"))
    return tuple(policies), tuple(findings)


_NAMES = "end it in `.permit.cedar`, `.forbid.cedar` or `.review.cedar`"


def parse_policy(system: str, file: str, kind: PolicyKind, statement: Statement) -> ParsedPolicy:
    """Parse one statement.

    Raises:
        PlanRefused: it does not parse, is a template, has another effect than its file holds, or
            an annotation is wrong.
    """
    body = parse_body(statement.text)
    if body["effect"] != _EFFECT[kind]:
        raise PlanRefused(
            f"a `{body['effect']}` in a file of {kind.value} policies",
            "move it to a file of its own kind",
        )
    notes = read_annotations(body.pop("annotations", {}), kind)
    return ParsedPolicy(system, file, statement.line, kind, notes, body, statement.text)


def parse_body(text: str) -> dict[str, Any]:
    """Return the Cedar JSON form of exactly one static policy, annotations included.

    Raises:
        PlanRefused: it does not parse, or is a template.
    """
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except (ValueError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else "it does not parse"
        raise PlanRefused(f"not Cedar: {first}", "mend the policy that begins here") from None
    if parsed["templates"]:
        raise PlanRefused(
            "a template (`?principal` or `?resource`)", "name the agent or the resource instead"
        )
    bodies = list(parsed["staticPolicies"].values())
    if len(bodies) != 1:
        raise PlanRefused(
            f"{len(bodies)} policies where one was expected", "end each policy with `;`"
        )
    body: dict[str, Any] = bodies[0]
    try:
        canonical(body)
    except RecordInvalid as error:
        raise PlanRefused(
            f"a literal that a plan can not hold: {error.message}",
            "keep integers within 2^53-1, and keys of records in ASCII",
        ) from None
    return body


def _check_unique(policy: ParsedPolicy, seen: dict[str, ParsedPolicy]) -> None:
    before = seen.setdefault(policy.notes.id, policy)
    if before is not policy:
        raise PlanRefused(
            f"the id {cut(policy.notes.id)} is already that of {before.file}:{before.line}",
            "give one of them another",
        )


def _finding(file: str, line: int, message: str, advice: str) -> Finding:
    return Finding(Severity.SAFETY, file, line, message, advice, "bad-policy")
