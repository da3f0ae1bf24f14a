"""What a buyer asks a supplier about its certificate, and what is known already."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.plan.certificates.whose import certificates_of
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    SupplierAnswer,
    SupplierFile,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a supplier, by an id that answers name; `why` is what hangs on it."""

    id: str
    asks: str
    why: str


QUESTIONS = (
    Question(
        "certificate",
        "Please send the certificate itself: number, standard and edition, holder, sites.",
        "Without it nothing can be looked up.",
    ),
    Question(
        "holder",
        "Which legal entity holds it, and is that the one that we contract with?",
        "A group's certificate may cover another entity than the one that sells.",
    ),
    Question(
        "scope",
        "What does its scope statement say, and what does it leave out? Is what we buy in it?",
        "A certificate covers a management system in a scope, not every product.",
    ),
    Question(
        "role",
        "For which role does it speak: developer, provider, producer, user of AI?",
        "What a provider has under control is not what a deployer has.",
    ),
    Question(
        "soa",
        "Of which version and day is the statement of applicability, and which controls of Annex A "
        "are left out, and why?",
        "Controls may be left out that matter for our use.",
    ),
    Question(
        "body",
        "Which body issued it, and where is that body's own register?",
        "The register is the first place to look it up.",
    ),
    Question(
        "accreditation",
        "Who accredits that body, under which number, with ISO/IEC 42001 in its scope, by "
        "ISO/IEC 17021-1 and 42006?",
        "A certificate without accreditation is not void, but nobody watches over who issued it.",
    ),
    Question(
        "dates",
        "When was it issued, until when is it good, when were the last and when is the next audit?",
        "It can be suspended between audits.",
    ),
    Question(
        "findings",
        "Which nonconformities are open, and by when are they closed?",
        "A certificate is given with minor ones open.",
    ),
    Question(
        "changes",
        "Will you tell us within how many days if it is suspended, withdrawn or its scope changes?",
        "Otherwise we learn of it late or not at all.",
    ),
    Question(
        "runtime",
        "Which controls are enforced when your system acts, and which records prove it?",
        "A certificate says that there is a management system, not what happened in a case.",
    ),
)
BY_ID = {one.id: one for one in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what our files say of it (empty where nothing), and the newest answer."""

    question: Question
    known: str
    answer: SupplierAnswer | None


def unanswered() -> tuple[Asked, ...]:
    """Return what to ask somebody of whom nothing is known."""
    return tuple(Asked(one, "", None) for one in QUESTIONS)


def questions_for(register: Register, supplier: str) -> tuple[Asked, ...]:
    """Return what to ask a supplier, with what is known and what was answered.

    Raises:
        KeyError: there is no such supplier.
    """
    file: SupplierFile = register.of("supplier")[supplier]
    certificates = certificates_of(register.of("certificate").values(), file)
    given = sorted(file.answers, key=lambda one: one.answered or "")
    answered = {one.question: one for one in given if one.answer is not None}
    return tuple(
        Asked(one, "; ".join(filter(None, (_known(one.id, c) for c in certificates))), _found)
        for one in QUESTIONS
        for _found in (answered.get(one.id),)
    )


def _known(question: str, one: CertificateFile) -> str:
    body, accreditation = one.cb, one.accreditation
    says = {
        "certificate": one.number and f"{one.standard}, {one.number}",
        "holder": one.holder.legal_name,
        "scope": one.scope_statement,
        "role": ", ".join(one.ai_roles),
        "soa": one.soa and (one.soa.version or one.soa.date),
        "body": body and body.name,
        "accreditation": accreditation and accreditation.body,
        "dates": one.expires and f"good until {one.expires}",
    }
    return says.get(question) or ""
