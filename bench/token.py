"""A signature in a PKCS #11 token beside one with a key in memory, where SoftHSM is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.floors import in_turn, quantile

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
_PIN, _CURVE = "1234-bench", b"\x13\x0cedwards25519"


def token_sign(place: Path, runs: int) -> dict[str, Any] | None:
    """Return microseconds for a signature in a token and in memory; None without SoftHSM."""
    util = shutil.which("softhsm2-util")
    if util is None or not LIBRARY.exists():
        return None
    from watchkeeper.adapters.keys import TokenAccess, create_key, open_signer

    _make_token(place, util)
    uri = f"pkcs11:token=bench;object=records?module-path={LIBRARY}"
    token = open_signer(uri, place, TokenAccess(None, lambda _: _PIN))
    memory, message = create_key(place / "bench.key"), os.urandom(2_000)
    acts: dict[str, Callable[[], object]] = {
        "token": lambda: token.sign(message),
        "memory": lambda: memory.sign(message),
    }
    taken = in_turn(acts, runs)
    return {
        f"{name}{what}us": quantile(values, part)
        for name, values in taken.items()
        for what, part in (("P50", 0.5), ("P99", 0.99))
    }


def _make_token(place: Path, util: str) -> None:
    (place / "tokens").mkdir()
    conf = place / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {(place / 'tokens').absolute()}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf.absolute())
    words = ["--init-token", "--free", "--label", "bench", "--pin", _PIN, "--so-pin", "12345678"]
    subprocess.run([util, *words], check=True, capture_output=True)
    import pkcs11
    from pkcs11 import Attribute, KeyType, Mechanism

    token = pkcs11.lib(str(LIBRARY)).get_token(token_label="bench")  # noqa: S106 - a name
    with token.open(True, _PIN) as session:
        params = {Attribute.EC_PARAMS: _CURVE}
        curve = session.create_domain_parameters(KeyType.EC_EDWARDS, params, local=True)
        curve.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="records", id=b"\x01"
        )
