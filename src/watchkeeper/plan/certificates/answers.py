"""What the checks of a certificate answer: is it registered, accredited, whose, of what scope.

Only an accreditation body's own directory tells that a body is accredited; ISO/IEC 17021-1 and
42006 are the criteria for ISO/IEC 42001. That a certificate is not in IAF CertSearch proves
nothing, since not every body enters its certificates there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from watchkeeper.plan.certificates.bodies import accredits_nobody
from watchkeeper.plan.certificates.looked import Answer, Known, Looked
from watchkeeper.plan.certificates.weighing import SEARCH, counting, registered, said
from watchkeeper.plan.certificates.whose import is_ours, same_name, suppliers_of
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    SupplierFile,
    Verification,
)

CRITERIA = ("17021-1", "42006")
_NOBODY = "the file names as who issued it somebody who certifies nobody"
_NO_BODY = "the file does not say who issued it"


def _known(answer: Answer, why: str, check: Verification) -> Known:
    return Known(answer, why, check.by, check.on)


def _by_nobody(certificate: CertificateFile) -> bool:
    return certificate.cb is not None and accredits_nobody(certificate.cb.name)


def confirmed(looked: Looked) -> Known:
    """Say whether it stands in a register; that CertSearch lacks it proves nothing."""
    if _by_nobody(looked.certificate):
        return Known(Answer.NO, _NOBODY)
    check = registered(looked)
    if check is None:
        return Known(Answer.UNKNOWN, "nobody looked it up, or nothing of that still counts")
    answer = said(check)
    if answer is Answer.YES and looked.certificate.cb is None:
        return _known(Answer.UNKNOWN, _NO_BODY, check)
    return _known(answer, _registered(check, answer), check)


def _registered(check: Verification, answer: Answer) -> str:
    if answer is Answer.YES:
        return f"confirmed by {check.method}"
    if check.result == "mismatch":
        return f"{check.method} says otherwise of {_differs(check)}"
    if answer is Answer.NO:
        return "it is not in the register of who is said to have issued it"
    if check.method == SEARCH and check.result == "not_found":
        return "not in IAF CertSearch, which proves nothing: not every body enters there"
    return f"{check.method} gave no answer"


def _differs(check: Verification) -> str:
    return ", ".join(check.mismatched) or "something"


def accredited(looked: Looked) -> Known:
    """Say whether the body is accredited: only its accreditation body's directory tells."""
    if _by_nobody(looked.certificate):
        return Known(Answer.NO, _NOBODY)
    check = counting(looked.by("ab_directory"))
    if check is None:
        return Known(Answer.UNKNOWN, "nobody looked into the accreditation body's directory")
    if said(check) is Answer.NO:
        return _known(Answer.NO, f"the directory says otherwise of {_differs(check)}", check)
    if said(check) is Answer.UNKNOWN:
        return _known(Answer.UNKNOWN, f"the directory gave: {check.result}", check)
    lacks = tuple(_lacking(looked.certificate))
    if lacks:
        return _known(Answer.UNKNOWN, f"the file does not say {', '.join(lacks)}", check)
    return _known(Answer.YES, "the directory has the body, for ISO/IEC 42001", check)


def _lacking(certificate: CertificateFile) -> Iterator[str]:
    if certificate.cb is None:
        yield "who issued it"
    accreditation = certificate.accreditation
    if accreditation is None or not accreditation.body or accredits_nobody(accreditation.body):
        yield "by whom"
        return
    if not accreditation.scope_includes_42001:
        yield "that 42001 is in the body's scope"
    said_of = " ".join(accreditation.criteria)
    for needed in CRITERIA:
        # ISO/IEC 17021-10 is another standard than 17021-1.
        if not re.search(rf"(?<![0-9]){needed}(?![0-9])", said_of):
            yield f"that {needed} was the criterion"


def holder(register: Register, certificate: CertificateFile) -> Known:
    """Say whether it is held by whom it is taken for: the suppliers whose it is, or us."""
    suppliers = _suppliers(register, certificate)
    if isinstance(suppliers, Known):
        return suppliers
    names = [one.name for one in suppliers] or [register.aims.organisation]
    for name in names:
        if same_name(certificate.holder.legal_name, name):
            return Known(Answer.YES, f"it names {name}")
    whom = " or ".join(names)
    why = f"it is held by another than {whom}: what that means for us is for a person to judge"
    return Known(Answer.UNKNOWN if suppliers else Answer.NO, why)


def _suppliers(
    register: Register, certificate: CertificateFile
) -> tuple[SupplierFile, ...] | Known:
    """Return whose it is, none where it is ours; or that nobody knows whom it names."""
    every = register.of("supplier").values()
    found = suppliers_of(every, certificate)
    if not found and not is_ours(every, certificate):
        return Known(Answer.UNKNOWN, f"there is no supplier {certificate.supplier}")
    return found


def in_scope(register: Register, looked: Looked, system: str) -> Known:
    """Say whether its scope covers a system: nothing but a person's judgement does."""
    suppliers = _suppliers(register, looked.certificate)
    if isinstance(suppliers, Known):
        return suppliers
    if suppliers and not any(system in one.systems for one in suppliers):
        names = " or ".join(one.name for one in suppliers)
        return Known(Answer.UNKNOWN, f"{system} is not among the systems that use {names}")
    judged = _judged(looked, system)
    if judged.answer is Answer.YES and not suppliers and not _ours_has(register, system):
        return replace(judged, answer=Answer.UNKNOWN, why="our own scope leaves it out")
    return judged


def _judged(looked: Looked, system: str) -> Known:
    check = counting(looked.by("scope_judgement", system=system))
    if check is None:
        return Known(Answer.UNKNOWN, f"nobody judged whether its scope covers {system}")
    match said(check):
        case Answer.NO:
            return _known(Answer.NO, "a person judged that its scope does not cover it", check)
        case Answer.UNKNOWN:
            return _known(Answer.UNKNOWN, "a person could not tell", check)
    return _known(Answer.YES, "a person judged that its scope covers it", check)


def _ours_has(register: Register, system: str) -> bool:
    says = register.systems.get(system)
    return says is not None and says.in_scope
