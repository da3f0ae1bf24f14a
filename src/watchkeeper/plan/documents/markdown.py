"""Markdown as blocks of text (CommonMark 0.31 and tables), as its readers see it.

Code, comments, targets of links and front matter are no wording; HTML is read without its tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from watchkeeper.errors import PlanUnreadable
from watchkeeper.plan.documents.blocks import BLANK, Block, Note, Reading, Seen
from watchkeeper.plan.documents.wording import lexicon
from watchkeeper.plan.workspace.yaml_tree import YamlRefused, parse_yaml

MAX_NESTING = 60
MAX_BRACKETS = 20_000
"""Brackets that nothing closes take time by the square of their number."""
_FRONT = re.compile(r"\A---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_ENDED = re.compile(r"<!---?>")
_UNREAD = frozenset({"script", "style", "template"})
_OWN_LINE = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
Piece = tuple[str, bool]
"""Text, and whether it is wording."""


def read_markdown(text: str) -> Reading:
    """Return the blocks of a Markdown text with plain line ends.

    Raises:
        PlanUnreadable: nested so deeply that something of it would not be read, or made to be slow.
    """
    if text.count("[") > MAX_BRACKETS:
        raise PlanUnreadable(f"more than {MAX_BRACKETS} brackets", "split it")
    front = _front(text)
    skipped = front.count("\n")
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    environment: dict[str, dict[str, dict[str, str]]] = {}
    try:
        tokens = parser.parse(text[len(front) :], environment)
    except RecursionError:
        tokens = []
        deepest = MAX_NESTING
    else:
        deepest = max((token.level for token in tokens), default=0)
    if deepest >= MAX_NESTING - 1:
        raise PlanUnreadable("nested too deeply to be read whole", "write it with fewer levels")
    walk = _Walk(skipped)
    if lexicon().find(front).words:
        says = "front matter with words that bind, which is not read as text"
        walk.notes.append(Note(Seen.FRONT, says))
    for token in tokens:
        walk.take(token)
    walk.footnotes(environment.get("references", {}))
    return Reading(tuple(walk.blocks), tuple(walk.notes))


def _front(text: str) -> str:
    """Return the front matter with its fences: YAML that is a mapping; empty if there is none."""
    found = _FRONT.match(text)
    if found is None:
        return ""
    try:
        tree = parse_yaml(found[1])
    except YamlRefused:
        return ""
    return found[0] if isinstance(tree.value, dict) else ""


class _Walk:
    def __init__(self, skipped: int) -> None:
        self.skipped = skipped
        self.blocks: list[Block] = []
        self.notes: list[Note] = []
        self.level = 0
        self.heading = False

    def take(self, token: Token) -> None:
        if token.type == "list_item_open":
            self.level += 1
        elif token.type == "list_item_close":
            self.level -= 1
        elif token.type in {"heading_open", "heading_close"}:
            self.heading = token.type == "heading_open"
        elif token.type == "inline":
            self.add(list(_pieces(token.children or ())), token)
        elif token.type == "html_block":
            for line in self.html(token.content):
                self.add([(line, True)], token)

    def html(self, content: str) -> list[str]:
        # Browsers and CommonMark end a comment here, older parsers of Python do not.
        content = _ENDED.sub("<!-- -->", content).replace("--!>", "-->")
        if "<!--" in content and "-->" not in content:
            says = "a comment that never ends: what stands after it is read as text"
            self.notes.append(Note(Seen.OPEN_COMMENT, says))
            content = content.replace("<!--", " ")
        reader = _Html()
        reader.feed(content)
        reader.close()
        return "".join(reader.parts).split("\n")

    def footnotes(self, references: dict[str, dict[str, str]]) -> None:
        """Add footnotes of one word, which CommonMark takes for the target of a link."""
        for label, target in references.items():
            if label.startswith("^"):
                text = f"{unquote(target.get('href', ''))} {target.get('title', '')}"
                self.blocks.append(Block(text, text, f"footnote {label[1:]}"))

    def add(self, pieces: Sequence[Piece], token: Token) -> None:
        text = "".join(piece for piece, _ in pieces)
        bare = "".join(piece if wording else BLANK * len(piece) for piece, wording in pieces)
        if not text.strip():
            return
        line = (token.map[0] if token.map else 0) + 1 + self.skipped
        self.blocks.append(Block(text, bare, f"line {line}", line, self.level, self.heading))


class _Html(HTMLParser):
    """The text of HTML, one line for each thing that stands on a line of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.unread += tag in _UNREAD
        self.parts.append("\n" if tag in _OWN_LINE else "")

    def handle_endtag(self, tag: str) -> None:
        self.unread = max(0, self.unread - (tag in _UNREAD))
        self.parts.append("\n" if tag in _OWN_LINE else "")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.parts.append(data.replace("\n", " "))


def _pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    target = False
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            yield "\n", True
        elif token.type in {"link_open", "link_close"}:
            target = token.type == "link_open" and token.markup == "autolink"
        elif token.type == "image":
            yield from _pieces(token.children or ())
        elif token.type == "code_inline":
            yield token.content, False
        elif token.type != "html_inline":
            yield token.content, not target
