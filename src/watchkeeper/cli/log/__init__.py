"""`watchkeeper log`: the evidence, verified, shown, and handed out. One file a command."""

import typer

from watchkeeper.cli.log import (
    adopt,
    bundle,
    disclose,
    erase,
    export,
    keys,
    page,
    permit_key,
    policy,
    proof,
    roll,
    show,
    snapshot,
    timestamp,
    verify,
)

app = typer.Typer(
    name="log",
    help="Verify the evidence, show it, and hand out proofs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command("verify")(verify.verify)
app.command("show")(show.show)
app.command("bundle")(bundle.bundle)
app.command("proof")(proof.proof)
app.command("checkpoint")(proof.checkpoint)
app.command("timestamp")(timestamp.timestamp)
app.command("export")(export.export)
app.command("policy")(policy.policy)
app.command("witnesses")(policy.witnesses)
app.command("disclose")(disclose.disclose)
app.command("check-disclosed")(disclose.check_disclosed)
app.command("erase")(erase.erase)
app.command("page")(page.page)
app.command("keys")(keys.keys)
app.command("adopt")(adopt.adopt)
app.command("rotate-key")(keys.rotate_key)
app.command("revoke-key")(keys.revoke_key)
app.command("permit-key")(permit_key.permit_key)
app.command("snapshot")(snapshot.snapshot)
app.command("roll")(roll.roll)
