"""The policy file of a home: who witnesses it, and how many of them must."""

from __future__ import annotations

from pathlib import Path

from watchkeeper.errors import PolicyInvalid, cut
from watchkeeper.ledger.note import VerifierKey
from watchkeeper.ledger.witness.policy import Policy, parse_policy


def load_policy(path: Path, log: VerifierKey) -> tuple[bytes, Policy] | None:
    """Read a home's witness policy, None if it has none.

    Raises:
        PolicyInvalid: it does not parse, names other logs only, or has an address that is none.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PolicyInvalid(f"can not read {cut(path.name)}: {error.strerror}") from None
    policy = parse_policy(raw)
    # A later shard has another origin and, as long as nobody rotated it, the same key.
    if policy.logs and all(log.public != one.key.public for one in policy.logs):
        raise PolicyInvalid(
            f"{cut(path.name)} is for another log: {cut(policy.logs[0].key.name)}",
            "`watchkeeper log policy` prints the line of this one",
        )
    for witness in policy.witnesses:
        if witness.url is not None and not witness.url.startswith(("http://", "https://")):
            raise PolicyInvalid(f"not the address of a witness: {cut(witness.url)}", "use http(s)")
    return raw, policy


def unreachable(policy: Policy) -> str | None:
    """Return why no checkpoint can ever have the quorum of this policy, or None."""
    if policy.quorum is None:
        return "the witness policy asks for no witness"
    if not policy.holds([one.key for one in policy.witnesses if one.url is not None]):
        return "the quorum of the witness policy needs witnesses that have no address"
    return None
