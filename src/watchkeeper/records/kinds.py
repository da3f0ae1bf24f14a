"""The closed set of record kinds, and what each one says (evidence format, 1)."""

from __future__ import annotations

import enum

from watchkeeper.records.action import DecisionRecord, EffectRecord, VoidRecord
from watchkeeper.records.administration import (
    ClockAcceptedRecord,
    GenesisRecord,
    PlanReleaseRecord,
    RefusalsRecord,
    ResumeRecord,
    StopRecord,
    TokenRecord,
    TokenRevokedRecord,
)
from watchkeeper.records.custody import AdoptedRecord, KeyRotationRecord
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord
from watchkeeper.records.erasure import ErasureRecord
from watchkeeper.records.lent import (
    DelegationEndedRecord,
    DelegationRecord,
    MandateEndedRecord,
    MandateRecord,
    MandateWordRecord,
)
from watchkeeper.records.oversight import AnswerRecord, ChannelRecord, QuestionRecord
from watchkeeper.records.people import PasskeyRecord, PasskeyRevokedRecord, VerdictRecord
from watchkeeper.records.plan_verdict import PlanVerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import (
    AbsenceEndedRecord,
    AbsenceRecord,
    StandingEndedRecord,
    StandingRecord,
)

__all__ = ["PREDICATES", "Kind", "Ref"]


class Kind(enum.StrEnum):
    """What a record is. The value stands in its predicate type."""

    GENESIS = "genesis"
    PLAN_RELEASE = "plan-release"
    DECISION = "decision"
    VERDICT = "verdict"
    EFFECT = "effect"
    VOID = "void"
    STOP = "stop"
    RESUME = "resume"
    TOKEN = "token"  # noqa: S105 - a kind of record
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - a kind of record
    CLOCK_ACCEPTED = "clock-accepted"
    REFUSALS = "refusals"
    ERASURE = "erasure"
    KEY_ROTATION = "key-rotation"
    ADOPTED = "adopted"
    PASSKEY = "passkey"
    PASSKEY_REVOKED = "passkey-revoked"
    QUESTION = "question"
    ANSWER = "answer"
    DRILL = "drill"
    DRILL_REVEALED = "drill-revealed"
    CHANNEL = "channel"
    MANDATE = "mandate"
    MANDATE_ENDED = "mandate-ended"
    MANDATE_WORD = "mandate-word"
    STANDING = "standing"
    STANDING_ENDED = "standing-ended"
    ABSENCE = "absence"
    ABSENCE_ENDED = "absence-ended"
    DELEGATION = "delegation"
    DELEGATION_ENDED = "delegation-ended"
    PLAN_VERDICT = "plan-verdict"


PREDICATES: dict[Kind, type] = {
    Kind.GENESIS: GenesisRecord,
    Kind.PLAN_RELEASE: PlanReleaseRecord,
    Kind.DECISION: DecisionRecord,
    Kind.VERDICT: VerdictRecord,
    Kind.EFFECT: EffectRecord,
    Kind.VOID: VoidRecord,
    Kind.STOP: StopRecord,
    Kind.RESUME: ResumeRecord,
    Kind.TOKEN: TokenRecord,
    Kind.TOKEN_REVOKED: TokenRevokedRecord,
    Kind.CLOCK_ACCEPTED: ClockAcceptedRecord,
    Kind.REFUSALS: RefusalsRecord,
    Kind.ERASURE: ErasureRecord,
    Kind.KEY_ROTATION: KeyRotationRecord,
    Kind.ADOPTED: AdoptedRecord,
    Kind.PASSKEY: PasskeyRecord,
    Kind.PASSKEY_REVOKED: PasskeyRevokedRecord,
    Kind.QUESTION: QuestionRecord,
    Kind.ANSWER: AnswerRecord,
    Kind.DRILL: DrillRecord,
    Kind.DRILL_REVEALED: DrillRevealedRecord,
    Kind.CHANNEL: ChannelRecord,
    Kind.MANDATE: MandateRecord,
    Kind.MANDATE_ENDED: MandateEndedRecord,
    Kind.MANDATE_WORD: MandateWordRecord,
    Kind.STANDING: StandingRecord,
    Kind.STANDING_ENDED: StandingEndedRecord,
    Kind.ABSENCE: AbsenceRecord,
    Kind.ABSENCE_ENDED: AbsenceEndedRecord,
    Kind.DELEGATION: DelegationRecord,
    Kind.DELEGATION_ENDED: DelegationEndedRecord,
    Kind.PLAN_VERDICT: PlanVerdictRecord,
}
