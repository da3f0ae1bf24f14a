"""`do enroll`: a person's own key."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.people import key_path, passphrase_for, signer_of
from watchkeeper.errors import KeyUnsafe, cut
from watchkeeper.plan.draft.person_key import add_person_key


def enroll(
    name: Annotated[str, typer.Argument(help="Your id in the plan.")],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Put the public half into this workspace.")
    ] = None,
) -> None:
    """Make a key of your own, under a passphrase; its public half goes into the plan.

    Who has a key already puts the same one into a further workspace.
    The key is kept outside every home, in WATCHKEEPER_PEOPLE or your configuration folder.

    Example:
      watchkeeper do enroll ana --workspace aims
    """
    with output.speaking_plainly():
        path = key_path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            public = wiring.create_person_key(path, passphrase_for(name, new=True))
        elif workspace is None:
            raise KeyUnsafe(
                f"{cut(name)} has a key already: {path}",
                "put it into a plan with `--workspace`, or move it away",
            )
        else:
            public = signer_of(name).public_key
        text = base64.b64encode(public).decode()
        output.say(f"key of {name}: {path}")
        if workspace is not None:
            add_person_key(workspace, name, text)
            output.say(f"its public half is now in {workspace}; release the plan to use it")
        else:
            output.say("put this public half among the person's `keys` in aims.yaml:")
        output.show(text)
