"""What the checks of a certificate answer: is it registered, accredited, whose, of what scope.

Only an accreditation body's own directory tells that a body is accredited; ISO/IEC 17021-1 and
42006 are the criteria for ISO/IEC 42001. That a certificate is not in IAF CertSearch proves
nothing, since not every body enters its certificates there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from watchkeeper.plan.certificates.looked import Answer, Known, Looked
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    Verification,
)

CRITERIA = ("17021-1", "42006")
REGISTERS = ("cb_register", "cb_email", "iaf_certsearch")


def _known(answer: Answer, why: str, check: Verification) -> Known:
    return Known(answer, why, check.by, check.on)


def confirmed(looked: Looked) -> Known:
    """Say whether it stands in a register; that CertSearch lacks it proves nothing."""
    check = looked.newest(*REGISTERS)
    if check is None:
        return Known(Answer.UNKNOWN, "nobody looked it up, or nothing of that still counts")
    match check.result:
        case "confirmed":
            return _known(Answer.YES, f"confirmed by {check.method}", check)
        case "mismatch":
            fields = ", ".join(check.mismatched) or "something"
            return _known(Answer.NO, f"{check.method} says otherwise of {fields}", check)
        case "not_found" if check.method == "cb_register":
            why = "it is not in the register of who is said to have issued it"
            return _known(Answer.NO, why, check)
        case "not_found" if check.method == "iaf_certsearch":
            why = "not in IAF CertSearch, which proves nothing: not every body enters there"
            return _known(Answer.UNKNOWN, why, check)
        case _:
            return _known(Answer.UNKNOWN, f"{check.method} gave no answer", check)


def accredited(looked: Looked) -> Known:
    """Say whether the body is accredited: only its accreditation body's directory tells."""
    check = looked.newest("ab_directory")
    if check is None:
        return Known(Answer.UNKNOWN, "nobody looked into the accreditation body's directory")
    if check.result == "mismatch":
        fields = ", ".join(check.mismatched) or "something"
        return _known(Answer.NO, f"the directory says otherwise of {fields}", check)
    if check.result != "confirmed":
        return _known(Answer.UNKNOWN, f"the directory gave: {check.result}", check)
    lacks = tuple(_lacking(looked.certificate))
    if lacks:
        return _known(Answer.UNKNOWN, f"the file does not say {', '.join(lacks)}", check)
    return _known(Answer.YES, "the directory has the body, for ISO/IEC 42001", check)


def _lacking(certificate: CertificateFile) -> Iterator[str]:
    accreditation = certificate.accreditation
    if accreditation is None or not accreditation.body:
        yield "by whom"
        return
    if not accreditation.scope_includes_42001:
        yield "that 42001 is in the body's scope"
    said = " ".join(accreditation.criteria)
    for needed in CRITERIA:
        if needed not in said:
            yield f"that {needed} was the criterion"


def holder(register: Register, certificate: CertificateFile) -> Known:
    """Say whether it is held by whom it is taken for: the supplier, or us."""
    supplier = register.of("supplier").get(certificate.supplier or "")
    taken_for = supplier.name if supplier is not None else register.aims.organisation
    if _same(certificate.holder.legal_name, taken_for):
        return Known(Answer.YES, f"it names {taken_for}")
    why = f"it is held by another than {taken_for}: what that means for us is for a person to judge"
    return Known(Answer.UNKNOWN if certificate.supplier else Answer.NO, why)


def _same(one: str, other: str) -> bool:
    def plain(name: str) -> str:
        return "".join(ch for ch in unicodedata.normalize("NFKC", name).casefold() if ch.isalnum())

    return plain(one) == plain(other)


def in_scope(register: Register, looked: Looked, system: str) -> Known:
    """Say whether its scope covers a system: nothing but a person's judgement does."""
    certificate = looked.certificate
    supplier = register.of("supplier").get(certificate.supplier or "")
    if supplier is not None and system not in supplier.systems:
        return Known(Answer.UNKNOWN, f"{system} is not among the systems that use {supplier.name}")
    check = looked.newest("scope_judgement", system=system)
    if check is None:
        return Known(Answer.UNKNOWN, f"nobody judged whether its scope covers {system}")
    match check.result:
        case "confirmed":
            return _known(Answer.YES, "a person judged that its scope covers it", check)
        case "mismatch" | "not_found":
            return _known(Answer.NO, "a person judged that its scope does not cover it", check)
        case _:
            return _known(Answer.UNKNOWN, "a person could not tell", check)
