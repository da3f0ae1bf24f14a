"""What somebody who is signed in is told of themselves."""

from __future__ import annotations

from watchkeeper.console.signin.desk import Desk
from watchkeeper.console.signin.session import Session
from watchkeeper.do.state.parts import Passkeys
from watchkeeper.ledger.assertion import keyid_of_passkey
from watchkeeper.records.codec import Json
from watchkeeper.records.instant import render_instant


def me_json(desk: Desk, session: Session) -> dict[str, Json]:
    """Return a person's roles and passkeys, and what the session may do."""
    roles = desk.state.authority.roles
    return {
        "person": session.person,
        "name": desk.name_of(session.person),
        "roles": sorted(role for role, held in roles.items() if session.person in held),
        "signedInBy": session.how,
        "mayOnlyEnrol": session.may_only_enrol,
        "passkeys": passkeys_json(desk, session.person),
    }


def passkeys_json(desk: Desk, person: str) -> list[Json]:
    """Return a person's passkeys: where each is named, since when, and who else vouched for it."""
    held = desk.state.part(Passkeys).held.get(person, ())
    since = {keyid_of_passkey(one.passkey): render_instant(one.at) for one in held}
    found: list[Json] = []
    for passkey in desk.state.authority.passkeys_of(person):
        keyid = keyid_of_passkey(passkey)
        found.append(
            {
                "keyid": keyid,
                "name": passkey.name,
                "since": since.get(keyid),
                "vouchedBy": passkey.vouched_by,
            }
        )
    return found
