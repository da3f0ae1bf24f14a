"""The verifier as an installation of its own: built, installed, and run without the rest."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.worlds.alone import VERIFIER, Alone, make_alone
from tests.worlds.bundles import forge, members_of, open_desk, write
from tests.worlds.guarded import Shop

_IMPORTED = """
import sys
from watchkeeper.verify.__main__ import main
code = main(sys.argv[1:])
known = set(sys.stdlib_module_names) | {"watchkeeper", "cryptography", "cffi", "_openssl"}
known |= {"_cffi_backend"}
# The standard library's own, of this very build: `zoneinfo` asks it where zones are.
known |= {name for name in sys.modules if name.startswith("_sysconfigdata")}
others = {name.partition(".")[0] for name in sys.modules} - known - {"__main__", "__mp_main__"}
print("others:", sorted(others))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    return make_alone(tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_desk(tmp_path_factory.mktemp("desk"))


def test_nothing_of_the_rest_is_there(alone: Alone) -> None:
    for name in ("orjson", "rfc8785", "typer", "pydantic", "mcp", "cedarpy", "starlette"):
        assert "ModuleNotFoundError" in alone.run("-c", f"import {name}").stderr, name
    for name in ("wiring", "adapters", "cli", "loop", "do", "plan", "check", "enforcement"):
        assert "ModuleNotFoundError" in alone.run("-c", f"import watchkeeper.{name}").stderr, name


def test_a_log_a_home_and_a_bundle(alone: Alone, shop: Shop, tmp_path: Path) -> None:
    vkey = shop.home / "log/log.vkey"
    bundle = write(shop.home, tmp_path / "a.wkb", whole=True)
    for place in (shop.home, shop.home / "log", bundle):
        ran = alone.run("-m", "watchkeeper.verify", place, "--vkey", vkey)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "everything that was checked holds" in ran.stdout
        assert ran.stderr == ""


def test_it_imports_cryptography_and_nothing_else(alone: Alone, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(_IMPORTED)
    bundle = write(shop.home, tmp_path / "a.wkb", whole=True)
    for place in (shop.home, bundle):
        ran = alone.run(tmp_path / "run.py", place)
        assert ran.stdout.splitlines()[-1] == "others: []"
        assert ran.returncode == 0


def test_what_does_not_hold_and_what_can_not_be_read(
    alone: Alone, shop: Shop, tmp_path: Path
) -> None:
    bundle = write(shop.home, tmp_path / "a.wkb", decision="10")
    members = members_of(bundle)
    members["records/000000000009.tlog-proof"] = members["records/000000000008.tlog-proof"]
    forged = forge(tmp_path / "forged.wkb", members)
    ran = alone.run("-m", "watchkeeper.verify", forged, "--json")
    said = json.loads(ran.stdout)
    assert (ran.returncode, said["ok"], said["held"]) == (1, False, 6)
    assert {finding["step"] for finding in said["findings"]} == {3}
    (tmp_path / "cut.wkb").write_bytes(bundle.read_bytes()[:-1])
    for place in (tmp_path / "cut.wkb", tmp_path / "nothing"):
        ran = alone.run("-m", "watchkeeper.verify", place)
        assert ran.returncode == 2
        assert ran.stderr.startswith("watchkeeper-verify: ")
    assert alone.run("-m", "watchkeeper.verify").returncode == 2


def test_both_distributions_are_of_one_version() -> None:
    parts = [VERIFIER / "pyproject.toml", VERIFIER.parent / "pyproject.toml"]
    one, two = (tomllib.loads(part.read_text())["project"] for part in parts)
    assert one["version"] == two["version"]
    assert one["dependencies"] == [d for d in two["dependencies"] if d.startswith("cryptography")]
