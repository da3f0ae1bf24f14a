"""Certificates: who issued them, and whether what was looked up is what a person signed.

A false claim must not be released: a certificate that names ISO, IEC or a forum of accreditation
bodies as who issued or accredited it, and a check that its person did not sign, are errors. ISO and
IEC write standards and certify nobody.
"""

from __future__ import annotations

from typing import Any

from watchkeeper.plan.certificates.bodies import (
    accredits_nobody,
    certifies_nobody,
    is_their_site,
)
from watchkeeper.plan.certificates.signing import Held, held
from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.checked import Checked
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.management.certificates import CertificateFile
from watchkeeper.plan.workspace.report import Report

_AGAIN = "look it up again: `watchkeeper plan certificate verified`"
_GAPS = {
    Held.UNSIGNED: ("check-unsigned", "nobody signed this check, so that it counts as none"),
    Held.FORMER_KEY: ("signed-by-former-key", "it is signed with a key that no person here has"),
    Held.CHANGED: ("certificate-changed-since-check", "the certificate was changed since"),
}


def check_certificates(workspace: Workspace, _names: Names, report: Report) -> None:
    """Check who issued each certificate, whose it is, and every check of it."""
    for file in workspace.management.of("certificate").values():
        _check_bodies(file, report)
        _check_owner(workspace, file, report)
        _check_checks(workspace, file, report)


def _check_bodies(file: Checked[CertificateFile], report: Report) -> None:
    says = file.says
    named = {
        ("cb", "name"): says.cb and says.cb.name,
        ("accreditation", "body"): says.accreditation and says.accreditation.body,
    }
    for place, name in named.items():
        if name and certifies_nobody(name):
            report.at(file, *place).safety(
                "iso-certifies-nobody",
                f"`{name}` writes standards; it certifies and accredits nobody",
                "name the body that is on the certificate, or take the certificate out",
            )
        elif name and accredits_nobody(name):
            report.at(file, *place).safety(
                "forum-accredits-nobody",
                f"`{name}` is where accreditation bodies work together; it accredits nobody",
                "name the body itself: of the accreditation, the one whose directory has it",
            )
    if says.cb and says.cb.register_url and is_their_site(says.cb.register_url):
        report.at(file, "cb", "register_url").safety(
            "iso-certifies-nobody",
            "that site has no register of certificates",
            "name the register of the body that issued it",
        )


def _check_owner(workspace: Workspace, file: Checked[CertificateFile], report: Report) -> None:
    supplier = workspace.management.of("supplier").get(file.says.supplier or "")
    if supplier is not None and file.says.id not in supplier.says.certificates:
        report.at(file, "supplier").gap(
            "certificate-not-of-supplier",
            f"`{supplier.file}` does not list it among its certificates",
            f"add `{file.says.id}` there, or take `supplier:` out",
        )


def _check_checks(workspace: Workspace, file: Checked[Any], report: Report) -> None:
    aims = workspace.aims.says
    keys = {person.id: person.keys for person in aims.people}
    for i, check in enumerate(file.says.verifications):
        spot = report.at(file, "verifications", i)
        holds = held(aims.origin, file.says, check, keys)
        if holds is Held.FORGED:
            spot.safety(
                "check-not-signed-by-them",
                f"the signature of this check is not `{check.by}`'s",
                f"take it out, and {_AGAIN}",
            )
        elif holds in _GAPS:
            spot.gap(*_GAPS[holds], _AGAIN)
        elif check.evidence is None and check.digest is None:
            what = "it does not say where somebody looked, and keeps nothing that shows it"
            spot.gap("check-without-evidence", what, "look again, with `--evidence` or `--file`")
