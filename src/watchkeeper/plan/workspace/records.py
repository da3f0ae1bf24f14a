"""The records of the management system as the workspace's files say them, with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.kinds import RECORDS


@dataclass(frozen=True, slots=True)
class Basis:
    """What of the plan an assessment looked at, as `plan assess` wrote it beside the assessment."""

    file: str
    says: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A document of the workspace as it was read: its name, its digest and its bytes.

    `digest` is SHA-256 in hex; of a text file that of its text with plain line ends, so that a
    checkout on another machine is the same document.
    """

    file: str
    digest: str
    raw: bytes = field(repr=False)


def digest_of(file: str, raw: bytes) -> FileDigest:
    """Return a document with its digest: of its text where it is UTF-8 text, else of its bytes."""
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff") if b"\0" not in raw else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        return FileDigest(file, sha256_hex(raw), raw)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return FileDigest(file, sha256_hex(plain.encode()), raw)


@dataclass(frozen=True, slots=True)
class Records:
    """Records by kind and id; a kind with one file only has it under the id `""`.

    `bases` goes from (kind, system) to what the assessment looked at; `digests` from the id of a
    document of `documents.yaml` to what lies in its file, where it lies in the workspace.
    """

    files: Mapping[str, Mapping[str, Checked[Any]]] = field(default_factory=dict)
    bases: Mapping[tuple[str, str], Basis] = field(default_factory=dict)
    digests: Mapping[str, FileDigest] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, Checked[Any]]:
        """Return the records of a kind by id."""
        return self.files.get(kind, {})

    def one(self, kind: str) -> Checked[Any] | None:
        """Return the record of a kind that has one file only; None where it is not there."""
        return self.files.get(kind, {}).get("")

    def basis_digest(self, kind: str, id_: str) -> str | None:
        """Return SHA-256, in hex, of what an assessment looked at; None where that is not there."""
        basis = self.bases.get((kind, id_))
        return None if basis is None else sha256_hex(canonical_arguments(basis.says))

    def any(self) -> bool:
        """Tell whether there is any record of the management system."""
        return any(self.files.get(place.kind) for place in RECORDS)
