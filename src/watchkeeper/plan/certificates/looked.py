"""Checks of a certificate that are believed, and what an answer is."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchkeeper.plan.certificates.signing import Held, held
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    Verification,
)
from watchkeeper.records.day import after_day, day_of, has_passed
from watchkeeper.records.instant import Instant

_YEAR = 365 * 86_400
"""A body looks at least once a year whether a certificate still holds (ISO/IEC 17021-1)."""


class Answer(enum.StrEnum):
    """What is known: yes, no, or nothing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, why, and who looked it up when; both empty where nobody did."""

    answer: Answer
    why: str
    by: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A certificate, the checks of it that are believed (newest last), why others are not."""

    certificate: CertificateFile
    checks: tuple[Verification, ...]
    ignored: tuple[str, ...]

    def by(self, *methods: str, system: str | None = None) -> list[Verification]:
        """Return the checks by one of some methods, of a system or of none."""
        return [c for c in self.checks if c.method in methods and c.system == system]


def look(
    origin: str, certificate: CertificateFile, keys: Mapping[str, Sequence[str]], at: Instant
) -> Looked:
    """Part the checks of a certificate at a moment into those that are believed and the others."""
    believed: list[Verification] = []
    ignored: list[str] = []
    for check in sorted(certificate.verifications, key=lambda one: one.on):
        holds = held(origin, certificate, check, keys)
        why = _NOT_HELD.get(holds) or _out_of_time(certificate, check, at)
        if why:
            ignored.append(f"{check.method} of {check.on} by {check.by}: {why}")
        else:
            believed.append(check)
    return Looked(certificate, tuple(believed), tuple(ignored))


_NOT_HELD = {
    Held.UNSIGNED: "nobody signed it",
    Held.FORGED: "its signature is not theirs",
    Held.FORMER_KEY: "signed with a key that is in no plan any more",
    Held.CHANGED: "the certificate's file was changed since",
}


def _out_of_time(certificate: CertificateFile, check: Verification, at: Instant) -> str:
    if check.on > day_of(at):
        return "it is of a day to come"
    if certificate.issued is not None and check.on < certificate.issued:
        return f"it is of a day before {certificate.issued}, when the certificate was issued"
    if check.recheck_by is not None and has_passed(check.recheck_by, at):
        return f"it was due again by {check.recheck_by}"
    if check.recheck_by is None and at >= after_day(check.on).plus(_YEAR):
        return "it is older than a year"
    return ""
