"""A supplier's certificate, looked up by people who sign."""

from __future__ import annotations

import base64
from typing import Any

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.bank import signer
from watchkeeper.plan.certificates.signing import sign_check
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    Verification,
)

CLAIMS: dict[str, Any] = {
    "id": "modelhouse-42001",
    "supplier": "modelhouse",
    "number": "AI-77",
    "holder": {"legal_name": "Model House"},
    "scope_statement": "Hosting of models.",
    "expires": "2028-05-31",
    "status": "active",
    "soa": {"version": "3"},
    "cb": {"name": "Example Certification"},
    "accreditation": {
        "body": "Example Accreditation",
        "scope_includes_42001": True,
        "criteria": ["ISO/IEC 17021-1", "ISO/IEC 42006"],
    },
}


def key_of(person: str) -> str:
    """A person's public key, in base64."""
    return base64.b64encode(signer(person).public_key).decode()


def check(claims: dict[str, Any], origin: str, by: str = "ana", **says: Any) -> dict[str, Any]:
    """A check of a certificate as it stands in its file, signed by a person."""
    said = {"method": "cb_register", "on": "2026-11-01", "result": "confirmed", "by": by, **says}
    signed = sign_check(
        origin,
        CertificateFile.model_validate(claims),
        Verification.model_validate(said),
        signer(by),
    )
    return signed.model_dump(mode="json", exclude_defaults=True)


def bought(
    *checks: dict[str, Any], claims: dict[str, Any] | None = None, **changes: Any
) -> ManagedWorkspace:
    """A workspace whose supplier has a certificate; each of `checks` is what `check` takes."""
    says = {**CLAIMS, **(claims or {})}
    world = ManagedWorkspace()
    people = [{**one, "keys": [key_of(one["id"])]} for one in world.records["aims", ""]["people"]]
    world.change("aims", people=people)
    world.change("supplier", "modelhouse", certificates=["modelhouse-42001"])
    origin = world.records["aims", ""]["origin"]
    signed = [check(says, origin, **one) for one in checks]
    return world.change(
        "certificate", "modelhouse-42001", **{**says, **changes}, verifications=signed
    )
