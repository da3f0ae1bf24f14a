"""`watchkeeper plan`: the management system as files, checked, compared, shown and released."""

from watchkeeper.cli.verbs import group

app = group(
    "plan",
    "The management system as files: check it, show it, compare it, release it.",
    {
        "assess": "watchkeeper.cli.plan.writing.assess:assess",
        "certificate": "watchkeeper.cli.plan.certificate:app",
        "clauses": "watchkeeper.cli.plan.frameworks.clauses:clauses",
        "control": "watchkeeper.cli.plan.looking.control:control",
        "new": "watchkeeper.cli.plan.writing.new:new",
        "lint": "watchkeeper.cli.plan.checking.lint:lint",
        "show": "watchkeeper.cli.plan.looking.show:show",
        "diff": "watchkeeper.cli.plan.change.diff:diff",
        "standards": "watchkeeper.cli.plan.frameworks.standards:standards",
        "import": "watchkeeper.cli.plan.exchange:imports",
        "import-tools": "watchkeeper.cli.plan.writing.tools:import_tools",
        "export": "watchkeeper.cli.plan.exchange:exports",
        "export-schemas": "watchkeeper.cli.plan.checking.schemas:export_schemas",
        "ready": "watchkeeper.cli.plan.frameworks.ready:ready",
        "register": "watchkeeper.cli.plan.looking.register:register",
        "sign-off": "watchkeeper.cli.plan.writing.sign_off:sign_off",
        "soa": "watchkeeper.cli.plan.frameworks.soa:soa",
        "approve": "watchkeeper.cli.plan.change.answers:approve",
        "refuse": "watchkeeper.cli.plan.change.answers:refuse",
        "withdraw": "watchkeeper.cli.plan.change.withdraw:withdraw",
        "approvals": "watchkeeper.cli.plan.change.approvals:approvals",
        "release": "watchkeeper.cli.plan.change.release:release",
        "risks": "watchkeeper.cli.plan.looking.risks:risks",
        "scope": "watchkeeper.cli.plan.looking.scope:scope",
        "view": "watchkeeper.cli.plan.frameworks.view:view",
        "sentences": "watchkeeper.cli.plan.writing.sentences:sentences",
    },
)
