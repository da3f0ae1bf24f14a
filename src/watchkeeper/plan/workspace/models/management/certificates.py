"""`certificates/<id>.yaml` and `suppliers/<id>.yaml`.

A certificate is recorded as one claim among others: who says it of whom, in which scope, and how
that was looked up. ISO/IEC 42001:2023, A.10.2 and A.10.3; ISO/IEC 17021-1 and 42006.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Approved, Origin, Version
from watchkeeper.plan.workspace.models.scalars import Day, Digest, Id, Part, PublicKey, Text


class Holder(Part):
    """Whose certificate it is."""

    legal_name: Text
    identifiers: list[Text] = Field(default_factory=list)
    sites: list[Text] = Field(default_factory=list)


class SoaRef(Part):
    """The statement of applicability that a certificate names."""

    version: Version | None = None
    date: Day | None = None
    digest: Digest | None = None


class CertificationBody(Part):
    """Who issued it, and where its register is."""

    name: Text
    register_url: Text | None = None


class Accreditation(Part):
    """What is known of the body's accreditation."""

    body: Text | None = None
    number: Text | None = None
    mla_signatory: bool | None = None
    scope_includes_42001: bool | None = None
    criteria: list[Text] = Field(default_factory=list)


class CertificateAudit(Part):
    """An audit by the certification body."""

    kind: Literal["stage1", "stage2", "surveillance", "recertification", "special"]
    date: Day


class CertificateDocument(Part):
    """The certificate itself, as a file that is kept somewhere."""

    digest: Digest
    media_type: Text | None = None


class Verification(Part):
    """A person looked it up: how, when, what came of it; signed with the person's key."""

    method: Literal["cb_register", "iaf_certsearch", "ab_directory", "cb_email", "scope_judgement"]
    on: Day
    by: Id
    result: Literal["confirmed", "mismatch", "not_found", "unverifiable"]
    mismatched: list[Text] = Field(default_factory=list)
    system: Id | None = Field(default=None, description="of a judgement of scope")
    evidence: Text | None = None
    digest: Digest | None = None
    recheck_by: Day | None = None
    of: Digest | None = Field(default=None, description="SHA-256 of what the certificate claimed")
    key: PublicKey | None = Field(default=None, description="the person's, that signed")
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")] | None = None


class CertificateFile(Approved):
    """`certificates/<id>.yaml`."""

    id: Id
    supplier: Id | None = Field(default=None, description="whose it is; ours where left out")
    number: Text | None = None
    standard: Text = "ISO/IEC 42001"
    edition: Version | None = None
    holder: Holder
    ai_roles: list[Text] = Field(default_factory=list)
    scope_statement: Text | None = None
    scope_excludes: list[Text] = Field(default_factory=list)
    soa: SoaRef | None = None
    issued: Day | None = None
    effective: Day | None = None
    expires: Day | None = None
    first_issued: Day | None = None
    status: Literal["active", "suspended", "withdrawn", "expired", "unknown"] = "unknown"
    cb: CertificationBody | None = Field(default=None, description="the certification body")
    accreditation: Accreditation | None = None
    audits: list[CertificateAudit] = Field(default_factory=list)
    document: CertificateDocument | None = None
    verifications: list[Verification] = Field(default_factory=list)


class SupplierAnswer(Part):
    """A question that was put to a supplier, and what came back."""

    question: Text
    asked: Day | None = None
    answered: Day | None = None
    answer: Text | None = None
    origin: Origin | None = None
    digest: Digest | None = None


class SupplierFile(Approved):
    """`suppliers/<id>.yaml`."""

    id: Id
    name: Text
    systems: list[Id] = Field(default_factory=list)
    certificates: list[Id] = Field(default_factory=list)
    answers: list[SupplierAnswer] = Field(default_factory=list)
