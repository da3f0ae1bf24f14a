"""`watchkeeper plan certificate verified`: a person looked a certificate up, and signs for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from watchkeeper.cli import output
from watchkeeper.cli.people import signer_of
from watchkeeper.cli.plan.arguments import AsJson, day_said, go_on, moment, past_day, registered
from watchkeeper.cli.plan.certificate.arguments import OnDay, Proof, WorkspaceOption, digest_of
from watchkeeper.cli.plan.certificate.files import append, there
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.certificates.signing import Held, held, sign_check
from watchkeeper.plan.draft.workspace import PERSON
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.workspace.models.management.certificates import Verification

METHODS = "cb_register, cb_email, iaf_certsearch, ab_directory, scope_judgement"
RESULTS = "confirmed, mismatch, not_found, unverifiable"


def verified(
    certificate: Annotated[str, typer.Argument(help="The certificate, by its id.")],
    method: Annotated[str, typer.Option("--method", help=f"Where: {METHODS}.")],
    result: Annotated[str, typer.Option("--result", help=f"What came of it: {RESULTS}.")],
    by: Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")] = PERSON,
    path: WorkspaceOption = Path("aims"),
    on: OnDay = None,
    mismatched: Annotated[
        list[str] | None, typer.Option("--mismatched", help="What differs; may be repeated.")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", help="Of a judgement of scope: of which system.")
    ] = None,
    evidence: Annotated[
        str | None, typer.Option("--evidence", help="Where you looked, in words.")
    ] = None,
    file: Proof = None,
    recheck_by: Annotated[
        str | None,
        typer.Option("--recheck-by", help="The last day on which it counts; a year if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Note that you looked a certificate up, how, and what came of it; signed with your key.

    Nothing is fetched: you look, in the register of the body that issued it, in IAF CertSearch, in
    the accreditation body's directory, or judge whether its scope covers a system of ours.

    Examples:
      watchkeeper plan certificate verified modelhouse --method cb_register --result confirmed
      watchkeeper plan certificate verified modelhouse --method ab_directory --result not_found
    """
    with output.speaking_plainly():
        go_on(path)
        register, _ = registered(path, moment(None))
        says = there(register, "certificate", certificate)
        check = _check(
            method=method,
            on=past_day(on, "say on which day you looked"),
            by=by,
            result=result,
            mismatched=mismatched or [],
            system=system,
            evidence=evidence,
            digest=digest_of(file),
            recheck_by=None if recheck_by is None else day_said(recheck_by),
        )
        _about(register, check)
        signed = sign_check(register.aims.origin, says, check, signer_of(by))
        keys = {person.id: person.keys for person in register.aims.people}
        if held(register.aims.origin, says, signed, keys) is not Held.HOLDS:
            raise SettingsInvalid(
                f"`aims.yaml` does not have this key as {cut(by)}'s",
                f"`watchkeeper do enroll {by}` puts it there",
            )
        entry = signed.model_dump(mode="json", exclude_defaults=True)
        wrote = append(path, "certificate", certificate, "verifications", entry)
    if as_json:
        output.show_json({"wrote": wrote, "check": entry})
    else:
        output.show(f"noted in {wrote}: {method} on {check.on} by {by}: {result}")


def _check(**says: Any) -> Verification:
    try:
        return Verification.model_validate(says)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise SettingsInvalid(
            f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}",
            f"methods: {METHODS}; results: {RESULTS}",
        ) from None


def _about(register: Register, check: Verification) -> None:
    if (check.method == "scope_judgement") is (check.system is None):
        raise SettingsInvalid(
            "`--system` belongs to `--method scope_judgement`, and to nothing else",
            "a register tells nothing of a system; a person judges",
        )
    if check.system is not None and check.system not in register.systems:
        raise SettingsInvalid(f"there is no system {cut(check.system)}", "see `systems/`")
    if check.recheck_by is not None and check.recheck_by < check.on:
        raise SettingsInvalid(
            f"it can not have counted until {check.recheck_by} and been made on {check.on}",
            "`--recheck-by` is the last day on which it counts",
        )
    if check.by not in {person.id for person in register.aims.people}:
        raise SettingsInvalid(f"`aims.yaml` has no person {cut(check.by)}", "say who you are")
