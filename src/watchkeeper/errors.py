"""The whole tree of errors.

A refusal of an action is a value (`records.decision.Decision`), never an exception: an exception
here means that something failed. Each class has a stable `code`, which programs may rely on, and
`advice`, one sentence that says what a person can do about it.

    WatchkeeperError
    ├── RecordInvalid            bytes that are not one of our records
    ├── LedgerError
    │   ├── EnvelopeInvalid      a DSSE envelope that does not verify or parse
    │   ├── NoteInvalid          a signed note or checkpoint that does not verify or parse
    │   ├── PolicyInvalid        a witness policy that does not parse, or is for another log
    │   ├── WitnessFailed        a witness that can not be reached, or whose answer is no answer
    │   ├── NotCovered           no published or witnessed checkpoint covers a record
    │   ├── ProofInvalid         an inclusion or consistency proof that does not hold
    │   ├── TileInvalid          a tile or entry bundle that is not what it should be
    │   ├── TimestampInvalid     a time stamp that does not verify or parse
    │   ├── TimestampRefused     an authority that can not be reached or gives no time stamp
    │   ├── TimestampUnsupported no library that can read time stamps
    │   ├── BundleInvalid        a file that is not a whole evidence bundle
    │   ├── FrameInvalid         a segment with a bad frame that is not a torn tail
    │   ├── EntryTooLarge        a record over 65,535 bytes
    │   ├── LogUnavailable       the log can not be written now: everything is refused
    │   │   └── KeyUnavailable   a token that can not sign now
    │   ├── LogInconsistent      the truth does not extend what we signed before
    │   ├── HomeLocked           another process has the home open
    │   ├── HomeDoubtful         a home that was restored or copied and not adopted yet
    │   ├── HomeInvalid          a folder that is no home, or whose parts are missing
    │   └── KeyUnsafe            a key that is missing, unreadable or open to other users
    ├── PlanError
    │   ├── PlanUnreadable       a workspace file that can not be read or parsed (exit 2)
    │   ├── PlanRefused          a workspace with safety errors (exit 1)
    │   ├── ImportRefused        a document of another tool that is not taken in
    │   ├── ExportInvalid        an export that would not hold together
    │   └── StandardInvalid      the data of a standard is not what it should be
    ├── EngineFailed             the policy engine can not load what the plan released
    ├── NotAuthorised            a person who may not do what was asked
    ├── NotApproved              a plan that may not be released yet: approvals are missing
    ├── AssessmentStale          a plan that widens authority while an assessment is stale
    ├── CommandInvalid           a signed command that is stale, replayed, malformed or forged
    ├── SessionMissing           nobody is signed in, or the session may not do this
    ├── SignInRefused            a sign-in that did not hold
    ├── TooManyTries             too many sign-ins that failed
    ├── ProviderFailed           a provider of sign-ins that can not be reached or believed
    ├── UpstreamFailed           a tool server that can not be reached or does not answer
    ├── ExportFailed             a trace store that can not be reached or does not take spans
    ├── SettingsInvalid          a setting that is missing or makes no sense
    ├── PermitInvalid            raised in a tool's own server: no permit for this call
    ├── MandateRefused           raised in an application: the gateway did not take its task
    └── ActionRefused            raised by the guard only, for Python callers
        ├── ActionBlocked
        └── ActionEscalated
"""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

_SHOWN = 80


def cut(text: object, limit: int = _SHOWN) -> str:
    """Render offending input for a message: one line, cut short, between backticks.

    Of a path the end is kept: it names the file.
    What can not be printed is escaped: a lone surrogate would break the printing of the message,
    a control character would speak to the terminal.
    """
    end = isinstance(text, PurePath)
    shown = (str(text)[-limit - 1 :] if end else str(text)[: limit + 1]).replace("`", "'")
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)
    if len(shown) > limit:
        shown = f"…{shown[1 - limit :]}" if end else f"{shown[: limit - 1]}…"
    return f"`{shown}`"


