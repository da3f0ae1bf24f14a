from __future__ import annotations

import itertools
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.errors import PolicyInvalid
from watchkeeper.ledger.checkpoint import log_key
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ledger.witness.cosignature import witness_key
from watchkeeper.ledger.witness.policy import Policy, parse_policy

LOG = log_key("log.example/0", bytes(32))
KEYS = {name: witness_key(f"w.example/{name}", bytes([i]) * 32) for i, name in enumerate("abcxyz")}
WITNESSES = "".join(f"witness {name} {key}\n" for name, key in KEYS.items())
TWO_LEVELS = f"""\
# who counts
log {LOG} https://log.example/

{WITNESSES}
\t group  abc 2 a b c\t
group xyz any x y z
group both all abc xyz
quorum both
"""


def parsed(text: str) -> Policy:
    return parse_policy(text.encode())


def keys(names: str) -> set[VerifierKey]:
    return {KEYS[name] for name in names}


def test_a_policy_of_two_levels() -> None:
    policy = parsed(TWO_LEVELS)
    assert policy.logs[0].url == "https://log.example/"
    assert policy.log_key("log.example/0") == LOG
    assert policy.log_key("log.example/1") is None
    for count in range(7):
        for names in itertools.combinations("abcxyz", count):
            enough = len(set(names) & set("abc")) >= 2 and bool(set(names) & set("xyz"))
            assert policy.holds(keys("".join(names))) is enough


def test_a_quorum_of_one_witness_and_of_none() -> None:
    one = parsed(WITNESSES + "quorum b\n")
    assert not one.holds(keys("acxyz"))
    assert one.holds(keys("b"))
    assert parsed("quorum none").holds(set())


def test_a_stranger_counts_for_nothing() -> None:
    stranger = witness_key("w.example/a", bytes([99]) * 32)
    assert not parsed(WITNESSES + "quorum a\n").holds({stranger})


def test_names_are_opaque_octets() -> None:
    name = b"\xff\xfe-w"
    raw = b"witness " + name + b" " + str(KEYS["a"]).encode() + b"\nquorum " + name + b"\n"
    assert parse_policy(raw).holds(keys("a"))


OTHER = witness_key("w.example/other-name", bytes([0]) * 32)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "without a quorum"),
        ("quorum none\nquorum none\n", "line 2: a second quorum"),
        ("quorum a\n" + WITNESSES, "line 1: `a` is not defined"),
        (WITNESSES + "quorum q\n", "`q` is not defined"),
        (WITNESSES + "quorum\n", "line 7: expected `quorum NAME`"),
        (WITNESSES + "group g 0 a b\nquorum g\n", "line 7: not a number of members: `0`"),
        (WITNESSES + "group g 3 a b\nquorum g\n", "not a number of members: `3`"),
        (WITNESSES + "group g 02 a b c\nquorum g\n", "not a number of members: `02`"),
        (WITNESSES + "group g any\nquorum g\n", "line 7: expected `group"),
        (WITNESSES + "group g all a b a\nquorum g\n", "`a` is a member twice"),
        (WITNESSES + "group g all a\ngroup h all a\nquorum h\n", "line 8: `a` is a member twice"),
        (WITNESSES + "group g all g\nquorum g\n", "`g` is not defined"),
        (WITNESSES + "group none all a\nquorum none\n", "the name `none` is taken"),
        (WITNESSES + "group a all b\nquorum a\n", "the name `a` is taken"),
        (WITNESSES + "group g all none\nquorum g\n", "`none` is not defined"),
        (WITNESSES + f"witness again {OTHER}\nquorum a\n", "the key of `again` stands there twice"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", "line 2: the log"),
        (f"log {LOG} a b\nquorum none\n", "line 1: expected `log VKEY"),
        (f"log {KEYS['a']}\nquorum none\n", "not the key of a log"),
        (f"witness w {LOG}\nquorum w\n", "not the key of a witness"),
        ("witness w nonsense\nquorum w\n", "line 1: not a verifier key"),
        ("witness w\nquorum w\n", "expected `witness NAME VKEY"),
        ("Quorum none\n", "line 1: not a line of a policy: `Quorum`"),
        ("quorum none\r\n", "control characters"),
        ("quorum\x00none\n", "control characters"),
        ("#\n" * 2000, "2001 lines"),
        ("# " + "x" * (1 << 18), "a policy of"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(PolicyInvalid) as raised:
        parsed(text)
    assert says in raised.value.message


@given(st.binary(max_size=300))
def test_any_bytes_are_a_policy_or_refused(raw: bytes) -> None:
    with suppress(PolicyInvalid):
        assert parse_policy(raw + b"\nquorum none\n").quorum is None


@given(st.sets(st.sampled_from("abcxyz")), st.sampled_from("abcxyz"))
def test_one_more_cosignature_never_undoes_a_quorum(names: set[str], more: str) -> None:
    policy = parsed(TWO_LEVELS)
    if policy.holds(keys("".join(names))):
        assert policy.holds(keys("".join(names | {more})))


def test_thirty_two_of_each() -> None:
    logs = "".join(f"log {log_key(f'l{i}/0', bytes([i]) * 32)}\n" for i in range(32))
    witnesses = "".join(
        f"witness w{i} {witness_key(f'w{i}', bytes([i]) * 32)}\n" for i in range(32)
    )
    groups = "".join(f"group g{i} all w{i}\n" for i in range(31))
    assert len(parsed(logs + witnesses + groups + "quorum g30\n").groups) == 31


def test_the_example_of_the_documentation_parses() -> None:
    page = (Path(__file__).parents[4] / "docs/concepts/witnesses.md").read_text("utf-8")
    shown = page.split("```text\n", 1)[1].split("```", 1)[0]
    for name in ("first", "second", "third"):
        key = witness_key(f"{name}.example", name.encode().ljust(32))
        shown = shown.replace(f"<vkey of {name}>", str(key))
    assert parsed(shown.replace("<vkey of the log>", str(LOG))).quorum == "two-of-three"
