"""The pages: one table names each page with its HTML, its JSON and its description."""

from watchkeeper.console.pages.routing import page_routes

__all__ = ["page_routes"]
