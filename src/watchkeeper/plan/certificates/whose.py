"""Whose a certificate is taken to be: ours, or that of suppliers."""

from __future__ import annotations

import unicodedata

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    SupplierFile,
)


def suppliers_of(register: Register, certificate: CertificateFile) -> tuple[SupplierFile, ...]:
    """Return the suppliers whose it is: whom it names, and who list it; none where it is ours."""
    return tuple(
        one
        for id_, one in sorted(register.of("supplier").items())
        if id_ == certificate.supplier or certificate.id in one.certificates
    )


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same, apart from case, spaces and punctuation.

    Marks of vowels are letters: without them names in many scripts would fall together.
    """
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(ch for ch in text if ch.isalnum() or unicodedata.category(ch)[0] == "M")
