"""The pages over a gateway that runs: an agent asks, a person decides, the proof is there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.worlds.console import ConsoleWorld, Visitor, open_console
from tests.worlds.people import Passholder
from watchkeeper.verify import verify_log

API = "/api/v1"


def test_an_action_from_the_inbox_to_its_proof(tmp_path: Path) -> None:
    with open_console(tmp_path / "w") as console:
        ben, holder = console.come_in("ben")
        asked = console.world.call("pay", to="x", amount=300.5)
        (item,) = ben.get(f"{API}/escalations").json()["items"]
        assert (item["handle"], item["sentence"]) == (asked.handle, "Pay 300.5 to x")
        assert _decide(ben, holder, item["handle"])["state"] == "approved"
        assert console.world.call("pay", to="x", amount=300.5).done
        assert len(console.world.executed()) == 1
        _holds(console, ben, item["actionId"])


def _decide(visitor: Visitor, holder: Passholder, handle: str) -> Any:
    seen = visitor.get(f"{API}/escalations/{handle}").json()
    body = {"handle": handle, "role": "lead", "reason": None, "view": seen["viewDigest"]}
    given = visitor.post(f"{API}/challenges", {"verb": "approve", "body": body}).json()
    said = {
        "payload": given["payload"],
        "assertion": holder.web_answer(given["challenge"]),
        "beside": {"view": seen["view"], "receipt": seen["receipt"]},
    }
    answer = visitor.post(f"{API}/commands", said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _holds(console: ConsoleWorld, visitor: Visitor, action: str) -> None:
    found = visitor.get(f"{API}/decisions/{action}").json()
    kinds = [step["kind"] for step in found["steps"]]
    assert kinds == ["decision", "verdict", "decision", "effect"]
    end = time.monotonic() + 20
    while found["proof"]["missing"] and time.monotonic() < end:
        time.sleep(0.2)
        found = visitor.get(f"{API}/decisions/{action}").json()
    assert found["proof"]["text"].startswith("c2sp.org/tlog-proof@v1")
    assert visitor.get(f"/d/{action}").text.count("hash") > 0
    answers = visitor.get(f"{API}/answers").json()
    assert answers["sound"], answers["findings"]
    assert "Three answers" in visitor.get("/answers").text
    assert verify_log(console.world.home, workers=1).findings == ()
