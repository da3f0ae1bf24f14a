"""The one reader of the environment: where people's keys are, and where credentials come from."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from watchkeeper.errors import KeyUnsafe, SettingsInvalid, cut

_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER")


def people_folder() -> Path:
    """Return where people's own keys are kept, outside every home.

    `WATCHKEEPER_PEOPLE`, else `watchkeeper/people` in the user's configuration folder.
    """
    named = os.environ.get("WATCHKEEPER_PEOPLE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "watchkeeper" / "people"


def passphrase() -> str | None:
    """Return the passphrase of a person's key from `WATCHKEEPER_PASSPHRASE`, if it is set."""
    return os.environ.get("WATCHKEEPER_PASSPHRASE")


def default_home() -> Path | None:
    """Return the home that `WATCHKEEPER_HOME` names, if any."""
    named = os.environ.get("WATCHKEEPER_HOME")
    return Path(named) if named else None


def resolve(source: str, home: Path) -> str:
    """Return the value that a tool file's source names.

    `env:NAME` reads the gateway's environment, `file:PATH` a file that only its owner may read
    (relative to the home's `credentials` folder), `text:VALUE` is the value itself.

    Raises:
        SettingsInvalid: the source is of no known form, or there is nothing there.
        KeyUnsafe: other users may read the file.
    """
    kind, _, rest = source.partition(":")
    if kind == "text":
        return rest
    if kind == "env":
        value = os.environ.get(rest)
        if value is None:
            raise SettingsInvalid(f"the variable {cut(rest)} is not set", "set it for the gateway")
        return value
    if kind == "file":
        return _read_private(home / "credentials" / rest)
    raise SettingsInvalid(f"not a source: {cut(source)}", "use `env:`, `file:` or `text:`")


def resolve_all(sources: Mapping[str, str], home: Path) -> dict[str, str]:
    """Resolve each source of a mapping."""
    return {name: resolve(source, home) for name, source in sources.items()}


def token_module() -> str | None:
    """Return the PKCS #11 library that `WATCHKEEPER_PKCS11_MODULE` names, if any."""
    return os.environ.get("WATCHKEEPER_PKCS11_MODULE") or None


def token_pin(source: str | None) -> str:
    """Return the PIN of the token that holds a home's key.

    From the URI's `pin-source` (a path, or `file:` and a path), else from the file that
    `WATCHKEEPER_PKCS11_PIN_FILE` names, else from `WATCHKEEPER_PKCS11_PIN`.

    Raises:
        SettingsInvalid: there is none.
        KeyUnsafe: other users may read the file.
    """
    file = source or os.environ.get("WATCHKEEPER_PKCS11_PIN_FILE")
    if file:
        return _read_private(Path(file.removeprefix("file:")))
    pin = os.environ.get("WATCHKEEPER_PKCS11_PIN")
    if pin is None:
        raise SettingsInvalid(
            "the key is in a token, and no PIN was given",
            "set WATCHKEEPER_PKCS11_PIN_FILE, or WATCHKEEPER_PKCS11_PIN",
        )
    return pin


def state_folder() -> Path:
    """Return where the newest checkpoint of each home is kept, away from the homes.

    `WATCHKEEPER_STATE`, else `watchkeeper` in the user's state folder (XDG base directories).
    """
    named = os.environ.get("WATCHKEEPER_STATE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "watchkeeper"


def machine_name() -> str | None:
    """Return the name of this machine that `WATCHKEEPER_MACHINE` gives, instead of its own id."""
    return os.environ.get("WATCHKEEPER_MACHINE") or None


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a started tool server: a few plain variables, and its own."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, **extra}


def _read_private(path: Path) -> str:
    try:
        found = path.stat()
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"the credential {cut(path)} can not be read", "put it there, readable by you alone"
        ) from error
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyUnsafe(
            f"other users may read the credential {cut(path)}", f"run `chmod 600 {path}`"
        )
    return text.strip()
