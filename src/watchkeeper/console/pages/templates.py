"""Templates, with everything that comes from others escaped twice over: as HTML, and to the eye."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from watchkeeper.check.answer import DISCLAIMER
from watchkeeper.check.oversight.text import percent
from watchkeeper.check.oversight.text import span as span_of
from watchkeeper.console.pictures import columns, whisker
from watchkeeper.console.words import clock, head, many, number, plainly, since, span


def render(name: str, **values: Any) -> str:
    """Render a template."""
    return _environment().get_template(name).render(**values)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("watchkeeper.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen_as_it_is,
    )
    environment.filters.update(since=since, clock=clock, span=span, number=number, head=head)
    environment.filters.update(percent=percent, span_of=span_of)
    environment.filters.update(part=functools.partial(quote, safe=""))
    environment.globals.update(many=many, columns=columns, whisker=whisker)
    environment.globals.update(disclaimer=DISCLAIMER)
    return environment


def _seen_as_it_is(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return plainly(str(value)) if isinstance(value, str) else value
