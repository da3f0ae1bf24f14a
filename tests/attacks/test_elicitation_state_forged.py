"""A state that was not given, or not like this, takes nothing up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest

from tests.worlds.gateway import World, refused
from tests.worlds.hosts import Host

_OTHER_KEY = hashlib.sha256(b"request-state").digest()


def _parts(state: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(part) for part in state.removeprefix("wk1.").split(".")]


def _state(*parts: bytes) -> str:
    return "wk1." + ".".join(base64.urlsafe_b64encode(part).decode() for part in parts)


def _changed(name: str, value: str) -> Callable[[str], str]:
    def forge(state: str) -> str:
        body, mark = _parts(state)
        return _state(json.dumps({**json.loads(body), name: value}).encode(), mark)

    return forge


def _with_own_key(state: str) -> str:
    body, _ = _parts(state)
    return _state(body, hmac.digest(_OTHER_KEY, body, "sha256"))


_FORGED: dict[str, Callable[[str], str]] = {
    "handle": _changed("handle", "esc_" + "0" * 32),
    "nonce": _changed("nonce", "0" * 32),
    "process": _changed("process", "0" * 32),
    "own key": _with_own_key,
    "no mark": lambda state: state.rpartition(".")[0],
    "empty mark": lambda state: state.rpartition(".")[0] + ".",
    "cut": lambda state: state[:-8],
    "longer": lambda state: state + "A===",
    "spelt otherwise": lambda state: state.rstrip("="),
    "a line": lambda state: state.replace(".", ".\n"),
    "nothing": lambda _: "wk1.",
    "much": lambda _: "wk1." + "A" * 100_000,
    "no base64": lambda _: "wk1.\u00e9.\u00e9",
}


@pytest.mark.parametrize("how", _FORGED)
def test_a_forged_state_is_refused(till: World, how: str) -> None:
    host = Host(till)
    what = f"forged {how}"
    first = host.call("drop", what=what)
    till.approve(first.handle)
    forged = _FORGED[how](first.state)
    assert forged != first.state
    refused(till, lambda: host.post("drop", {"what": what}, requestState=forged), "invalid-request")
    assert host.again(first, "drop", what=what).done


def test_the_state_says_nothing_of_the_arguments(till: World) -> None:
    first = Host(till).call("drop", what="4111 1111 1111 1111")
    assert "4111" not in _parts(first.state)[0].decode()
