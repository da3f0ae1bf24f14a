"""A provider that others made and certified, a console over a gateway that runs, and a browser."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from tests.worlds import needs
from tests.worlds.console import ConsoleWorld, Visitor, open_console
from tests.worlds.till_workspace import till_files

NPM = Path(__file__).parents[1] / "conformance" / "npm"
SECRET = "a secret: with spaces + signs / and more"


@dataclass
class Sites:
    """A console and the provider that its plan names."""

    console: ConsoleWorld
    provider: str


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    node = needs.program("node")
    needs.file(str(NPM / "node_modules/oidc-provider"))
    issuer = f"http://localhost:{_free_port()}"

    def files(till: Path, keys: Mapping[str, str], **more: Any) -> dict[str, str]:
        found = dict(till_files(till, keys, **more))
        account = f"sign_in: [{{issuer: '{issuer}', subject: 'b-248289'}}]"
        aims = found["aims.yaml"].replace("{id: ben, ", f"{{id: ben, {account}, ")
        found["aims.yaml"] = aims
        return found

    openid = f"openid: {{issuer: '{issuer}', client_id: wk, client_secret: file:openid.secret}}"
    folder = tmp_path_factory.mktemp("openid") / "world"
    with open_console(folder, files, console=openid) as console:
        credentials = console.world.home / "credentials"
        credentials.mkdir(exist_ok=True)
        (credentials / "openid.secret").write_text(SECRET)
        (credentials / "openid.secret").chmod(0o600)
        given = {
            "CLIENT_ID": "wk",
            "CLIENT_SECRET": SECRET,
            "REDIRECT_URI": f"{console.place}/sign-in/openid/back",
        }
        with _running(node, issuer, given):
            yield Sites(console, issuer)


def _running(node: str, issuer: str, given: Mapping[str, str]) -> Any:
    process = subprocess.Popen(
        [node, NPM / "provider.mjs", issuer.rpartition(":")[2]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **given},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _through(visitor: Visitor, account: str) -> httpx2.Response:
    """Follow the provider's pages as a browser does, until it sends the browser back."""
    client = visitor.client
    found = client.get(visitor.place + "/sign-in/openid", params={"next": "/agents"})
    for _ in range(20):
        if found.is_redirect:
            place = urljoin(str(found.url), found.headers["location"])
            found = client.get(place)
            if place.startswith(f"{visitor.place}/sign-in/openid/back"):
                return found
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', found.text)
        assert action is not None, found.text
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found.text))
        if 'name="login"' in found.text:
            fields |= {"login": account, "password": "anything"}
        found = client.post(urljoin(str(found.url), action[1]), data=fields)
    raise AssertionError("the provider never sent the browser back")


def test_an_account_of_the_plan_reads(sites: Sites) -> None:
    visitor = sites.console.visitor()
    back = _through(visitor, "b-248289")
    assert (back.status_code, back.headers["location"]) == (303, "/agents"), back.text
    me = visitor.get("/api/v1/me").json()
    assert (me["person"], me["signedInBy"]) == ("ben", "openid")
    assert "You signed in by an account elsewhere, to read." in visitor.get("/agents").text
    visitor.look()
    found = visitor.post("/api/v1/challenges", {"verb": "stop", "body": {}})
    assert (found.status_code, found.json()["code"]) == (403, "reads-only")


def test_an_account_that_is_nobodys_comes_in_nowhere(sites: Sites) -> None:
    visitor = sites.console.visitor()
    back = _through(visitor, "somebody-else")
    assert back.status_code == 403
    assert "somebody-else" in back.text
    assert not visitor.signed_in


def test_the_secret_is_in_no_file_of_the_home_but_its_own(sites: Sites) -> None:
    for path in sites.console.world.home.rglob("*"):
        if path.is_file() and path.name != "openid.secret":
            assert SECRET.encode() not in path.read_bytes(), path
