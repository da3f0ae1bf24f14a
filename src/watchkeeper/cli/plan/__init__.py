"""`watchkeeper plan`: the management system as files, checked, compared, shown and released."""

from watchkeeper.cli.verbs import group

app = group(
    "plan",
    "The management system as files: check it, show it, compare it, release it.",
    {
        "assess": "watchkeeper.cli.plan.assess:assess",
        "certificate": "watchkeeper.cli.plan.certificate:app",
        "clauses": "watchkeeper.cli.plan.clauses:clauses",
        "control": "watchkeeper.cli.plan.looking.control:control",
        "new": "watchkeeper.cli.plan.new:new",
        "lint": "watchkeeper.cli.plan.lint:lint",
        "show": "watchkeeper.cli.plan.show:show",
        "diff": "watchkeeper.cli.plan.diff:diff",
        "standards": "watchkeeper.cli.plan.standards:standards",
        "import": "watchkeeper.cli.plan.exchange:imports",
        "import-tools": "watchkeeper.cli.plan.tools:import_tools",
        "export": "watchkeeper.cli.plan.exchange:exports",
        "export-schemas": "watchkeeper.cli.plan.schemas:export_schemas",
        "ready": "watchkeeper.cli.plan.ready:ready",
        "register": "watchkeeper.cli.plan.register:register",
        "sign-off": "watchkeeper.cli.plan.sign_off:sign_off",
        "soa": "watchkeeper.cli.plan.soa:soa",
        "approve": "watchkeeper.cli.plan.change.answers:approve",
        "refuse": "watchkeeper.cli.plan.change.answers:refuse",
        "withdraw": "watchkeeper.cli.plan.change.withdraw:withdraw",
        "approvals": "watchkeeper.cli.plan.change.approvals:approvals",
        "release": "watchkeeper.cli.plan.release:release",
        "risks": "watchkeeper.cli.plan.looking.risks:risks",
        "scope": "watchkeeper.cli.plan.looking.scope:scope",
        "view": "watchkeeper.cli.plan.view:view",
        "sentences": "watchkeeper.cli.plan.sentences:sentences",
    },
)
