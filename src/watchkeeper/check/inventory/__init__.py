"""The inventory: what was seen at run time, against what the plan in force declares."""

from watchkeeper.check.inventory.compare import inventory
from watchkeeper.check.inventory.model import Inventory, Item, Kind, State
from watchkeeper.check.inventory.text import render_inventory

__all__ = ["Inventory", "Item", "Kind", "State", "inventory", "render_inventory"]
