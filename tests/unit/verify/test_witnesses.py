"""Step 14: who witnessed, when, and whether that is enough; and the checkpoint that is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from tests.worlds.homes import Story
from watchkeeper import wiring
from watchkeeper.adapters.keys import FileSigner
from watchkeeper.cli import log as command
from watchkeeper.errors import NoteInvalid, PolicyInvalid
from watchkeeper.ledger.note import NoteSignature, parse_note_unverified
from watchkeeper.ledger.witness.cosignature import cosign, with_cosignatures, witness_key
from watchkeeper.verify import Status, Step, Verification, verify_log
from watchkeeper.verify.kept import Kept

AT = 1_795_000_000
SIGNERS = {n: FileSigner(Ed25519PrivateKey.from_private_bytes(n.encode() * 32)) for n in "abc"}
KEYS = {n: witness_key(f"{n}.example", s.public_key) for n, s in SIGNERS.items()}
WITNESSES = "".join(f"witness {n} {key}\n" for n, key in KEYS.items())
TWO = f"{WITNESSES}group two 2 a b c\nquorum two\n".encode()


class Log:
    """A published log whose checkpoints can be cosigned by hand."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder / "home")
        self.story.reopen()
        self.story.day()
        self.story.log.publish_now()
        self.path = self.story.path / "log"

    @property
    def vkey(self) -> str:
        return (self.path / "log.vkey").read_text().strip()

    def cosigned(self, names: str, at: int = AT) -> bytes:
        raw = (self.path / "checkpoint").read_bytes()
        text = parse_note_unverified(raw).text
        lines = [cosign(text, KEYS[n].name, SIGNERS[n], at) for n in names]
        return with_cosignatures(raw, lines)

    def cosign(self, names: str, name: str = "checkpoint") -> None:
        (self.path / name).write_bytes(self.cosigned(names))

    def grow(self) -> None:
        self.story.act()
        self.story.log.publish_now()

    def verify(self, policy: bytes | None = TWO) -> tuple[Verification, Step]:
        found = verify_log(self.path, policy=policy)
        return found, found.steps[13]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    found = Log(tmp_path)
    found.story.log.close()
    return found


@pytest.fixture
def open_log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_nobody(log: Log) -> None:
    found, step = log.verify(None)
    assert found.ok
    assert not found.witnessed
    assert step.status is Status.NOT_CHECKED
    assert step.detail.startswith("UNWITNESSED")


def test_enough_of_them(log: Log) -> None:
    log.cosign("ac")
    found, step = log.verify()
    assert found.ok
    assert (found.witnessed, found.witnessed_size, found.policy_given) == (True, 19, True)
    assert [(one.name, one.at[:19]) for one in found.cosigned] == [
        ("a.example", "2026-11-18T11:06:40"),
        ("c.example", "2026-11-18T11:06:40"),
    ]
    assert step.status is Status.CHECKED
    assert "19 of 19 records" in step.detail


def test_too_few_fail_where_the_policy_was_given_and_are_named_where_it_is_a_claim(
    log: Log,
) -> None:
    log.cosign("b")
    found, step = log.verify()
    assert not found.ok
    assert "too few" in step.detail
    assert "`b.example`" in step.detail
    (log.path / "witness.policy").write_bytes(TWO)
    found, step = log.verify(None)
    assert found.ok
    assert not found.witnessed
    assert step.detail.startswith("UNWITNESSED: too few")


def test_a_policy_of_the_log_itself_is_a_claim(log: Log) -> None:
    log.cosign("abc")
    (log.path / "witness.policy").write_bytes(TWO)
    found, step = log.verify(None)
    assert found.witnessed
    assert not found.policy_given
    assert "a claim of the log itself" in step.detail
    assert wiring.is_witnessed(log.path)


def test_the_newest_that_has_the_quorum_stands_in(open_log: Log) -> None:
    open_log.cosign("ab", "checkpoint.witnessed")
    open_log.grow()
    open_log.story.log.close()
    found, step = open_log.verify()
    assert found.ok
    assert found.witnessed_size == 19
    assert found.size == 21
    assert "19 of 21 records" in step.detail


def test_a_witnessed_checkpoint_that_is_no_prefix_is_found(log: Log, tmp_path: Path) -> None:
    other = Log(tmp_path / "other")
    other.story.log.close()
    from watchkeeper.adapters.keys import load_key
    from watchkeeper.ledger.checkpoint import Checkpoint, sign_checkpoint

    key = load_key(log.story.path / "keys/log.key")
    raw = sign_checkpoint(Checkpoint("acme.example/refunds/0", 5, bytes(32)), key)
    text = parse_note_unverified(raw).text
    lines = [cosign(text, KEYS[n].name, SIGNERS[n], AT) for n in "ab"]
    (log.path / "checkpoint.witnessed").write_bytes(with_cosignatures(raw, lines))
    found, step = log.verify()
    assert not found.ok
    assert not found.witnessed
    assert step.status is Status.FAILED
    assert found.steps[4].status is Status.FAILED


def spoilt(log: Log, lines: Sequence[NoteSignature]) -> None:
    raw = (log.path / "checkpoint").read_bytes()
    (log.path / "checkpoint").write_bytes(with_cosignatures(raw, lines))


