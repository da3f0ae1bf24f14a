"""What a person signs who looked a certificate up.

The signature is Ed25519 over the DSSE v1 pre-authentication encoding of `CHECK_TYPE` and the
canonical JSON of the check. It binds the management system's name, the certificate, everything that
the certificate claimed when it was looked up, and what came of it: a check never speaks for another
certificate, for another's log, or for claims that were changed since.
"""

from __future__ import annotations

import base64
import enum
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.ledger.pae import pae
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    Verification,
)

if TYPE_CHECKING:
    from watchkeeper.ports import Signer

CHECK_TYPE = "application/vnd.watchkeeper.certificate-check+json"
_HEAD = {
    "version",
    "owner",
    "approved_by",
    "approved",
    "approved_digest",
    "review_by",
    "verifications",
}


class Held(enum.StrEnum):
    """Whether a check holds: only one that holds is believed."""

    HOLDS = "holds"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    FORMER_KEY = "former-key"
    CHANGED = "changed"


def claims_digest(certificate: CertificateFile) -> str:
    """Return SHA-256, in hex, of all that a certificate claims, apart from who checked it."""
    claims = certificate.model_dump(mode="json", exclude=_HEAD, exclude_defaults=True)
    return sha256_hex(canonical_arguments(claims))


def sign_check(
    origin: str, certificate: CertificateFile, check: Verification, signer: Signer
) -> Verification:
    """Return a check with what it looked at, the key and the signature."""
    looked = check.model_copy(
        update={
            "of": claims_digest(certificate),
            "key": base64.b64encode(signer.public_key).decode(),
        }
    )
    signature = signer.sign(_bytes(origin, certificate.id, looked))
    return looked.model_copy(update={"signature": base64.b64encode(signature).decode()})


def held(
    origin: str,
    certificate: CertificateFile,
    check: Verification,
    keys: Mapping[str, Sequence[str]],
) -> Held:
    """Tell whether a check is what its person signed, of this certificate as it is.

    `keys` goes from people to their public keys in base64, as the plan has them now.
    """
    if check.signature is None or check.key is None or check.of is None:
        return Held.UNSIGNED
    from watchkeeper.ledger.signature import decode_base64, verifies

    public, signature = decode_base64(check.key), decode_base64(check.signature)
    message = _bytes(origin, certificate.id, check)
    if public is None or signature is None or not verifies(public, message, signature):
        return Held.FORGED
    if check.key not in keys.get(check.by, ()):
        theirs = any(check.key in of for of in keys.values())
        return Held.FORGED if theirs else Held.FORMER_KEY
    return Held.HOLDS if check.of == claims_digest(certificate) else Held.CHANGED


def _bytes(origin: str, certificate: str, check: Verification) -> bytes:
    says = check.model_dump(mode="json", exclude={"signature"}, exclude_defaults=True)
    body = {"origin": origin, "certificate": certificate, "check": says}
    return pae(CHECK_TYPE, canonical_arguments(body))
