"""`watchkeeper plan certificate answer`: what a supplier answered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, go_on, moment, past_day, registered
from watchkeeper.cli.plan.certificate.arguments import OnDay, Proof, WorkspaceOption, digest_of
from watchkeeper.cli.plan.certificate.files import append, there
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.certificates.questions import BY_ID
from watchkeeper.plan.workspace.checked import nearest

_MOST = 4_000


def answer(
    supplier: Annotated[str, typer.Argument(help="The supplier, by its id.")],
    question: Annotated[str, typer.Option("--question", help="Its id, as `ask` prints it.")],
    text: Annotated[str, typer.Option("--answer", help="What came back.")],
    path: WorkspaceOption = Path("aims"),
    on: OnDay = None,
    file: Proof = None,
    as_json: AsJson = False,
) -> None:
    """Note what a supplier answered: their word, `attested`, never more than that.

    Examples:
      watchkeeper plan certificate answer modelhouse --question body --answer 'Example Ltd'
      watchkeeper plan certificate answer modelhouse --question scope --answer … --file letter.pdf
    """
    with output.speaking_plainly():
        go_on(path)
        register, _ = registered(path, moment(None))
        there(register, "supplier", supplier)
        if question not in BY_ID:
            raise SettingsInvalid(f"no question {cut(question)}", nearest(question, BY_ID))
        if not text.strip() or len(text) > _MOST:
            raise SettingsInvalid(
                f"an answer of {len(text)} characters", f"at most {_MOST}, and not empty"
            )
        answered = past_day(on, "say on which day it came")
        entry = {"question": question, "answered": answered, "answer": text, "origin": "attested"}
        digest = digest_of(file)
        says = entry if digest is None else {**entry, "digest": digest}
        wrote = append(path, "supplier", supplier, "answers", says)
    if as_json:
        output.show_json({"wrote": wrote, "answer": says})
    else:
        output.show(f"noted in {wrote}: {question}")
