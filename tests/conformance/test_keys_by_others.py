"""Records signed in a PKCS #11 token by a running gateway, verified with tools of others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from tests.worlds.gateway import open_till
from tests.worlds.token import make_token
from watchkeeper.verify import verify_log
from watchkeeper.verify.source import DirectorySource, read_bundle

_KEY = re.compile(r"([0-9a-f]{64})\ncounts [^\n]*\n(-----BEGIN.*?-----END[^\n]*)", re.DOTALL)


def _keys(log: Path) -> list[SSlibKey]:
    found = _KEY.findall((log / "records.pem").read_text())
    return [SSlibKey.from_crypto(load_pem_public_key(pem.encode()), keyid) for keyid, pem in found]


def test_a_gateway_signs_in_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(tmp_path / "token", monkeypatch)
    token.make_key("records")
    with open_till(tmp_path / "world") as world:
        assert world.call("look", to="before").done
        offer = world.ask("ana", "next-key", {"uri": token.uri("records")})
        body = {"replaces": offer["replaces"], "newKey": offer["newKey"], "old": "retired"}
        done = world.ask("ana", "rotate-key", {**body, "reason": None}, {"proof": offer["proof"]})
        assert done["keyid"] == offer["keyid"]
        assert world.call("look", to="after").done
        world.kill()
        world.start()  # the gateway opens the token again by itself
        assert world.call("look", to="again").done
        assert world.end() == 0
        found = verify_log(world.home)
        assert found.ok, found.findings
        log = world.home / "log"
        old, new = _keys(log)
        entries = read_bundle(DirectorySource(log), 0, found.size)
    for index, entry in enumerate(entries):
        key, other = (old, new) if index < done["from"] else (new, old)
        envelope = Envelope.from_dict(json.loads(entry))
        assert envelope.verify([key], 1)
        with pytest.raises(VerificationError):
            envelope.verify([other], 1)
    assert found.size - done["from"] >= 4
