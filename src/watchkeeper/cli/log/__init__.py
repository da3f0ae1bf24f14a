"""`watchkeeper log`: the evidence, verified, shown, and handed out. One file a command."""

from watchkeeper.cli.verbs import group

app = group(
    "log",
    "Verify the evidence, show it, and hand out proofs.",
    {
        "verify": "watchkeeper.cli.log.verify:verify",
        "show": "watchkeeper.cli.log.show:show",
        "bundle": "watchkeeper.cli.log.bundle:bundle",
        "proof": "watchkeeper.cli.log.proof:proof",
        "checkpoint": "watchkeeper.cli.log.proof:checkpoint",
        "timestamp": "watchkeeper.cli.log.timestamp:timestamp",
        "export": "watchkeeper.cli.log.export:export",
        "policy": "watchkeeper.cli.log.policy:policy",
        "witnesses": "watchkeeper.cli.log.policy:witnesses",
        "disclose": "watchkeeper.cli.log.disclose:disclose",
        "check-disclosed": "watchkeeper.cli.log.disclose:check_disclosed",
        "erase": "watchkeeper.cli.log.erase:erase",
        "page": "watchkeeper.cli.log.page:page",
        "keys": "watchkeeper.cli.log.keys:keys",
        "adopt": "watchkeeper.cli.log.adopt:adopt",
        "rotate-key": "watchkeeper.cli.log.keys:rotate_key",
        "revoke-key": "watchkeeper.cli.log.keys:revoke_key",
        "permit-key": "watchkeeper.cli.log.permit_key:permit_key",
        "snapshot": "watchkeeper.cli.log.snapshot:snapshot",
        "roll": "watchkeeper.cli.log.roll:roll",
    },
)
