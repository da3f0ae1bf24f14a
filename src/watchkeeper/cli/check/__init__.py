"""`watchkeeper check`: what the records say against what the plan says."""

from watchkeeper.cli.verbs import group

app = group(
    "check",
    "Read the records back: what is enforced, what is aimed at, and does it replay.",
    {
        "drill": "watchkeeper.cli.check.drill:drill",
        "gap": "watchkeeper.cli.check.gap:gap",
        "inventory": "watchkeeper.cli.check.inventory:inventory",
        "objectives": "watchkeeper.cli.check.objectives:objectives",
        "oversight": "watchkeeper.cli.check.oversight:oversight",
        "replay": "watchkeeper.cli.check.replay:replay",
    },
)
