"""`watchkeeper plan certificate`: what certificates of ours and of suppliers allow to conclude."""

from watchkeeper.cli.verbs import group

app = group(
    "certificate",
    "Say what a certificate allows to conclude, look it up, ask a supplier.",
    {
        "check": "watchkeeper.cli.plan.certificate.check:check",
        "verified": "watchkeeper.cli.plan.certificate.verified:verified",
        "ask": "watchkeeper.cli.plan.certificate.ask:ask",
        "answer": "watchkeeper.cli.plan.certificate.answer:answer",
    },
)
