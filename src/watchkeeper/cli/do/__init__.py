"""`watchkeeper do`: what people do while agents act. One file a command, or a pair of them."""

from watchkeeper.cli.verbs import group

app = group(
    "do",
    "Decide, approve, refuse, stop, resume, settle: what people do while agents act.",
    {
        "enroll": "watchkeeper.cli.do.enroll:enroll",
        "code": "watchkeeper.cli.do.code:code",
        "passkeys": "watchkeeper.cli.do.passkeys:passkeys",
        "token": "watchkeeper.cli.do.token:token",
        "pending": "watchkeeper.cli.do.verdict:pending",
        "approve": "watchkeeper.cli.do.verdict:approve",
        "refuse": "watchkeeper.cli.do.verdict:refuse",
        "withdraw": "watchkeeper.cli.do.withdraw:withdraw",
        "ask": "watchkeeper.cli.do.ask:ask",
        "delegations": "watchkeeper.cli.do.delegations:delegations",
        "mandates": "watchkeeper.cli.do.mandates:mandates",
        "channels": "watchkeeper.cli.do.channels:channels",
        "standing": "watchkeeper.cli.do.standing:standing",
        "away": "watchkeeper.cli.do.away:away",
        "stop": "watchkeeper.cli.do.stop:stop",
        "resume": "watchkeeper.cli.do.stop:resume",
        "resolve": "watchkeeper.cli.do.resolve:resolve",
        "accept-clock": "watchkeeper.cli.do.resolve:accept_clock",
        "decide": "watchkeeper.cli.do.decide:decide",
        "drill": "watchkeeper.cli.do.drill:app",
    },
)
