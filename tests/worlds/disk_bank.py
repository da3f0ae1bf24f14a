"""The bank on a disk: the same agent and people, over a real home."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.worlds.bank import NAMES, POINT, Bank, bank_bundle, public
from tests.worlds.memory import START, CountedIds, FakeClock
from tests.worlds.workspace_files import PINS
from watchkeeper.adapters.ids import SystemIds
from watchkeeper.adapters.posix import create_home, open_home
from watchkeeper.adapters.posix.files import Files
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.ledger.frame import Frame, frames_of, render_frame
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.erasure.erase import Erasing
from watchkeeper.loop.erasure.unasked import settled_since
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.systems import Stage
from watchkeeper.verify import Verification, verify_log

NEVER = 3600.0


class DiskBank(Bank):
    """A bank whose log is a home in a folder."""

    def __init__(
        self,
        path: Path,
        bundle: Bundle | None = None,
        *,
        files: Files | None = None,
        start: Instant = START,
    ) -> None:
        self.path, self.files = path, files
        self.clock = FakeClock(start)
        self.ids, self._signed = SystemIds(), CountedIds("people")
        keys = {name: (public(name),) for name in NAMES}
        made = create_home(
            path,
            name="example.org/desk",
            stage=Stage.DEMONSTRATION,
            first_release=keys,
            clock=self.clock,
            ids=self.ids,
        )
        made.close()
        self.log = open_home(path, clock=self.clock, files=files, publish_seconds=NEVER)
        self.open()
        self.release(bundle or bank_bundle())

    def open(self) -> None:
        self.home = Home(self.log, self.clock, self.ids)
        self.kernel = Kernel(self.home, POINT)
        self.commands = Commands(self.kernel)
        self.home.pins.update({("bank", name): pin for name, pin in PINS.items()})

    def restart(self, files: Files | None = None) -> None:
        """Close the home and start again on what it holds."""
        self.log.close()
        self.log = open_home(self.path, clock=self.clock, files=files, publish_seconds=NEVER)
        self.open()

    def crash_into(self, copy: Path) -> None:
        """Start again on a copy: what the process would still have tidied up is left as it is."""
        shutil.copytree(self.path, copy)
        self.log.close()
        self.log, self.path = open_home(copy, clock=self.clock, publish_seconds=NEVER), copy
        self.open()

    def close(self) -> None:
        self.log.close()

    # erasing

    def look(self, person: str = "ana", **asked: Any) -> dict[str, Any]:
        body, beside = self.asked(**asked)
        found = self.tell(person, "erasable", beside, **body)
        return dict(found.run())

    def asked(self, **asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Body and what comes beside it; `subject=` names a person, everything else goes as is."""
        subject = asked.pop("subject", None)
        if subject is None:
            return asked, {}
        salt = b"n" * 16
        body = {**asked, "asked": "subject", "subject": hidden_digest(salt, subject)}
        return body, {"subject": subject, "subjectSalt": salt.hex()}

    def begin(self, person: str = "ana", why: str = "asked for", **asked: Any) -> Erasing:
        """Sign for what is found, and leave it at that."""
        found = self.look(person, **asked)
        body, beside = self.asked(**asked)
        salt = b"w" * 16
        signed = {
            **body,
            "end": found["end"],
            "records": found["records"],
            "reason": hidden_digest(salt, why),
        }
        reason: Mapping[str, str] = {"reason": why, "salt": salt.hex()}
        erasing = self.tell(person, "erase", {**beside, **reason}, **signed)
        assert isinstance(erasing, Erasing)
        return erasing

    def erase(self, person: str = "ana", why: str = "asked for", **asked: Any) -> dict[str, Any]:
        return self.begin(person, why, **asked).run()

    def settle_up(self) -> int:
        """Erase what had waited for its effect; how many payloads went."""
        removed = 0
        while (settled := settled_since(self.kernel)) is not None and settled.record():
            settled.finish()
            removed += settled.removed
        return removed

    def verify(self) -> Verification:
        self.log.publish_now()
        return verify_log(self.path, workers=1)


def spellings(value: str) -> set[bytes]:
    """A text in every form in which a file may hold it so that a reader could make it out."""
    raw = value.encode()
    escaped = json.dumps(value)[1:-1].encode()
    forms = {raw, raw.lower(), raw.upper(), escaped, raw.hex().encode(), raw.hex().upper().encode()}
    forms |= {quote(value).encode(), quote(value, safe="").encode(), value.encode("utf-16-le")}
    for text in (raw, escaped):
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + text)
            # Only the characters that depend on the text alone, wherever it begins.
            forms.add(encoded[-(-8 * shift // 6) : len(text) * 8 // 6 + 8 * shift // 6])
            forms.add(base64.urlsafe_b64encode(b"\0" * shift + text)[-(-8 * shift // 6) :][:-4])
    return {form for form in forms if len(form) >= 4}


def files_holding(path: Path, value: str) -> list[str]:
    """Every file below a folder in which a value can be read, in any spelling."""
    forms = spellings(value)
    found = []
    for file in sorted(path.rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            if any(form in data for form in forms):
                found.append(str(file.relative_to(path)))
    return found


def rewrite(bank: DiskBank, payload_of: Callable[[Frame], bytes]) -> None:
    """Write the first segment of shard 0 anew, behind everybody's back."""
    path = bank.path / "segments" / "00000000.seg"
    frames = list(frames_of(path.read_bytes()))
    path.write_bytes(
        b"".join(render_frame(f.index, f.batch, f.envelope, payload_of(f)) for f in frames)
    )
