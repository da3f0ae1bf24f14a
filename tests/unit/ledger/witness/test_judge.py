"""Whatever a witness is asked, in whatever order: what it signs is one history."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.adapters.keys import FileSigner
from watchkeeper.ledger.checkpoint import (
    Checkpoint,
    log_key,
    parse_checkpoint_unverified,
    sign_checkpoint,
)
from watchkeeper.ledger.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, root_of
from watchkeeper.ledger.tiles import TileTree
from watchkeeper.ledger.witness.judge import No, Refusal, judge
from watchkeeper.ledger.witness.message import AddCheckpoint

LOG = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEY = log_key("log.example/0", LOG.public_key)
FORK = 4
"""The second history leaves the first one after so many leaves."""


def leaves(history: int, size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % i if i < FORK else b"%d of %d" % (i, history)) for i in range(size)]


def root(history: int, size: int) -> bytes:
    tree = TileTree()
    for leaf in leaves(history, size):
        tree.append(leaf)
    return tree.root()


def proof(history: int, old: int, new: int) -> tuple[bytes, ...]:
    if not 0 < old < new:
        return ()
    row = leaves(history, new)

    def node_at(height: int, index: int) -> bytes:
        return root_of(row[index << height : (index + 1) << height])

    return tuple(consistency_proof(old, new, node_at))


def asked(history: int, old: int, new: int, *, claimed: int | None = None) -> AddCheckpoint:
    raw = sign_checkpoint(Checkpoint("log.example/0", new, root(history, new)), LOG)
    return AddCheckpoint(old if claimed is None else claimed, proof(history, old, new), raw)


def answer(what: AddCheckpoint, last: Checkpoint | None) -> Refusal | None:
    seen, note = parse_checkpoint_unverified(what.checkpoint)
    return judge(what, seen, note, KEY, last)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_one_history(requests: list[tuple[int, int, int]]) -> None:
    last: Checkpoint | None = None
    signed: list[Checkpoint] = []
    for history, old, new in requests:
        seen, _ = parse_checkpoint_unverified(asked(history, old, new).checkpoint)
        if answer(asked(history, old, new), last) is None:
            assert last is None or seen.size >= last.size
            last = seen
            signed.append(seen)
    for one in signed:
        histories = {h for h in (0, 1) for s in (one.size,) if root(h, s) == one.root}
        assert all(root(h, s.size) == s.root for h in histories for s in signed if s.size <= FORK)
    beyond = [s for s in signed if s.size > FORK]
    assert all(s.root == root(0, s.size) for s in beyond) or all(
        s.root == root(1, s.size) for s in beyond
    )


def test_it_signs_what_it_should() -> None:
    last = Checkpoint("log.example/0", 3, root(0, 3))
    assert answer(asked(0, 0, 3), None) is None
    assert answer(asked(0, 3, 7), last) is None
    assert answer(asked(0, 3, 3), last) is None
    empty = Checkpoint("log.example/0", 0, EMPTY_ROOT)
    assert answer(asked(0, 0, 5), empty) is None


def status(what: AddCheckpoint, last: Checkpoint | None) -> tuple[No, int | None, bool]:
    refusal = answer(what, last)
    assert refusal is not None
    return refusal.status, refusal.size, refusal.fork


def test_each_refusal_has_its_status() -> None:
    last = Checkpoint("log.example/0", 6, root(0, 6))
    assert status(asked(0, 3, 7), last) == (No.CONFLICT, 6, False)
    assert status(asked(0, 0, 7), last) == (No.CONFLICT, 6, False)
    assert status(asked(0, 3, 2, claimed=3), last) == (No.MALFORMED, None, False)
    assert status(asked(1, 6, 8), last) == (No.INCONSISTENT, None, True)
    assert status(asked(1, 6, 6), last) == (No.CONFLICT, None, True)
    assert status(asked(1, 0, 6), last) == (No.CONFLICT, 6, True)
    short = AddCheckpoint(6, proof(0, 6, 8)[:-1], asked(0, 6, 8).checkpoint)
    assert status(short, last) == (No.INCONSISTENT, None, True)
    early = AddCheckpoint(0, (bytes(32),), asked(0, 0, 8).checkpoint)
    assert status(early, None) == (No.INCONSISTENT, None, False)


def test_a_signature_by_somebody_else() -> None:
    other = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))
    raw = sign_checkpoint(Checkpoint("log.example/0", 3, root(0, 3)), other)
    assert status(AddCheckpoint(0, (), raw), None) == (No.NOT_SIGNED, None, False)
    spoilt = asked(0, 0, 3).checkpoint.replace(b"\n3\n", b"\n4\n")
    assert status(AddCheckpoint(0, (), spoilt), None) == (No.NOT_SIGNED, None, False)


def test_the_empty_tree_has_one_root() -> None:
    raw = sign_checkpoint(Checkpoint("log.example/0", 0, bytes(32)), LOG)
    assert status(AddCheckpoint(0, (), raw), None) == (No.INCONSISTENT, None, True)
