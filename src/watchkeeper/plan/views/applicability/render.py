"""The statement of applicability for a terminal, as a page that stands alone, and as a table.

The page has no script and fetches nothing. In the table no cell begins a formula: what would is
put behind an apostrophe, which spreadsheets show as text (RFC 4180; OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from html import escape

from watchkeeper.plan.register.undecided import undecided_words
from watchkeeper.plan.views.applicability.view import StatedRow, StatementView

COLUMNS = (
    "Control",
    "Title",
    "Applicable",
    "Why",
    "Status",
    "Owner",
    "By",
    "Risks",
    "Evidence",
    "Bound to",
    "Enforced by",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 78rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { border: 1px solid #767676; padding: .3rem .45rem; text-align: left; vertical-align: top; }
thead { display: table-header-group; } tr { break-inside: avoid; }
ul { margin: 0; padding-left: 1rem; }
.late { font-weight: 700; }
@media print { body { margin: 0; max-width: none; } @page { size: A4 landscape; margin: 12mm; } }
@media (prefers-color-scheme: dark) and (not print) { body { color: #eee; background: #141414; } }
""".strip()


def statement_text(view: StatementView) -> str:
    """Render for a terminal."""
    lines = [f"Statement of applicability of {view.organisation}", *_head(view), ""]
    for row in view.rows:
        lines.append(f"{row.control:<21} {row.applicable:<14}{_status(row)}  {row.title}")
        lines += [f"{'':22}{line}" for line in _details(row)]
    return "\n".join(lines)


def statement_html(view: StatementView) -> str:
    """Render as one HTML page, every text escaped."""
    title = f"Statement of applicability: {view.organisation}"
    said = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts(view)
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    rows = "".join(_html_row(row) for row in view.rows)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><dl>{said}</dl>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></body></html>\n"
    )


def statement_csv(view: StatementView) -> str:
    """Render as CSV: a line of headings, then a line for each row."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in view.rows:
        cells = ["\n".join(cell) if isinstance(cell, tuple) else cell for cell in _cells(row)]
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def facts(view: StatementView) -> list[tuple[str, str]]:
    """Return what is said above the rows, by name: version, approval, what is overdue."""
    return [
        ("Scope", view.scope),
        ("Version", view.version or "none"),
        ("Owner", view.owner or "nobody"),
        ("Approval", view.approval),
        ("Review by", view.review_by or "no day"),
        ("As of", view.on),
        ("Overdue", ", ".join(row.control for row in view.overdue) or "none"),
        ("Left open", undecided_words(view.open) or "none"),
    ]


def _head(view: StatementView) -> list[str]:
    return [f"{name}: {value}" for name, value in facts(view)]


def _status(row: StatedRow) -> str:
    by = f" by {row.by}" if row.by else ""
    return f"{row.status}{by}{', overdue' if row.overdue else ''}"


def _details(row: StatedRow) -> list[str]:
    lines = [row.why] if row.why else []
    lines += [f"owner {row.owner}"] if row.owner else []
    lines += [f"risks {', '.join(row.risks)}"] if row.risks else []
    lines += [f"evidence: {one}" for one in row.evidence]
    lines += [f"bound to {one}" for one in row.bindings]
    lines += [f"enforced by {', '.join(row.enforced_by)}"] if row.enforced_by else []
    return lines


def _cells(row: StatedRow) -> tuple[str | tuple[str, ...], ...]:
    return (
        row.control,
        row.title,
        row.applicable,
        row.why,
        f"{row.status}{' (overdue)' if row.overdue else ''}",
        row.owner,
        row.by,
        row.risks,
        row.evidence,
        row.bindings,
        row.enforced_by,
    )


def _html_row(row: StatedRow) -> str:
    head, *rest = _cells(row)
    cells = "".join(f"<td>{_html_cell(cell)}</td>" for cell in rest)
    late = ' class="late"' if row.overdue else ""
    return f'<tr{late}><th scope="row">{escape(str(head))}</th>{cells}</tr>'


def _html_cell(cell: str | tuple[str, ...]) -> str:
    if isinstance(cell, str):
        return escape(cell)
    return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in cell)}</ul>" if cell else ""
