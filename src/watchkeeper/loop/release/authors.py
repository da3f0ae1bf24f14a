"""Who wrote what is new in a plan: they may be kept from approving it, or its reviews."""

from __future__ import annotations

from collections.abc import Mapping

from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.records.codec import Json, to_json
from watchkeeper.records.people import Command
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import AUTHOR, Policy


def author_of(command: Command, bundle: Bundle) -> str:
    """Return who wrote what is new: the signer, unless they say that somebody else did."""
    named = command.body.get("writtenBy")
    if named is None:
        return command.person
    if named not in {person.id for person in bundle.people}:
        raise CommandInvalid(f"{cut(named)} is nobody whom the plan names")
    return str(named)


def authors_of(
    old: Bundle | None, before: Mapping[str, str], new: Bundle, author: str
) -> dict[str, str]:
    """Return who changed each review last that keeps its author apart from who approves.

    A review that stayed the same, and whose grant did, keeps its author.
    """
    was = {} if old is None else {policy.id: policy for policy in old.policies}
    return {
        policy.id: before[policy.id]
        if policy.id in before
        and old is not None
        and policy.id in was
        and _says(old, was[policy.id]) == _says(new, policy)
        else author
        for policy in new.policies
        if AUTHOR in policy.separate
    }


def _says(bundle: Bundle, policy: Policy) -> Json:
    """Return everything that a review and its grant say."""
    grant = next((grant for grant in bundle.grants if grant.id == policy.grant), None)
    return [to_json(policy), None if grant is None else to_json(grant)]
