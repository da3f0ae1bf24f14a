"""What waits for people: in short, one by one as a reviewer opens it, and who may decide it."""

from watchkeeper.loop.inbox.bars import Bar, bars_of
from watchkeeper.loop.inbox.binding import binding_of, bound_values, list_body, verdict_body
from watchkeeper.loop.inbox.dialogue import Exchange, dialogue_of
from watchkeeper.loop.inbox.inbox import Group, Inbox, Item, Mine, Opened, Page, Summary
from watchkeeper.loop.inbox.view import view_digest, view_of

__all__ = [
    "Bar",
    "Exchange",
    "Group",
    "Inbox",
    "Item",
    "Mine",
    "Opened",
    "Page",
    "Summary",
    "bars_of",
    "binding_of",
    "bound_values",
    "dialogue_of",
    "list_body",
    "verdict_body",
    "view_digest",
    "view_of",
]
