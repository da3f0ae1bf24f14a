"""The one reader of the environment: where people's keys are, and where credentials come from."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from watchkeeper.errors import KeyUnsafe, PlanUnreadable, SettingsInvalid, cut

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


def agent_token(named: Path | None) -> str:
    """Return an agent's token: from a file that only its owner may read, else `WATCHKEEPER_TOKEN`.

    Raises:
        SettingsInvalid: there is none.
        KeyUnsafe: other users may read the file.
    """
    token = os.environ.get("WATCHKEEPER_TOKEN", "") if named is None else _read_private(named)
    if not token.isascii() or not token.isprintable() or not token:
        raise SettingsInvalid(
            "there is no token of an agent", "give `--token-file`, or set WATCHKEEPER_TOKEN"
        )
    return token


def given_token() -> str | None:
    """Return the token of an agent that the environment gives (`WATCHKEEPER_TOKEN`), or None."""
    return os.environ.get("WATCHKEEPER_TOKEN") or None


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


STAMPING = "timestamps.yaml"
LEAST_STAMPING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Stamping:
    """Who time stamps a home's checkpoints, and how often; `certificates` are files of roots."""

    url: str
    certificates: tuple[Path, ...]
    every_seconds: float


def stamping(home: Path) -> Stamping | None:
    """Read `timestamps.yaml` of a home: `url`, `certificates` (paths from the home), `every`.

    `every` is in seconds, 3600 where it is left out; without the file nobody stamps by itself.

    Raises:
        SettingsInvalid: the file can not be read, or says something else.
    """
    path = home / STAMPING
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalid(f"can not be read: {cut(path)}") from None
    from watchkeeper.plan.workspace.yaml_tree import parse_yaml

    try:
        found = parse_yaml(text).value
    except PlanUnreadable as error:
        raise SettingsInvalid(f"{cut(path)}: {error.message}", error.advice) from None
    every = found.get("every", 3600) if isinstance(found, dict) else 0
    match found:
        case {"url": str(url), "certificates": [*names]} if (
            names
            and all(isinstance(name, str) for name in names)
            and found.keys() <= {"url", "certificates", "every"}
            and type(every) is int
            and every >= LEAST_STAMPING_SECONDS
        ):
            return Stamping(url, tuple(home / name for name in names), float(every))
    raise SettingsInvalid(
        f"not what says who time stamps: {cut(path)}",
        "expected `url`, `certificates` (a list of files) and `every` (seconds, 60 or more)",
    )


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Where spans go. `links` says whether they are linked to the trace that a caller named."""

    url: str
    headers: Mapping[str, str]
    resource: Mapping[str, str]
    seconds: float = 10.0
    certificate: Path | None = None
    links: bool = False


def telemetry() -> Telemetry | None:
    """Read the standard variables of an OTLP exporter; None where none of them asks for one.

    `OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS`, `_TIMEOUT` (milliseconds), `_CERTIFICATE` and
    `_PROTOCOL`, each also as `OTEL_EXPORTER_OTLP_TRACES_...`, which counts before it;
    `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SDK_DISABLED` and
    `OTEL_TRACES_EXPORTER` (OpenTelemetry protocol exporter specification). Our own:
    `WATCHKEEPER_TELEMETRY_LINKS=on`.

    Raises:
        SettingsInvalid: they ask for what is not there, or make no sense.
    """
    url = _trace_address()
    if url is None:
        return None
    protocol = _otlp("PROTOCOL") or "http/json"
    if protocol != "http/json":
        raise SettingsInvalid(
            f"spans can not be sent by {cut(protocol)}",
            "set OTEL_EXPORTER_OTLP_PROTOCOL=http/json, which every collector takes on port 4318",
        )
    certificate, millis = _otlp("CERTIFICATE"), _otlp("TIMEOUT") or "10000"
    if not millis.isascii() or not millis.isdigit() or int(millis) < 1:
        raise SettingsInvalid(f"not a time-out in milliseconds: {cut(millis)}")
    named = _pairs("OTEL_RESOURCE_ATTRIBUTES", os.environ.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    service = os.environ.get("OTEL_SERVICE_NAME")
    return Telemetry(
        url=url,
        headers=_pairs("OTEL_EXPORTER_OTLP_HEADERS", _otlp("HEADERS") or ""),
        resource={**named, **({"service.name": service} if service else {})},
        seconds=int(millis) / 1000,
        certificate=Path(certificate) if certificate else None,
        links=os.environ.get("WATCHKEEPER_TELEMETRY_LINKS") == "on",
    )


def _trace_address() -> str | None:
    """Return where spans are to be posted; None where nothing asks for it."""
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or os.environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return None
    whole = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    base = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    url = whole or (f"{base.rstrip('/')}/v1/traces" if base else None)
    if url is not None and not url.startswith(("http://", "https://")):
        raise SettingsInvalid(f"not an address to send spans to: {cut(url)}", "use http or https")
    return url


def _otlp(name: str) -> str | None:
    """Return a variable of the exporter; that for traces counts before that for everything."""
    return os.environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or os.environ.get(
        f"OTEL_EXPORTER_OTLP_{name}"
    )


def _pairs(variable: str, text: str) -> dict[str, str]:
    """Parse `key=value,key=value`, values percent-encoded; a value is never part of an error."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise SettingsInvalid(
                f"not pairs of key and value: {variable}", "as `key=value,key2=…`"
            )
        found[key.strip()] = unquote(value.strip())
    return found