def test_a_bad_cosignature_by_a_known_witness_makes_no_quorum(log: Log) -> None:
    log.cosign("ab")
    spoilt(log, [NoteSignature("c.example", KEYS["c"].keyid, bytes(72))])
    found, step = log.verify()
    assert not found.ok
    assert "does not verify" in step.detail


def test_lines_of_strangers_count_for_nothing(log: Log) -> None:
    stranger = FileSigner(Ed25519PrivateKey.generate())
    text = parse_note_unverified((log.path / "checkpoint").read_bytes()).text
    log.cosign("a")
    spoilt(log, [cosign(text, "stranger.example", stranger, AT)])
    assert not log.verify()[0].ok


def test_a_policy_pins_the_key_of_the_log(log: Log, tmp_path: Path) -> None:
    log.cosign("ab")
    found, _ = log.verify(f"log {log.vkey}\n".encode() + TWO)
    assert found.ok
    assert found.pinned
    other = Log(tmp_path / "other")
    other.story.log.close()
    found, step = log.verify(f"log {other.vkey}\n".encode() + TWO)
    assert not found.ok
    assert found.steps[1].status is Status.FAILED
    assert step.status is Status.FAILED


@pytest.mark.parametrize(("policy", "says"), [(b"quorum none\n", "asks for no witness")])
def test_a_policy_that_asks_for_nobody(log: Log, policy: bytes, says: str) -> None:
    (log.path / "witness.policy").write_bytes(policy)
    found, step = log.verify(None)
    assert not found.witnessed
    assert says in step.detail


def test_a_policy_that_does_not_parse(log: Log) -> None:
    with pytest.raises(PolicyInvalid):
        log.verify(b"nonsense\n")
    (log.path / "witness.policy").write_bytes(b"nonsense\n")
    found, step = log.verify(None)
    assert found.ok
    assert "does not parse" in step.detail


# the kept checkpoint


def test_what_is_kept_goes_forward_only(open_log: Log, tmp_path: Path) -> None:
    path = tmp_path / "seen"
    older = verify_log(open_log.path)
    assert "19 records" in Kept(path).settle(older)
    open_log.grow()
    newer = verify_log(open_log.path, older=Kept(path).older)
    assert "21 records" in Kept(path).settle(newer)
    assert path.read_bytes() == (open_log.path / "checkpoint").read_bytes()
    assert "still" in Kept(path).settle(older)
    assert path.read_bytes() == newer.checkpoint
    shorter = verify_log(open_log.path, older=[newer.checkpoint])
    assert shorter.ok
    open_log.story.log.close()


def test_a_shorter_log_is_found_and_kept_beside(open_log: Log, tmp_path: Path) -> None:
    import shutil

    path, copy = tmp_path / "seen", tmp_path / "copy"
    shutil.copytree(open_log.path, copy)
    open_log.grow()
    open_log.story.log.close()
    Kept(path).settle(verify_log(open_log.path))
    before = path.read_bytes()
    found = verify_log(copy, older=Kept(path).older)
    assert not found.ok
    assert "as evidence" in Kept(path).settle(found)
    (beside,) = tmp_path.glob("seen.*.contradicts")
    assert beside.read_bytes() == (copy / "checkpoint").read_bytes()
    assert path.read_bytes() == before


def test_nothing_is_kept_of_a_log_that_does_not_hold(log: Log, tmp_path: Path) -> None:
    path = tmp_path / "seen"
    bundle = next((log.path / "tile/entries").rglob("*"))
    bundle = next(p for p in (log.path / "tile/entries").rglob("*") if p.is_file())
    raw = bundle.read_bytes()
    bundle.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    found = verify_log(log.path)
    assert not found.ok
    assert "nothing" in Kept(path).settle(found)
    assert list(tmp_path.glob("seen*")) == []


def test_what_was_not_held_against_it_is_not_kept(open_log: Log, tmp_path: Path) -> None:
    path = tmp_path / "seen"
    Kept(path).settle(verify_log(open_log.path))
    before = path.read_bytes()
    open_log.grow()
    open_log.story.log.close()
    assert "does not show that it extends it" in Kept(path).settle(verify_log(open_log.path))
    assert path.read_bytes() == before


def test_a_kept_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "seen"
    path.write_text("nonsense")
    with pytest.raises(NoteInvalid):
        Kept(path)


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_commands(log: Log, tmp_path: Path) -> None:
    log.cosign("ab")
    policy, kept = tmp_path / "mine.policy", tmp_path / "seen"
    policy.write_bytes(TWO)
    code, out, err = run("verify", log.path, "--policy", policy, "--keep", kept)
    assert code == 0
    assert "witnessed: 19 of 19 records, by 2 witnesses" in out
    assert "kept: the checkpoint over 19 records" in err
    code, out, _ = run("verify", log.path, "--policy", policy, "--json")
    found = json.loads(out)
    assert (found["witnessed"], found["witnessedSize"], found["policyGiven"]) == (True, 19, True)
    assert [one["name"] for one in found["cosigned"]] == ["a.example", "b.example"]
    code, out, _ = run("policy", log.story.path)
    assert code == 0
    assert f"log {log.vkey}" in out
    policy.write_text(out)
    assert run("verify", log.path, "--policy", policy)[0] == 1  # `quorum none` witnesses nothing
    code, _, err = run("witnesses", log.story.path)
    assert (code, "no witness was asked yet" in err) == (0, True)
    policy.write_text("nonsense")
    assert run("verify", log.path, "--policy", policy)[0] == 2
