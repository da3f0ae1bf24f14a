"""A log in several shards: each goes on from the one before, and says from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from watchkeeper.errors import EnvelopeInvalid, NoteInvalid, cut
from watchkeeper.ledger.checkpoint import Checkpoint, parse_checkpoint_unverified
from watchkeeper.ledger.envelope import check_signature, parse_envelope_unverified
from watchkeeper.ledger.note import VerifierKey, parse_vkey
from watchkeeper.records.administration import Carried, GenesisRecord
from watchkeeper.records.plan_verdict import OpenReview, Reviews, still_open
from watchkeeper.verify.conduct import Conduct
from watchkeeper.verify.enrolment import enrolled_of
from watchkeeper.verify.people import Commands, named_by
from watchkeeper.verify.report import Finding, Report, ShardSeen, Status, Step, Verification
from watchkeeper.verify.source import Source

OLDER, SHARDS = 5, 18
OPERATE = "operate"


@dataclass(frozen=True, slots=True)
class Before:
    """What was verified of the shard before: its end, and what its records add up to.

    `log_key` signs its checkpoints; `rest` counts the records that its home holds beyond its end.
    """

    checkpoint: Checkpoint
    conduct: Conduct
    log_key: VerifierKey
    rest: int = 0

    @property
    def keys(self) -> Mapping[str, bytes]:
        """The record keys in force at its end: raw, by key id."""
        return self.conduct.custody.in_force()


def check_begin(
    report: Report, genesis: GenesisRecord, first: bytes, before: Before | None
) -> None:
    """Check that a shard goes on from exactly the end of the one before (step 18)."""
    if number_of(genesis.origin) != genesis.shard:
        report.fail(SHARDS, "its origin names another shard than it is", 0)
    if genesis.shard == 0:
        report.say(SHARDS, "the log begins with this shard")
    elif before is None:
        report.skip(
            SHARDS,
            f"shard {genesis.shard - 1} was not given: what this one took over is the log's word",
        )
    else:
        for problem in _problems(genesis, first, before):
            report.fail(SHARDS, problem, 0)
        report.say(SHARDS, f"goes on from {before.checkpoint.size} records of the shard before")
    if genesis.shard and (genesis.carried is None or genesis.predecessor is None):
        report.fail(SHARDS, "a later shard that names no predecessor", 0)


def _problems(genesis: GenesisRecord, first: bytes, before: Before) -> list[str]:
    problems = []
    if _cited(genesis) != before.checkpoint:
        problems.append("it cites another end of the shard before than that has")
    if before.rest:
        problems.append(f"the shard before goes on for {before.rest} records after its end")
    try:
        check_signature(parse_envelope_unverified(first), before.keys)
    except EnvelopeInvalid:
        problems.append("it was begun with a record key that the shard before did not end with")
    if set(genesis.record_keys) != set(before.keys):
        problems.append("it names other record keys than the shard before ended with")
    if genesis.carried is not None:
        problems += _differences(genesis.carried, before.conduct)
        problems += _unsigned(genesis.carried, before, new_key=_has_new_key(genesis, before))
    return problems


def _cited(genesis: GenesisRecord) -> Checkpoint | None:
    try:
        return parse_checkpoint_unverified((genesis.predecessor or "").encode())[0]
    except NoteInvalid:
        return None


def _differences(carried: Carried, conduct: Conduct) -> list[str]:
    """Return what the shard says it took over and the records before it do not add up to."""
    ended, named = conduct.ended(), named_by(carried)
    pairs = {
        "people": (named.people, ended.named.people),
        "roles": (named.roles, ended.named.roles),
        "passkeys": (named.passkeys, ended.named.passkeys),
        "registered passkeys": (enrolled_of(carried), ended.enrolled),
        "console": (named.console, ended.named.console),
        "applications": (named.applications, ended.named.applications),
        "authors": (named.written_by, ended.named.written_by),
        "deputies": (named.deputies, ended.named.deputies),
        "rule of releases": (named.rule, ended.named.rule),
        "plan": (carried.plan, ended.plan),
        "releaser of the plan": (carried.released_by, ended.released_by),
        "stops": (set(carried.stops), set(ended.stops)),
        "open emergencies": (carried.emergencies, _as_carried(carried, ended.emergencies)),
        "dates": ((carried.since, carried.until), (ended.since, ended.until)),
    }
    return [
        f"it took over other {name} than the shard before ends with"
        for name, (said, found) in pairs.items()
        if said != found
    ]


def _as_carried(carried: Carried, found: Reviews) -> Reviews:
    """Return the emergencies that were found as records of before name them: the open ones alone.

    Those did not say who released, nor what came before.
    """
    if any(one.by is not None for one in carried.emergencies):
        return found
    return tuple(OpenReview(one.plan, one.release, one.review_by) for one in still_open(found))


def _has_new_key(genesis: GenesisRecord, before: Before) -> bool:
    try:
        return parse_vkey(genesis.log_key).public != before.log_key.public
    except NoteInvalid:
        return True


def _unsigned(carried: Carried, before: Before, *, new_key: bool) -> list[str]:
    if not carried.by and carried.signature is None:
        # The plan's limits ended it: they change no key.
        return ["nobody asked for another key of the log"] if new_key else []
    conduct, person = before.conduct, carried.by
    if carried.signature is None:
        return [f"{cut(person)} is said to have ended the shard, and did not sign for it"]
    commands = Commands(before.checkpoint.origin)
    body = {"newLogKey": True} if new_key else {}
    problem = commands.problem(carried.signature, conduct.authority, person, "roll", body)
    if problem is None and not conduct.authority.holds(person, OPERATE):
        problem = f"{cut(person)} does not hold the role {cut(OPERATE)}"
    return [] if problem is None else [f"roll: {problem}"]


def number_of(origin: str) -> int:
    """Return the number of the shard that an origin names; -1 if it names none."""
    number = origin.rpartition("/")[2]
    return int(number) if number.isdecimal() and number.isascii() else -1


def origin_of(source: Source) -> str:
    """Return the origin that a published log's checkpoint names, unverified.

    Raises:
        NoteInvalid: there is no checkpoint.
    """
    raw = source.read("checkpoint")
    if raw is None:
        raise NoteInvalid("there is no checkpoint", "is this the published log, or a home?")
    return parse_checkpoint_unverified(raw)[0].origin


def in_order(sources: Sequence[Source]) -> list[tuple[str, Source]]:
    """Return the shards of one log by their origins, the oldest first.

    Raises:
        NoteInvalid: two of one number, or of different logs.
    """
    named = sorted(((origin_of(s), s) for s in sources), key=lambda pair: number_of(pair[0]))
    numbers = [number_of(origin) for origin, _ in named]
    twice = [number for number, count in Counter(numbers).items() if count > 1]
    if twice:
        raise NoteInvalid(f"shard {twice[0]} was given twice", "give each shard once")
    names = sorted({origin.rpartition("/")[0] for origin, _ in named})
    if len(names) > 1:
        raise NoteInvalid(
            f"shards of different logs: {', '.join(cut(name) for name in names)}",
            "give the shards of one log",
        )
    return named


def joined(found: Sequence[Verification]) -> Verification:
    """Return one verification of several shards: the newest one's, with what the others found.

    The oldest comes first. A key or a witness that vouches for one shard vouches for the others
    where each was held against the one before; where one between them is missing, for none else.
    """
    newest = found[-1]
    shards = tuple(_seen(one, found[:at]) for at, one in enumerate(found))
    whole = all(shard.follows for shard in shards[1:])
    counts: Counter[str] = Counter()
    for one in found:
        counts.update(one.counts)
    return replace(
        newest,
        steps=tuple(_joined_step([one.steps[n] for one in found], found) for n in _steps(found)),
        findings=tuple(_named(finding, one) for one in found for finding in one.findings),
        left_out=sum(one.left_out for one in found),
        counts=dict(sorted(counts.items())),
        pinned=(any if whole else all)(one.pinned for one in found),
        witnessed=all(one.witnessed for one in found),
        witnessed_size=sum(one.witnessed_size for one in found),
        records=sum(one.size for one in found),
        shards=shards,
    )


def _seen(one: Verification, before: Sequence[Verification]) -> ShardSeen:
    number = number_of(one.origin)
    follows = bool(before) and number_of(before[-1].origin) + 1 == number
    return ShardSeen(one.origin, one.size, one.root, one.checkpoint, follows)


def _steps(found: Sequence[Verification]) -> range:
    return range(len(found[-1].steps))


def _named(finding: Finding, of: Verification) -> Finding:
    return replace(finding, message=f"shard {number_of(of.origin)}: {finding.message}")


def _joined_step(steps: Sequence[Step], found: Sequence[Verification]) -> Step:
    """One step over all shards: failed if it failed in any, checked only if it was in all.

    One kept checkpoint is enough: what follows its shard, follows it (step 18).
    """
    order = [Status.FAILED, Status.NOT_CHECKED, Status.CHECKED]
    if steps[0].number == OLDER:
        order = [Status.FAILED, Status.CHECKED, Status.NOT_CHECKED]
    worst = next(status for status in order if any(step.status is status for step in steps))
    details: dict[str, list[str]] = {}
    for step, one in zip(steps, found, strict=True):
        mark = "" if step.status is worst else f"{step.status.value}: "
        details.setdefault(mark + step.detail, []).append(str(number_of(one.origin)))
    said = (
        detail if len(shards) == len(steps) else f"shard {', '.join(shards)}: {detail}"
        for detail, shards in details.items()
    )
    return Step(steps[0].number, steps[0].title, worst, "; ".join(said))
