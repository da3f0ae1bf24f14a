"""The three answers as one self-contained page."""

from __future__ import annotations

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from watchkeeper.check.answer.model import DISCLAIMER, UNWITNESSED, Answer
from watchkeeper.check.answer.picture import draw
from watchkeeper.check.columns import short_time
from watchkeeper.check.gap.state import State


def render_page(answer: Answer) -> str:
    """Render the answer as HTML that loads nothing, runs nothing, and can be printed.

    Everything that comes from the log or the plan is escaped.
    """
    return _template().render(
        answer=answer,
        table=answer.table,
        counted=answer.counted,
        outcomes={outcome.value: n for outcome, n in answer.counted.outcomes().items()},
        enforced=answer.table.by_state()[State.ENFORCED],
        picture=draw(answer.counted.timeline),
        disclaimer=DISCLAIMER,
        unwitnessed=UNWITNESSED,
    )


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("watchkeeper.check.answer", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short_time"] = short_time
    return environment.get_template("answer.html.jinja")
