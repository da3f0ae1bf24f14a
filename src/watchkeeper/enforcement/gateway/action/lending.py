"""An agent's call of the tool by which it lends: checked, recorded, and only then answered."""

from __future__ import annotations

from watchkeeper.enforcement.messages.asking import call_of
from watchkeeper.enforcement.messages.lending import (
    render_lent,
    render_taken_back,
    texts_of,
    wanted_of,
)
from watchkeeper.enforcement.messages.rpc import Message, is_modern
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.durable import durable
from watchkeeper.loop.facts_of.persons import for_its_person
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.lending import Deal, Giver, held_by, lend, take_back


async def lent(kernel: Kernel, agent: str, server: str, message: Message) -> bytes:
    """Lend what an agent asks for, or take it back; what is answered is durable.

    Raises:
        CommandInvalid: it may not, or says nonsense.
        LogUnavailable: it could not be recorded.
    """
    home, modern = kernel.home, is_modern(message)
    said = texts_of(message.params.get("arguments"))
    if home.failure() is not None or home.short_of_room() or home.clock_unsure():
        raise CommandInvalid("nothing can be lent now")
    if "end" in said:
        await durable(take_back(home, agent, said["end"]))
        return render_taken_back(message.id, said["end"], modern=modern)
    call = for_its_person(home, call_of(agent, server, message))
    if call.problem is not None:
        raise CommandInvalid(call.problem)
    held = held_by(home, agent, said["grant"], said.get("of"))
    deal = Deal(Giver(agent, call.on_behalf_of), said["to"], held)
    made, ticket = lend(home, deal, wanted_of(said, home.now()))
    await durable(ticket)
    return render_lent(message.id, made, modern=modern)
