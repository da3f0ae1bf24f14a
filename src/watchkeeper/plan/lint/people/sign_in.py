"""Accounts by which people sign in to the console, and how long they stay."""

from __future__ import annotations

from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.organisation import ConsoleEntry
from watchkeeper.plan.workspace.report import Report


def check_sign_in(workspace: Workspace, report: Report) -> None:
    """Check that an account is one person's, and that there is a provider for it."""
    aims = workspace.aims.says
    provider = aims.console.openid if aims.console else None
    issuer = provider.issuer if provider else None
    holders: dict[tuple[str, str], str] = {}
    for i, person in enumerate(aims.people):
        for n, account in enumerate(person.sign_in):
            spot = report.at(workspace.aims, "people", i, "sign_in", n)
            holder = holders.setdefault((account.issuer, account.subject), person.id)
            if holder != person.id:
                spot.inside("subject").safety(
                    "account-shared",
                    f"`{person.id}` has the same account as `{holder}`",
                    "one account is one person: give each their own",
                )
            if account.issuer != issuer:
                spot.inside("issuer").gap(
                    "sign-in-nowhere",
                    f"`{person.id}` can not sign in by this account: the console asks another one",
                    "spell it as `console: {openid: {issuer: ...}}` does, or take it out",
                )
    if aims.console is not None:
        _console(workspace, aims.console, issuer, {named for named, _ in holders}, report)


def _console(
    workspace: Workspace,
    says: ConsoleEntry,
    issuer: str | None,
    issuers: set[str],
    report: Report,
) -> None:
    if issuer is not None and issuer not in issuers:
        report.at(workspace.aims, "console", "openid").gap(
            "openid-for-nobody",
            "nobody has an account of this provider, so nobody signs in by it",
            "name accounts: `sign_in: [{issuer: ..., subject: ...}]` of a person",
        )
    if says.idle is not None and says.session is not None and says.idle >= says.session:
        report.at(workspace.aims, "console", "idle").gap(
            "idle-too-long",
            "a session ends before it is left alone for so long",
            "make `idle` shorter than `session`",
        )
