"""What may be concluded from a certificate, and what not.

A certificate speaks of an organisation's management system in a scope. It never speaks of a model
or a product, and never says that anything complies with anything. Only checks that a person signed,
of the certificate as it stands, that are not due again, are believed; the newest of a kind counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watchkeeper.plan.certificates import answers
from watchkeeper.plan.certificates.bodies import accredits_nobody, certifies_nobody
from watchkeeper.plan.certificates.looked import Answer, Known, look
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.certificates import CertificateFile
from watchkeeper.records.day import day_of, has_passed
from watchkeeper.records.instant import Instant

_ENDED = ("suspended", "withdrawn", "expired")
_ABOUT_AI = re.compile(r"(?:[A-Z]{2,5}[ /-])*ISO/IEC 42001(?:[:-](?:[A-Z0-9 :()+/-]*))?")
"""The standard itself, or as a national body publishes it; not what calls itself like it."""
NEVER = (
    "that a model, a product or a system is certified: it speaks of how an organisation manages",
    "that anything complies with a law, a contract or a standard",
)


@dataclass(frozen=True, slots=True)
class Concluded:
    """What follows from a certificate at a moment.

    `status` is what the file says; `expired` what the clock adds, and `ended` why it does not hold
    now, empty where nothing says so. `confirmed`: whether a register of who issued it says what is
    recorded here. `accredited`: whether that body is, for ISO/IEC 42001. `holder_matches`: whether
    it is held by whom it is taken for. `in_scope`: whether it covers `system`; None where none was
    asked about. `against` are further things that can not be concluded, and `ignored` says which
    checks were not believed, and why.
    """

    id: str
    holder: str
    standard: str
    status: str
    expired: Answer
    ended: str
    system: str | None
    confirmed: Known
    accredited: Known
    holder_matches: Known
    in_scope: Known | None
    against: tuple[str, ...]
    ignored: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Tell whether nothing that is known speaks against it; it may still be unconfirmed."""
        denied = any(known.answer is Answer.NO for _, known in self._asked())
        return not denied and not self.ended

    @property
    def may(self) -> tuple[str, ...]:
        """Return what may be concluded, a sentence each, with who looked it up when."""
        return tuple(
            f"{sentence} ({known.by}, {known.on})" if known.by else sentence
            for sentence, known in self._asked()
            if known.answer is Answer.YES
        )

    @property
    def cannot(self) -> tuple[str, ...]:
        """Return what can not be concluded, a sentence each; what none ever says comes last."""
        open_ = (f"that {s}: {k.why}" for s, k in self._asked() if k.answer is not Answer.YES)
        return (*open_, *self.against, *NEVER)

    def _asked(self) -> Iterator[tuple[str, Known]]:
        yield "a register of who issued it says what is recorded here", self.confirmed
        yield "who issued it is accredited for ISO/IEC 42001", self.accredited
        yield "it is held by whom it is taken for", self.holder_matches
        if self.in_scope is not None:
            yield f"its scope covers {self.system}", self._covers(self.in_scope)

    def _covers(self, judged: Known) -> Known:
        """Of a certificate that does not hold nothing is covered, whatever its scope says."""
        if judged.answer is Answer.YES and self.ended:
            return replace(judged, answer=Answer.UNKNOWN, why=f"it does not hold: {self.ended}")
        return judged


def conclude(register: Register, id_: str, at: Instant, system: str | None = None) -> Concluded:
    """Say what may be concluded from a certificate of the register at a moment.

    Raises:
        KeyError: there is no such certificate.
    """
    certificate: CertificateFile = register.of("certificate")[id_]
    keys = {person.id: person.keys for person in register.aims.people}
    looked = look(register.aims.origin, certificate, keys, at)
    expired, ended = _expired(certificate, at), _ended(certificate, at)
    return Concluded(
        id=id_,
        holder=certificate.holder.legal_name,
        standard=certificate.standard,
        status=certificate.status,
        expired=expired,
        ended=ended,
        system=system,
        confirmed=answers.confirmed(looked),
        accredited=answers.accredited(looked),
        holder_matches=answers.holder(register, certificate),
        in_scope=None if system is None else answers.in_scope(register, looked, system),
        against=tuple(_against(certificate, expired, ended)),
        ignored=looked.ignored,
    )


def about_ai(certificate: CertificateFile) -> bool:
    """Tell whether it is about the management of AI (ISO/IEC 42001), and not another standard."""
    return _ABOUT_AI.fullmatch(certificate.standard) is not None


def _expired(certificate: CertificateFile, at: Instant) -> Answer:
    if certificate.expires is None:
        return Answer.UNKNOWN
    return Answer.YES if has_passed(certificate.expires, at) else Answer.NO


def _ended(certificate: CertificateFile, at: Instant) -> str:
    """Return why it does not hold now, as far as the file and the clock say."""
    begins = max(certificate.issued or "", certificate.effective or "")
    if certificate.status in _ENDED:
        return f"its status is `{certificate.status}`"
    if certificate.expires is not None and has_passed(certificate.expires, at):
        return f"it was good until {certificate.expires}"
    return f"it begins on {begins}" if begins > day_of(at) else ""


def _against(certificate: CertificateFile, expired: Answer, ended: str) -> Iterator[str]:
    if ended:
        yield f"that it holds today: {ended}"
    elif certificate.status != "active":
        yield f"that it holds today: its status is `{certificate.status}`"
    if expired is Answer.UNKNOWN:
        yield "until when it holds: the file does not say"
    if not about_ai(certificate):
        yield f"anything on the management of AI: it is about {certificate.standard}"
    if certificate.cb is None:
        yield "who issued it: the file does not say"
    elif certifies_nobody(certificate.cb.name):
        yield "that anybody issued it: ISO and IEC write standards, and certify nobody"
    elif accredits_nobody(certificate.cb.name):
        yield "that anybody issued it: a forum of accreditation bodies certifies nobody"
    if certificate.soa is None:
        yield "for which controls: no statement of applicability is named"
