"""Runs the official MCP conformance suite against a fixture server, directly and through us.

    python scripts/conformance.py            both, and the results must be the same
    python scripts/conformance.py --direct   the fixture alone

Installs node and the suite into build/conformance on the first run. Exit code: 0 where nothing
fails and both ways give the same, 1 where not, 2 where it could not be run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance_gateway import GatewayFailed, start_gateway
from conformance_suite import RUNS, Run, Scores, SuiteFailed, install, run_suite
from token_shim import bound, shim

_ROOT: Final = Path(__file__).resolve().parents[1]
_BUILD: Final = _ROOT / "build" / "conformance"
_FIXTURE: Final = _ROOT / "tests" / "servers" / "everything.py"


@contextlib.contextmanager
def fixture() -> Iterator[str]:
    """Run the fixture server and yield its origin."""
    command = [sys.executable, str(_FIXTURE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SuiteFailed("the fixture server did not start")
            yield f"http://localhost:{json.loads(line)['port']}"
        finally:
            process.terminate()


def total(scores: Scores) -> str:
    """Return scenarios and checks passed, as one phrase."""
    whole = sum(score.failed == 0 for score in scores.values())
    passed = sum(score.passed for score in scores.values())
    checks = passed + sum(score.failed for score in scores.values())
    return f"{whole}/{len(scores)} scenarios, {passed}/{checks} checks"


def failing(scores: Scores) -> list[str]:
    """Return the scenarios with a failed check."""
    return sorted(name for name, score in scores.items() if score.failed)


def measure(way: str, origin: str) -> dict[Run, Scores]:
    """Run every suite against one origin, and print each result."""
    results = {}
    for run in RUNS:
        log = _BUILD / f"{way}-{run.version}-{run.spec or 'all'}.log"
        results[run] = run_suite(_BUILD, run, f"{origin}/mcp", log)
        print(f"{way:>8}  {run.title:<28} {total(results[run])}", flush=True)
        for name in failing(results[run]):
            print(f"          failed: {name} (see {log.relative_to(_ROOT)})")
    return results


def through_gateway(upstream: str) -> dict[Run, Scores]:
    """Run every suite through the gateway, with a shim that adds the agent's token."""
    listener = bound()
    host = f"localhost:{listener.getsockname()[1]}"
    with (
        tempfile.TemporaryDirectory(prefix="conformance-") as folder,
        start_gateway(f"{upstream}/mcp", Path(folder), host) as gateway,
        shim(gateway.origin, gateway.token, listener) as origin,
    ):
        return measure("gateway", origin)


def differences(direct: dict[Run, Scores], gateway: dict[Run, Scores]) -> list[str]:
    """Return each scenario that came out differently, in words."""
    found = []
    for run, scores in direct.items():
        for name in sorted(scores.keys() | gateway[run].keys()):
            before, after = scores.get(name), gateway[run].get(name)
            if before != after:
                found.append(f"{run.title}: {name}: direct {before}, gateway {after}")
    return found


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--direct", action="store_true", help="the fixture alone")
    options = parser.parse_args()
    try:
        install(_BUILD)
        with fixture() as upstream:
            direct = measure("direct", upstream)
            gateway = direct if options.direct else through_gateway(upstream)
    except (SuiteFailed, GatewayFailed, OSError, subprocess.TimeoutExpired) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    wrong = differences(direct, gateway)
    for line in wrong:
        print(f"differs: {line}")
    return 1 if wrong or any(map(failing, direct.values())) else 0


if __name__ == "__main__":
    sys.exit(main())
