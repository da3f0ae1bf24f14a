"""A back office as its agent sees it: invoices, suppliers, payments."""

from __future__ import annotations

from typing import TypedDict

from mcp.server import MCPServer
from mcp_types import ToolAnnotations

from watchkeeper.demo.starts.kept import Held, Kept

NAME = "books"
_READS = ToolAnnotations(read_only_hint=True)
FIRST: Held = {
    "payments": {},
    "accounts": {},
    "suppliers": {
        "s-20": ["Alder Paper", "DE02120300000000202051"],
        "s-21": ["Brook Energy", "DE02500105170137075030"],
    },
}
"""What is held before anything has happened."""
_INVOICES = {
    "i-700": ("s-20", 180.0, "approved"),
    "i-701": ("s-21", 2400.0, "approved"),
    "i-702": ("s-21", 90.0, "disputed"),
}


class Invoice(TypedDict):
    """An invoice: whose it is, what is open of it, and whether it is approved or disputed."""

    invoice_id: str
    supplier_id: str
    amount: float
    open: float
    status: str
    account: str


class Supplier(TypedDict):
    """A supplier, and the account that it is paid to."""

    supplier_id: str
    name: str
    iban: str


class Payment(TypedDict):
    """Whether a payment was made, and how much."""

    found: bool
    amount: float


class Books:
    """The books, over what is held of them."""

    def __init__(self, held: Held) -> None:
        self.payments: dict[str, tuple[str, float]] = held["payments"]
        self.accounts: dict[str, str] = held["accounts"]
        self.suppliers: dict[str, tuple[str, str]] = held["suppliers"]

    def invoice(self, invoice_id: str) -> Invoice:
        """Return an invoice; raises ValueError where there is none."""
        if invoice_id not in _INVOICES:
            raise ValueError(f"no invoice {invoice_id}")
        supplier, amount, status = _INVOICES[invoice_id]
        paid = sum(paid for of, paid in self.payments.values() if of == invoice_id)
        return Invoice(
            invoice_id=invoice_id,
            supplier_id=supplier,
            amount=amount,
            open=round(amount - paid, 2),
            status=status,
            account=self.accounts.get(invoice_id, ""),
        )

    def supplier(self, supplier_id: str) -> Supplier:
        """Return a supplier; raises ValueError where there is none."""
        if supplier_id not in self.suppliers:
            raise ValueError(f"no supplier {supplier_id}")
        name, iban = self.suppliers[supplier_id]
        return Supplier(supplier_id=supplier_id, name=name, iban=iban)

    def pay(self, request_id: str, invoice_id: str, amount: float) -> Payment:
        """Pay once for a request; raises ValueError where it is more than is open."""
        if request_id not in self.payments:
            if amount > self.invoice(invoice_id)["open"]:
                raise ValueError("more than is open")
            self.payments[request_id] = (invoice_id, amount)
        return Payment(found=True, amount=self.payments[request_id][1])


def add_tools(server: MCPServer, kept: Kept) -> None:
    """Give a server the tools of a back office, over books that are kept."""

    @server.tool(annotations=_READS)
    def find_invoice(invoice_id: str) -> Invoice:
        """Look up an invoice: whose it is, what is open of it, how it stands."""
        with kept.held() as held:
            return Books(held).invoice(invoice_id)

    @server.tool(annotations=_READS)
    def find_supplier(supplier_id: str) -> Supplier:
        """Look up a supplier and the account that it is paid to."""
        with kept.held() as held:
            return Books(held).supplier(supplier_id)

    @server.tool(annotations=_READS)
    def find_payment(request_id: str) -> Payment:
        """Look up whether a payment was made."""
        with kept.held() as held:
            _, amount = held["payments"].get(request_id, ("", 0.0))
            return Payment(found=request_id in held["payments"], amount=amount)

    @server.tool()
    def book_invoice(invoice_id: str, account: str) -> Invoice:
        """Book an invoice to an account of the ledger."""
        with kept.held() as held:
            held["accounts"][invoice_id] = account
            return Books(held).invoice(invoice_id)

    @server.tool()
    def pay_invoice(request_id: str, invoice_id: str, amount: float) -> Payment:
        """Pay an invoice, or a part of it, in euro."""
        with kept.held() as held:
            return Books(held).pay(request_id, invoice_id, amount)

    @server.tool()
    def change_bank_details(supplier_id: str, iban: str) -> Supplier:
        """Change the account that a supplier is paid to."""
        with kept.held() as held:
            books = Books(held)
            books.suppliers[supplier_id] = (books.supplier(supplier_id)["name"], iban)
            return books.supplier(supplier_id)

    @server.tool()
    def export_payroll(month: str) -> dict[str, str]:
        """Export what everybody earns."""
        return {"month": month, "payroll": "made up"}
