"""A shop as its service desk sees it: orders, customers, refunds."""

from __future__ import annotations

from typing import Literal, TypedDict

from mcp.server import MCPServer
from mcp_types import ToolAnnotations

from watchkeeper.demo.starts.kept import Held, Kept

NAME = "shop"
_READS = ToolAnnotations(read_only_hint=True)
FIRST: Held = {"refunds": {}, "closed": [], "said": []}
"""What is held before anything has happened."""
_CUSTOMERS = {
    "c-100": "Ines Moreau",
    "c-101": "Tomas Berg",
    "c-102": "Priya Nair",
}
_ORDERS = {
    "o-500": ("c-100", 120.0, "delivered"),
    "o-501": ("c-101", 480.0, "delivered"),
    "o-502": ("c-102", 60.0, "closed"),
}


class Order(TypedDict):
    """An order, with what of it can still be paid back."""

    order_id: str
    customer_id: str
    total: float
    refundable: float
    status: str


class Customer(TypedDict):
    """A customer, with the orders that they have."""

    customer_id: str
    name: str
    orders: list[str]
    open: bool


class Refund(TypedDict):
    """Whether a refund was paid, and how much."""

    found: bool
    amount: float


class Shop:
    """The shop, over what is held of it."""

    def __init__(self, held: Held) -> None:
        self.refunds: dict[str, tuple[str, float]] = held["refunds"]
        self.closed: list[str] = held["closed"]
        self.said: list[tuple[str, str]] = held["said"]

    def order(self, order_id: str) -> Order:
        """Return an order; raises ValueError where there is none."""
        if order_id not in _ORDERS:
            raise ValueError(f"no order {order_id}")
        customer, total, status = _ORDERS[order_id]
        paid = sum(amount for order, amount in self.refunds.values() if order == order_id)
        return Order(
            order_id=order_id,
            customer_id=customer,
            total=total,
            refundable=round(total - paid, 2),
            status=status,
        )

    def customer(self, customer_id: str) -> Customer:
        """Return a customer; raises ValueError where there is none."""
        if customer_id not in _CUSTOMERS:
            raise ValueError(f"no customer {customer_id}")
        orders = [order for order, (whose, _, _) in _ORDERS.items() if whose == customer_id]
        name, is_open = _CUSTOMERS[customer_id], customer_id not in self.closed
        return Customer(customer_id=customer_id, name=name, orders=orders, open=is_open)

    def refund(self, request_id: str, order_id: str, amount: float) -> Refund:
        """Pay back once for a request; raises ValueError where it is more than is left."""
        if request_id not in self.refunds:
            if amount > self.order(order_id)["refundable"]:
                raise ValueError("more than is left to pay back")
            self.refunds[request_id] = (order_id, amount)
        return Refund(found=True, amount=self.refunds[request_id][1])


def add_tools(server: MCPServer, kept: Kept) -> None:
    """Give a server the shop's tools, over a shop that is kept."""

    @server.tool(annotations=_READS)
    def find_order(order_id: str) -> Order:
        """Look up an order: whose it is, what it came to, what can still be paid back."""
        with kept.held() as held:
            return Shop(held).order(order_id)

    @server.tool(annotations=_READS)
    def find_customer(customer_id: str) -> Customer:
        """Look up a customer and their orders."""
        with kept.held() as held:
            return Shop(held).customer(customer_id)

    @server.tool(annotations=_READS)
    def find_refund(request_id: str) -> Refund:
        """Look up whether a refund was paid."""
        with kept.held() as held:
            _, amount = held["refunds"].get(request_id, ("", 0.0))
            return Refund(found=request_id in held["refunds"], amount=amount)

    @server.tool()
    def reply(customer_id: str, text: str) -> Customer:
        """Write to a customer."""
        with kept.held() as held:
            held["said"].append((customer_id, text))
            return Shop(held).customer(customer_id)

    @server.tool()
    def refund(request_id: str, order_id: str, amount: float, reason: str) -> Refund:
        """Pay money back on an order."""
        del reason
        with kept.held() as held:
            return Shop(held).refund(request_id, order_id, amount)

    @server.tool()
    def close_account(customer_id: str, reason: str) -> Customer:
        """Close a customer's account. It can not be undone."""
        del reason
        with kept.held() as held:
            held["closed"].append(customer_id)
            return Shop(held).customer(customer_id)

    @server.tool()
    def export_customers(layout: Literal["csv", "json"]) -> dict[str, str]:
        """Export every customer."""
        return {"layout": layout, **_CUSTOMERS}
