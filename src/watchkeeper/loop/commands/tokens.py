"""Agents' bearer tokens."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.state.projection import Token
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb, text_of
from watchkeeper.loop.facts_of.persons import person_of
from watchkeeper.records.action import Hidden
from watchkeeper.records.administration import TokenRecord, TokenRevokedRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Record

_DIGEST_LENGTH = 64


def _token(desk: Desk, asked: Asked) -> Any:
    agent, name, digest = asked.text("agent"), asked.text("name"), asked.text("digest")
    if desk.home.enforcer.agent(agent) is None:
        raise CommandInvalid(f"no agent {cut(agent)} in the plan in force")
    if name in desk.home.state.token_names:
        raise CommandInvalid(f"there was a token called {cut(name)} already")
    if len(digest) != _DIGEST_LENGTH or digest in desk.home.state.tokens:
        raise CommandInvalid("that is not the digest of a new token")
    at, by = desk.home.now(), asked.command.person
    person, payload = text_of(asked, "onBehalfOf")
    acts_for = None if person is None else Hidden("onBehalfOf", digest=person)
    record = TokenRecord(at, agent, name, digest, by, asked.signature, acts_for)
    desk.append(Record(Kind.TOKEN, "agent", sha256_hex(agent.encode()), record), payload)
    known = payload is None or asked.beside.get("onBehalfOf") in {
        someone.id for someone in desk.home.enforcer.bundle.people
    }
    return {"agent": agent, "name": name, **({} if known else {"forSomebodyElse": True})}


def _revoke(desk: Desk, asked: Asked) -> Any:
    name = asked.text("name")
    if name not in {token.name for token in desk.home.state.tokens.values()}:
        raise CommandInvalid(f"there is no token called {cut(name)}")
    at, by = desk.home.now(), asked.command.person
    record = TokenRevokedRecord(at, name, by, asked.signature)
    desk.append(Record(Kind.TOKEN_REVOKED, "token", sha256_hex(name.encode()), record))
    return {"revoked": name}


def _tokens(desk: Desk, _: Asked) -> Any:
    tokens = sorted(desk.home.state.tokens.values(), key=lambda token: token.name)
    return [
        {"agent": token.agent, "name": token.name, **_acts_for(desk, token)} for token in tokens
    ]


def _acts_for(desk: Desk, token: Token) -> dict[str, Any]:
    if token.acts_for is None:
        return {}
    return {"for": person_of(desk.home, token.acts_for)}


VERBS = {
    "token": Verb(_token, OPERATE, needs_room=True),
    "revoke-token": Verb(_revoke, OPERATE, needs_room=True),
    "tokens": Verb(_tokens, OPERATE, of_doubtful=True),
}
