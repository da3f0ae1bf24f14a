"""Where everything of a demonstration stands."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.errors import SettingsInvalid, cut

_LONGEST_SOCKET = 107
"""What Linux takes as the path of a Unix socket (unix(7)), in bytes."""
_MARK = ".watchkeeper-demo"
_NEEDED = ("aims/aims.yaml", "agent.py", "serve.py")


@dataclass(frozen=True, slots=True)
class Places:
    """The paths below `--out`; `run` holds what the run itself needs and leaves behind."""

    out: Path

    @property
    def aims(self) -> Path:
        """The demonstration's own copy of the workspace."""
        return self.out / "aims"

    @property
    def people(self) -> Path:
        """People's keys, under a passphrase that nobody knows any more."""
        return self.out / "people"

    @property
    def home(self) -> Path:
        """The gateway's home; `home/log` is the published log."""
        return self.out / "home"

    @property
    def permit_keys(self) -> Path:
        """The public keys of the gateway's permits, which the desk reads."""
        return self.home / "permits.jwks"

    @property
    def database(self) -> Path:
        """The refund desk's own database."""
        return self.out / "desk.db"

    @property
    def run(self) -> Path:
        """What the processes said, the agent's actions, the checkpoint that was kept."""
        return self.out / "run"

    @property
    def token(self) -> Path:
        """The agent's bearer token."""
        return self.run / "agent.token"

    @property
    def credential(self) -> Path:
        """What the desk asks of its callers; the agent never sees it."""
        return self.run / "desk.credential"

    @property
    def drift(self) -> Path:
        """While this file exists, a tool of the desk is described differently."""
        return self.run / "drift"

    @property
    def slow(self) -> Path:
        """While this file exists, refunds take the milliseconds that stand in it."""
        return self.run / "slow"

    @property
    def kept(self) -> Path:
        """A checkpoint of the log, kept half-way as an auditor would."""
        return self.run / "kept.checkpoint"

    @property
    def policy(self) -> Path:
        """The auditor's own copy of the witness policy."""
        return self.run / "auditor.policy"

    @property
    def vkey(self) -> Path:
        """The log's verifier key, kept when the home was made."""
        return self.run / "log.vkey"


def make_places(out: Path) -> Places:
    """Make the folder, or empty it if an earlier demonstration made it.

    Raises:
        SettingsInvalid: something else stands there.
    """
    out = out.absolute()
    if len(bytes(out / "home" / "gateway.sock")) > _LONGEST_SOCKET:
        raise SettingsInvalid(
            f"{cut(out)} is too long a path for the gateway's socket", "name a shorter one"
        )
    if out.exists():
        if not out.is_dir() or (any(out.iterdir()) and not (out / _MARK).is_file()):
            raise SettingsInvalid(
                f"{cut(out)} is not empty, and no demonstration made it",
                "name another with `--out`",
            )
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _MARK).write_text("made by `watchkeeper demo`, which may empty this folder\n", "ascii")
    places = Places(out)
    for folder in (places.people, places.run):
        folder.mkdir(mode=0o700)
    return places


def find_example(named: Path | None) -> Path:
    """Return the folder of the refund desk: the one named, or the one of this checkout.

    Raises:
        SettingsInvalid: it is not there.
    """
    found = named or Path(__file__).parents[4] / "examples" / "refund-desk"
    missing = [name for name in _NEEDED if not (found / name).is_file()]
    if missing:
        raise SettingsInvalid(
            f"no refund desk in {cut(found)}: `{missing[0]}` is not there",
            "run the demonstration from a checkout, or name its folder with `--example`",
        )
    return found.absolute()
