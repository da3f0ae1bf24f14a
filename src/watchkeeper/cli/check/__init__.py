"""`watchkeeper check`: what the records say against what the plan says."""

from watchkeeper.cli.verbs import group

app = group(
    "check",
    "Read the records back: what is enforced, what is not, and does it replay.",
    {
        "gap": "watchkeeper.cli.check.gap:gap",
        "oversight": "watchkeeper.cli.check.oversight:oversight",
        "replay": "watchkeeper.cli.check.replay:replay",
    },
)
