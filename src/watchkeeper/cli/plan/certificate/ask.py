"""`watchkeeper plan certificate ask`: what to ask the suppliers of a system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from watchkeeper.check.columns import one_line
from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import AsJson, moment, registered
from watchkeeper.cli.plan.certificate.arguments import WorkspaceOption
from watchkeeper.cli.plan.certificate.files import there
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.certificates.questions import Asked, questions_for, unanswered
from watchkeeper.plan.register.content import Register


def ask(
    system: Annotated[
        str | None, typer.Option("--system", help="The suppliers of this system.")
    ] = None,
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="This supplier, by its id.")
    ] = None,
    path: WorkspaceOption = Path("aims"),
    as_json: AsJson = False,
) -> None:
    """Print the questions to put to a supplier, with what is known and what was answered.

    Name a system or a supplier. Of a system that no file names a supplier of, they are those to put
    to whoever wants to be it, under no name. Ends with 1 where a question has no answer yet.

    Examples:
      watchkeeper plan certificate ask --system refund-desk
      watchkeeper plan certificate ask --supplier modelhouse --json
    """
    with output.speaking_plainly():
        register, _ = registered(path, moment(None))
        found = {id_: questions_for(register, id_) for id_ in _whom(register, system, supplier)}
    if not found:
        found[""] = unanswered()
        output.say(
            f"no supplier of {cut(str(system))} is known: `suppliers/<id>.yaml` keeps answers"
        )
    if as_json:
        output.show_json({id_: [_json(one) for one in asked] for id_, asked in found.items()})
    else:
        pages = (
            "\n".join(one_line(line) for line in _lines(register, id_, asked))
            for id_, asked in found.items()
        )
        output.show("\n\n".join(pages))
    if any(one.answer is None for asked in found.values() for one in asked):
        raise typer.Exit(output.Exit.FOUND)


def _whom(register: Register, system: str | None, supplier: str | None) -> list[str]:
    if (system is None) is (supplier is None):
        raise SettingsInvalid("name a system or a supplier", "`--system X` or `--supplier S`")
    if supplier is not None:
        there(register, "supplier", supplier)
        return [supplier]
    if system not in register.systems:
        raise SettingsInvalid(f"there is no system {cut(system)}", "see `systems/`")
    return [id_ for id_, one in sorted(register.of("supplier").items()) if system in one.systems]


def _json(one: Asked) -> dict[str, object]:
    answer = None if one.answer is None else one.answer.model_dump(exclude_none=True)
    asks = {"id": one.question.id, "asks": one.question.asks, "why": one.question.why}
    return {**asks, "known": one.known or None, "answer": answer}


def _lines(register: Register, supplier: str, asked: tuple[Asked, ...]) -> Iterator[str]:
    if supplier:
        yield f"{register.of('supplier')[supplier].name} ({supplier})"
    else:
        yield "Whoever wants to supply it"
    for one in asked:
        yield f"  {one.question.id}: {one.question.asks}"
        yield f"      why: {one.question.why}"
        if one.known:
            yield f"      our files say: {one.known}"
        if one.answer is not None:
            said = one.answer
            day = said.answered or "on no day that is noted"
            yield f"      answered {day} (attested): {said.answer}"
