"""How it is said what of the management system counts: in a record's one spelling, and in words."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.records.plan.management.state import SUSPENDED, Topic

AIMS, MANAGEMENT = "aims", "management"
"""The name of that fact, and what it is said to come from."""
_LONGEST = 2048
_WHY = {
    "missing": "there is none",
    "no-basis": "it does not say what was looked at",
    "not-approved": "nobody approved it",
    "undated": "it does not say when it was made, or until when it is good",
    "dated-ahead": "a day that it rests on is still to come",
    "new-tool": "new tool",
    "wider-authority": "wider authority",
    "new-intended-use": "new intended use",
    "changed-model": "another model",
    "changed-prompt": "another prompt",
    "changed-version": "another version of an agent",
    "new-agent": "new agent",
    "drift": "drift",
    "date": "past its date",
}
_NAMED = {
    Topic.FINDING.value: "overdue findings: {}",
    Topic.COMPETENCE.value: "evidence of competence ran out, or is missing, in the roles: {}",
    Topic.CERTIFICATE.value: "certificates that lapsed: {}",
    SUSPENDED: "certificates that their body took back: {}",
    Topic.DOCUMENT.value: "documents past their review, or changed since: {}",
    Topic.ROW.value: "controls that were due: {}",
}
_SAID = {
    Topic.MANAGEMENT_REVIEW.value: "the management review is overdue",
    Topic.INTERNAL_AUDIT.value: "an internal audit is overdue",
    Topic.RELEASE_REVIEW.value: "nobody looked at an emergency release in time",
}


def aims_text(counting: Mapping[str, tuple[str, ...]]) -> str:
    """Return the canonical JSON of what counts, by topic: `{}` where all is well.

    Its SHA-256 (`sha256:<hex>`) where that is longer than 2,048 bytes, since a record is short:
    the plan and the time of the record tell what it was.
    """
    said = canonical({topic: list(ids) for topic, ids in counting.items()})
    return said.decode() if len(said) <= _LONGEST else f"sha256:{sha256_hex(said)}"


def management_words(system: str, counting: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return a sentence for each topic of which anything counts, without a full stop."""
    return tuple(_sentence(system, topic, what) for topic, what in sorted(counting.items()))


def _sentence(system: str, topic: str, what: tuple[str, ...]) -> str:
    if topic in {Topic.IMPACT, Topic.RISK}:
        why = ", ".join(_WHY.get(one, one) for one in what)
        return f"the {topic} assessment of {system} is stale: {why}"
    if topic in _NAMED:
        return _NAMED[topic].format(", ".join(what))
    return _SAID.get(topic, f"{topic}: {', '.join(what)}")