class WatchkeeperError(Exception):
    """Something failed. `code` is stable; `advice` says what to do."""

    code: ClassVar[str] = "error"
    default_advice: ClassVar[str] = ""

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = self.default_advice if advice is None else advice

    def __str__(self) -> str:
        return f"{self.message}; {self.advice}" if self.advice else self.message


class RecordInvalid(WatchkeeperError):
    """Bytes or a value that are not one of our records."""

    code = "record-invalid"


class LedgerError(WatchkeeperError):
    """The evidence can not be written, read or verified."""

    code = "ledger-error"


class EnvelopeInvalid(LedgerError):
    """A DSSE envelope that does not parse or whose signature does not verify."""

    code = "envelope-invalid"


class NoteInvalid(LedgerError):
    """A signed note or checkpoint that does not parse or verify."""

    code = "note-invalid"


class PolicyInvalid(LedgerError):
    """A witness policy that does not parse, or that is for another log."""

    code = "policy-invalid"


class WitnessFailed(LedgerError):
    """A witness that can not be reached, or whose answer is no answer."""

    code = "witness-failed"


class NotCovered(LedgerError):
    """A record is durable, but no checkpoint of the level that its tool asks for covers it."""

    code = "not-covered"


class ProofInvalid(LedgerError):
    """An inclusion or consistency proof that does not hold."""

    code = "proof-invalid"


class TileInvalid(LedgerError):
    """A tile or an entry bundle with the wrong size, path or content."""

    code = "tile-invalid"


class TimestampInvalid(LedgerError):
    """A time stamp that does not parse, does not verify, or is over something else."""

    code = "timestamp-invalid"


class TimestampRefused(LedgerError):
    """A time stamping authority that can not be reached, or answers without a time stamp."""

    code = "timestamp-refused"
    default_advice = "nothing was kept; the log is not touched, so try again later"


class TimestampUnsupported(LedgerError):
    """Time stamps can not be read here, since the library for them is missing."""

    code = "timestamp-unsupported"
    default_advice = "install it: `pip install 'watchkeeper[timestamps]'`"


class BundleInvalid(LedgerError):
    """A file that is not an evidence bundle, or not the whole of one."""

    code = "bundle-invalid"
    default_advice = "fetch it again; a bundle has one spelling only, and this is another"


class FrameInvalid(LedgerError):
    """A bad frame in the middle of a segment."""

    code = "frame-invalid"
    default_advice = "restore the segment from a copy: only a torn tail is cut by itself"


class EntryTooLarge(LedgerError):
    """A record over the 65,535 bytes that an entry bundle can hold."""

    code = "entry-too-large"


class LogUnavailable(LedgerError):
    """The log can not be written now, so every action is refused."""

    code = "log-unavailable"
    default_advice = "free disk space or mend the disk; the gateway goes on by itself when it heals"


class KeyUnavailable(LogUnavailable):
    """The token that holds a key of the home can not be reached, so nothing can be signed."""

    code = "key-unavailable"
    default_advice = "see that the token is there and its PIN is right; nothing else has to be done"


class LogInconsistent(LedgerError):
    """The records on disk do not extend the newest checkpoint that we signed."""

    code = "log-inconsistent"
    default_advice = "the home was restored or edited: keep it as it is and find out by whom"


class HomeLocked(LedgerError):
    """Another process has this home open."""

    code = "home-locked"
    default_advice = "stop the other process, or send the command through the gateway that runs"


class HomeDoubtful(LedgerError):
    """A home that may be a restored or a copied one: nothing is served from it."""

    code = "home-doubtful"
    default_advice = (
        "if the true home is elsewhere, serve that one; if this is the one to go on with, "
        "a holder of `operate` runs `watchkeeper log adopt HOME --why …`"
    )


class HomeInvalid(LedgerError):
    """A folder that is no home, or a home with a part missing."""

    code = "home-invalid"


