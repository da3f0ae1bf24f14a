"""`watchkeeper do`: what people do while agents act. One file a command, or a pair of them."""

import typer

from watchkeeper.cli.do import (
    ask,
    code,
    decide,
    enroll,
    passkeys,
    resolve,
    stop,
    token,
    verdict,
    withdraw,
)

app = typer.Typer(
    name="do",
    help="Decide, approve, refuse, stop, resume, settle: what people do while agents act.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command("enroll")(enroll.enroll)
app.command("code")(code.code)
app.command("passkeys")(passkeys.passkeys)
app.command("token")(token.token)
app.command("pending")(verdict.pending)
app.command("approve")(verdict.approve)
app.command("refuse")(verdict.refuse)
app.command("withdraw")(withdraw.withdraw)
app.command("ask")(ask.ask)
app.command("stop")(stop.stop)
app.command("resume")(stop.resume)
app.command("resolve")(resolve.resolve)
app.command("accept-clock")(resolve.accept_clock)
app.command("decide")(decide.decide)
