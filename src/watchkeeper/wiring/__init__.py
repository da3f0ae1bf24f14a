"""Puts the real world behind the ports: the one importer of adapters.

What is here stands in a module by what it is about: the machine, homes, places, records, evidence
and witnesses. Such a module is imported when one of its names is first asked for, and adapters
where they are used, so that a command loads only what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchkeeper.wiring.aims import covering, figures, measured, root_at
    from watchkeeper.wiring.evidence import (
        is_witnessed,
        published_size,
        timestamp,
        verified,
        write_bundle,
    )
    from watchkeeper.wiring.homes import (
        check_taken_over,
        create_log,
        keep_snapshot,
        key_list,
        open_log,
        permit_keys,
        read_log,
        rotate_permit_key,
    )
    from watchkeeper.wiring.machine import (
        action_id_at,
        application_signer,
        clock,
        create_application_key,
        create_person_key,
        ids,
        list_tools,
        otlp_sender,
        person_signer,
        settle_memory,
    )
    from watchkeeper.wiring.people import identity_provider, notifier
    from watchkeeper.wiring.places import absent_shards, is_bundle, is_home, is_url, source_of
    from watchkeeper.wiring.records import (
        bundles,
        entry_reader,
        follow,
        origin_of,
        read_entries,
        read_evidence,
        replayer,
    )
    from watchkeeper.wiring.registers import plan_in_force, register, register_bytes
    from watchkeeper.wiring.witnesses import (
        create_witness,
        open_witness,
        witness_knows,
        witness_states,
        witness_vkey,
    )

__all__ = [
    "absent_shards",
    "action_id_at",
    "application_signer",
    "bundles",
    "check_taken_over",
    "clock",
    "covering",
    "create_application_key",
    "create_log",
    "create_person_key",
    "create_witness",
    "entry_reader",
    "figures",
    "follow",
    "identity_provider",
    "ids",
    "is_bundle",
    "is_home",
    "is_url",
    "is_witnessed",
    "keep_snapshot",
    "key_list",
    "list_tools",
    "measured",
    "notifier",
    "open_log",
    "open_witness",
    "origin_of",
    "otlp_sender",
    "permit_keys",
    "person_signer",
    "plan_in_force",
    "published_size",
    "read_entries",
    "read_evidence",
    "read_log",
    "register",
    "register_bytes",
    "replayer",
    "root_at",
    "rotate_permit_key",
    "settle_memory",
    "source_of",
    "timestamp",
    "verified",
    "witness_knows",
    "witness_states",
    "witness_vkey",
    "write_bundle",
]

_PARTS = {
    "aims": ("covering", "figures", "measured", "root_at"),
    "evidence": ("is_witnessed", "published_size", "timestamp", "verified", "write_bundle"),
    "homes": (
        "check_taken_over",
        "create_log",
        "keep_snapshot",
        "key_list",
        "open_log",
        "permit_keys",
        "read_log",
        "rotate_permit_key",
    ),
    "machine": (
        "action_id_at",
        "application_signer",
        "clock",
        "create_application_key",
        "create_person_key",
        "ids",
        "list_tools",
        "otlp_sender",
        "person_signer",
        "settle_memory",
    ),
    "people": ("identity_provider", "notifier"),
    "places": ("absent_shards", "is_bundle", "is_home", "is_url", "source_of"),
    "records": (
        "bundles",
        "entry_reader",
        "follow",
        "origin_of",
        "read_entries",
        "read_evidence",
        "replayer",
    ),
    "registers": ("plan_in_force", "register", "register_bytes"),
    "witnesses": (
        "create_witness",
        "open_witness",
        "witness_knows",
        "witness_states",
        "witness_vkey",
    ),
}
_PART_OF = {name: part for part, names in _PARTS.items() for name in names}

if not TYPE_CHECKING:  # who checks types has them all above, and is told of a name that is none

    def __getattr__(name: str) -> Any:
        """Import the part that a name stands in; asked once for each name."""
        part = _PART_OF.get(name)
        if part is None:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        found = globals()[name] = getattr(import_module(f"{__name__}.{part}"), name)
        return found
