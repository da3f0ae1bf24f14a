"""Whose a certificate is taken to be: ours, or that of suppliers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from watchkeeper.plan.workspace.models.management.certificates import (
    CertificateFile,
    SupplierFile,
)


def is_of(supplier: SupplierFile, certificate: CertificateFile) -> bool:
    """Tell whether a certificate is a supplier's: it names that one, or that one lists it."""
    return certificate.supplier == supplier.id or certificate.id in supplier.certificates


def suppliers_of(
    suppliers: Iterable[SupplierFile], certificate: CertificateFile
) -> tuple[SupplierFile, ...]:
    """Return those of all suppliers whose it is, by id."""
    return tuple(sorted((one for one in suppliers if is_of(one, certificate)), key=_id))


def certificates_of(
    certificates: Iterable[CertificateFile], supplier: SupplierFile
) -> tuple[CertificateFile, ...]:
    """Return those of all certificates that are a supplier's, by id."""
    return tuple(sorted((one for one in certificates if is_of(supplier, one)), key=_id))


def is_ours(suppliers: Iterable[SupplierFile], certificate: CertificateFile) -> bool:
    """Tell whether it is ours: it names no supplier, there or not, and none lists it."""
    return certificate.supplier is None and not suppliers_of(suppliers, certificate)


def _id(one: SupplierFile | CertificateFile) -> str:
    return one.id


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same, apart from case, spaces and punctuation.

    Marks of vowels are letters: without them names in many scripts would fall together.
    """
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(ch for ch in text if ch.isalnum() or unicodedata.category(ch)[0] == "M")
