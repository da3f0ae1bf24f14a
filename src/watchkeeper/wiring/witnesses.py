"""Witnesses: their own stores, and how things stand with those of a home."""

from __future__ import annotations

from pathlib import Path

from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ports import WitnessState, WitnessStore


def create_witness(path: Path, name: str) -> VerifierKey:
    """Make a witness; see `adapters.witness_store`."""
    from watchkeeper.adapters import witness_store

    return witness_store.create_witness(path, name)


def witness_vkey(path: Path) -> VerifierKey:
    """Return the verifier key of a witness."""
    from watchkeeper.adapters import witness_store

    return witness_store.witness_vkey(path)


def witness_knows(path: Path, vkey: str) -> str:
    """Let a witness know a log; return the log's origin."""
    from watchkeeper.adapters import witness_store

    return witness_store.add_log(path, vkey)


def open_witness(path: Path) -> WitnessStore:
    """Open a witness's store for serving; this process alone may then serve it."""
    from watchkeeper.adapters import witness_store

    return witness_store.open_witness(path)


def witness_states(path: Path) -> tuple[WitnessState, ...]:
    """Return how things stood with a home's witnesses when it last served."""
    from watchkeeper.adapters.posix.layout import Layout
    from watchkeeper.adapters.witnessing.states import read_states

    return read_states(Layout(path).witness_states)
