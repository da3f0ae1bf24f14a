"""Time stamps over checkpoints (RFC 3161): which records existed by which time.

The stamp is over SHA-256 of the checkpoint's signed text, so that cosignatures that come later
change nothing. The library that reads it is loaded only when there is one to read, so that the
verifier needs nothing but `cryptography` otherwise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from watchkeeper.errors import TimestampInvalid, TimestampUnsupported, WatchkeeperError, cut
from watchkeeper.ledger.checkpoint import Checkpoint, parse_checkpoint_unverified
from watchkeeper.records.instant import Instant
from watchkeeper.verify.timestamps.der import with_sorted_certificates

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name
    from rfc3161_client import TimeStampResponse

MAX_RESPONSE_BYTES = 1 << 16
_SHA256 = "2.16.840.1.101.3.4.2.1"
_WHY = re.compile(r'(?:data|reason): "(?:Verify error: )?([^"]+)"[^"]*\Z')
"""What is worth reading in the dump of the library below the library."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority vouches for: this checkpoint was shown to it by `at`.

    `accuracy` is how far its clock may be off, in microseconds, as it says itself (0 where it
    says nothing); `authority` is the subject of the certificate that signed.
    """

    checkpoint: Checkpoint
    at: Instant
    accuracy: int
    authority: str


def parse_certificates(pem: bytes) -> list[Certificate]:
    """Parse PEM certificates.

    Raises:
        TimestampInvalid: there is none, or one that does not parse.
    """
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(pem)
    except ValueError:
        raise TimestampInvalid(
            f"not PEM certificates: {cut(pem[:40].decode(errors='replace'))}",
            "give the authority's root as a PEM file",
        ) from None


def check_timestamp(
    response: bytes,
    checkpoint: bytes,
    roots: Sequence[Certificate],
    nonce: int | None = None,
) -> Stamp:
    """Return what a time stamp says of a checkpoint, if an authority under `roots` signed it.

    `response` is a DER TimeStampResp, `checkpoint` a signed note; the note's own signatures are
    not looked at here. Certificates must have been valid at the stamp's time (RFC 3161, 2.3 and
    2.4.2). `nonce` is the one that was asked with, if this is the answer to a request.

    Raises:
        TimestampInvalid: it does not parse, does not verify, or is over something else.
        TimestampUnsupported: there is no library to read it with.
        NoteInvalid: not a checkpoint.
    """
    covered, note = parse_checkpoint_unverified(checkpoint)
    parsed = parse_response(response)
    try:
        _verify(parsed, hashlib.sha256(note.text.encode()).digest(), roots, nonce)
        at = _instant(parsed.tst_info.gen_time)
        return Stamp(covered, at, _accuracy(parsed), _signer(parsed))
    except WatchkeeperError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever libraries raise over a stranger's bytes
        raise TimestampInvalid(f"a malformed time stamp: {cut(error)}") from None


def parse_response(response: bytes) -> TimeStampResponse:
    """Parse a response that grants a time stamp; nothing is verified.

    Raises:
        TimestampInvalid: it does not parse, or grants nothing.
        TimestampUnsupported: there is no library to read it with.
    """
    if len(response) > MAX_RESPONSE_BYTES:
        raise TimestampInvalid(f"a time stamp of {len(response)} bytes")
    try:
        parsed = _decoded(response)
        granted = parsed.status == 0
        said = ", ".join(parsed.status_string) if not granted else ""
        if granted:
            # Decoded late: each of these can still turn out to be malformed.
            _ = (parsed.tst_info.message_imprint, parsed.signed_data.signer_infos)
    except WatchkeeperError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever libraries raise over a stranger's bytes
        raise TimestampInvalid(
            f"not a time stamp response (RFC 3161, 2.4.2): {cut(error)}", ""
        ) from None
    if not granted:
        raise TimestampInvalid(f"the authority grants nothing: status {parsed.status} {cut(said)}")
    return cast("TimeStampResponse", parsed)


def _decoded(response: bytes) -> Any:
    client = _library()
    try:
        return client.decode_timestamp_response(response)
    except ValueError:
        sorted_ = with_sorted_certificates(response)
        if sorted_ == response:
            raise
        return client.decode_timestamp_response(sorted_)


def _library() -> Any:
    """Return the module, which need not be there."""
    try:
        import rfc3161_client
    except ImportError:
        raise TimestampUnsupported("time stamps can not be read here") from None
    return rfc3161_client


def _verify(
    parsed: TimeStampResponse, digest: bytes, roots: Sequence[Certificate], nonce: int | None
) -> None:
    client = _library()
    if parsed.tst_info.message_imprint.hash_algorithm.dotted_string != _SHA256:
        raise TimestampInvalid("a time stamp that is not over SHA-256")
    try:
        verifier = client.VerifierBuilder(roots=list(roots), nonce=nonce).build()
        verifier.verify(parsed, digest)
    except client.VerificationError as error:
        found = _WHY.search(str(error))
        why = found[1] if found else error
        raise TimestampInvalid(f"the time stamp does not verify: {cut(why)}") from None


def _instant(at: datetime) -> Instant:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    elapsed = aware - _EPOCH
    return Instant((elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds)


def _accuracy(parsed: TimeStampResponse) -> int:
    said: Any = parsed.tst_info.accuracy  # which the authority may leave out
    if said is None:
        return 0
    return (said.seconds or 0) * 1_000_000 + (said.millis or 0) * 1000 + (said.micros or 0)


def _signer(parsed: TimeStampResponse) -> str:
    from cryptography import x509

    signer = next(iter(parsed.signed_data.signer_infos))
    for raw in parsed.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(raw)
        same = certificate.issuer == signer.issuer
        if same and certificate.serial_number == signer.serial_number:
            return _name(certificate.subject)
    return "?"


def _name(subject: Name) -> str:
    return str(subject.rfc4514_string())
