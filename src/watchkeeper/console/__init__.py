"""The door for people: pages in a browser, served beside the agents' door and on a port apart."""

from watchkeeper.console.app import make_app

__all__ = ["make_app"]
