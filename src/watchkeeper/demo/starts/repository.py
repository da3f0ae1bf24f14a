"""A repository as a coding agent sees it: branches, files, change requests, tests."""

from __future__ import annotations

from typing import TypedDict

from mcp.server import MCPServer
from mcp_types import ToolAnnotations

from watchkeeper.demo.starts.kept import Held, Kept

NAME = "repository"
FIRST: Held = {
    "branches": {
        "main": {"README.md": "A small service.\n", "service.py": "def answer():\n    return 42\n"}
    },
    "changes": {},
}
"""What is held before anything has happened."""
_READS = ToolAnnotations(read_only_hint=True)


class Change(TypedDict):
    """A change request: a branch that is to go into another, and how its tests ended."""

    request_id: str
    branch: str
    title: str
    tests: str
    merged: bool


class Content(TypedDict):
    """A file of a branch."""

    branch: str
    path: str
    text: str


class Repository:
    """The repository, over what is held of it."""

    def __init__(self, held: Held) -> None:
        self.branches: dict[str, dict[str, str]] = held["branches"]
        self.changes: dict[str, Change] = held["changes"]

    def branch(self, name: str) -> dict[str, str]:
        """Return a branch; one that is new begins where `main` is."""
        return self.branches.setdefault(name, dict(self.branches["main"]))

    def change(self, request_id: str) -> Change:
        """Return a change request; raises ValueError where there is none."""
        if request_id not in self.changes:
            raise ValueError(f"no change request {request_id}")
        return self.changes[request_id]

    def write(self, branch: str, path: str, text: str) -> None:
        """Write a file; what was tested of that branch was another."""
        self.branch(branch)[path] = text
        for change in self.changes.values():
            if change["branch"] == branch and not change["merged"]:
                change["tests"] = "not-run"


def add_tools(server: MCPServer, kept: Kept) -> None:
    """Give a server the repository's tools, over a repository that is kept."""
    _add_reads(server, kept)
    _add_writes(server, kept)
    _add_changes(server, kept)


def _add_reads(server: MCPServer, kept: Kept) -> None:
    @server.tool(annotations=_READS)
    def list_files(branch: str) -> dict[str, list[str]]:
        """List the files of a branch."""
        with kept.held() as held:
            return {"files": sorted(held["branches"].get(branch, {}))}

    @server.tool(annotations=_READS)
    def read_file(branch: str, path: str) -> Content:
        """Read a file of a branch."""
        with kept.held() as held:
            text = held["branches"].get(branch, {}).get(path, "")
        return Content(branch=branch, path=path, text=text)

    @server.tool(annotations=_READS)
    def find_change(request_id: str) -> Change:
        """Look up a change request, and how its tests ended."""
        with kept.held() as held:
            return Repository(held).change(request_id)


def _add_writes(server: MCPServer, kept: Kept) -> None:
    @server.tool()
    def write_file(branch: str, path: str, text: str) -> Content:
        """Write a file on a branch; a branch that is new begins where `main` is."""
        with kept.held() as held:
            Repository(held).write(branch, path, text)
        return Content(branch=branch, path=path, text=text)

    @server.tool()
    def delete_branch(branch: str) -> dict[str, list[str]]:
        """Delete a branch."""
        with kept.held() as held:
            if branch != "main":
                held["branches"].pop(branch, None)
            return {"branches": sorted(held["branches"])}

    @server.tool()
    def read_secret(name: str) -> dict[str, str]:
        """Read a secret of the build."""
        return {name: "made up"}


def _add_changes(server: MCPServer, kept: Kept) -> None:
    @server.tool()
    def open_change(request_id: str, branch: str, title: str) -> Change:
        """Ask for a branch to go into `main`."""
        change = Change(
            request_id=request_id, branch=branch, title=title, tests="not-run", merged=False
        )
        with kept.held() as held:
            return Repository(held).changes.setdefault(request_id, change)

    @server.tool()
    def run_tests(request_id: str) -> Change:
        """Run the tests of a change request."""
        with kept.held() as held:
            repository = Repository(held)
            change = repository.change(request_id)
            broken = "raise" in "".join(repository.branch(change["branch"]).values())
            change["tests"] = "failed" if broken else "passed"
            return change

    @server.tool()
    def merge(request_id: str) -> Change:
        """Put a change request into `main`."""
        with kept.held() as held:
            repository = Repository(held)
            change = repository.change(request_id)
            held["branches"]["main"].update(repository.branch(change["branch"]))
            change["merged"] = True
            return change
