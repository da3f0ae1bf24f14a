"""The bank with a tool above level `durable`."""

from __future__ import annotations

from dataclasses import replace

from tests.worlds.bank import LIMITS, Bank, bank_bundle
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.tools import Level


def plan(level: Level, seconds: int = 30) -> Bundle:
    """The bank's plan, where paying is of a level."""
    bundle = bank_bundle()
    servers = tuple(
        replace(server, tools=tuple(replace(tool, level=level) for tool in server.tools))
        for server in bundle.servers
    )
    return replace(bundle, servers=servers, limits=replace(LIMITS, cover_wait_seconds=seconds))


def uncovered_bank(level: Level, seconds: int = 30) -> Bank:
    bank = Bank(plan(level, seconds))
    bank.log.covering = False
    return bank
