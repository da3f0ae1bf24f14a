"""Puts the real world behind the ports: the one importer of adapters.

Adapters are imported where they are used, so that a command loads only what it needs. What is
here stands in a module by what it is about: the machine, homes, places, records, evidence and
witnesses.
"""

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