class KeyUnsafe(LedgerError):
    """A key file that is missing, unreadable, or readable by other users."""

    code = "key-unsafe"


class PlanError(WatchkeeperError):
    """The workspace does not hold."""

    code = "plan-error"


class PlanUnreadable(PlanError):
    """A workspace file that can not be read or parsed."""

    code = "plan-unreadable"


class PlanRefused(PlanError):
    """A workspace with safety errors can not be released."""

    code = "plan-refused"
    default_advice = "run `watchkeeper plan lint` and mend what it names"


class ImportRefused(PlanError):
    """A document of another tool that is not taken in; nothing was written."""

    code = "import-refused"
    default_advice = "mend what is named, and import it again; nothing was written"


class ExportInvalid(PlanError):
    """An export that would not hold together: nothing was written."""

    code = "export-invalid"
    default_advice = "this is a fault of Watchkeeper's: please report it"


class StandardInvalid(PlanError):
    """The data of a standard is not what it should be."""

    code = "standard-invalid"


class EngineFailed(WatchkeeperError):
    """The policy engine can not load what the plan released."""

    code = "engine-failed"


class NotAuthorised(WatchkeeperError):
    """The person may not do what was asked."""

    code = "not-authorised"


class NotApproved(WatchkeeperError):
    """A plan that may not be released yet: the rule of the plan in force is not met."""

    code = "not-approved"


class AssessmentStale(WatchkeeperError):
    """A plan that widens authority while an assessment is stale, and nobody excepted that."""

    code = "assessment-stale"


class CommandInvalid(WatchkeeperError):
    """A signed command that is stale, replayed, malformed or forged."""

    code = "command-invalid"


class SessionMissing(WatchkeeperError):
    """Nobody is signed in, or whoever is may not do this."""

    code = "session-missing"
    default_advice = "sign in"


class SignInRefused(WatchkeeperError):
    """A sign-in that did not hold; why exactly is told to nobody."""

    code = "sign-in-refused"
    default_advice = "try again, or have a code made with `watchkeeper do code`"


class TooManyTries(WatchkeeperError):
    """Too many sign-ins failed."""

    code = "too-many-tries"
    default_advice = "wait a minute"


class ProviderFailed(WatchkeeperError):
    """A provider of sign-ins that can not be reached in time, or is not what it should be."""

    code = "provider-failed"
    default_advice = "try again in a while, or sign in with a passkey"


class UpstreamFailed(WatchkeeperError):
    """A tool server that can not be reached, or whose answer is no answer."""

    code = "upstream-failed"


class ExportFailed(WatchkeeperError):
    """A trace store that can not be reached, or does not take what it is sent."""

    code = "export-failed"


class SettingsInvalid(WatchkeeperError):
    """A setting that is missing or makes no sense."""

    code = "settings-invalid"


class ActionRefused(WatchkeeperError):
    """Raised by the guard: the function was not called.

    `reason` is one of the closed set of reason codes, `decision_id` names the record.
    """

    code = "action-refused"

    def __init__(self, sentence: str, *, reason: str, decision_id: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.decision_id = decision_id


class ActionBlocked(ActionRefused):
    """The action is not permitted."""

    code = "action-blocked"


class ActionEscalated(ActionRefused):
    """The action waits for a person; `handle` finds it again."""

    code = "action-escalated"

    def __init__(self, sentence: str, *, reason: str, decision_id: str, handle: str) -> None:
        super().__init__(sentence, reason=reason, decision_id=decision_id)
        self.handle = handle


class MandateRefused(WatchkeeperError):
    """The gateway did not open, end or take a word in a task."""

    code = "mandate-refused"


class PermitInvalid(WatchkeeperError):
    """A tool's server will not act: no permit, or one that is not for this call, here and now.

    `reason` is one word for programs: missing, malformed, forged, unknown-key, audience, expired,
    early, other-call, used, before-store, or unkept.
    """

    code = "permit-invalid"

    def __init__(self, message: str, *, reason: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.reason = reason
