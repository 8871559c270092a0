"""The help shelf: the documentation's pages as HTML, so that a figure can link to how it is made.

Only files that lie on the shelf when it is set up are ever read: a name is looked up and never joined to a path.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

PREFIX = "/help"
_PAGES = ("*.md", "statistics/*.md", "decisions/*.md")
_PICTURES = ("images/*.png", "statistics/images/*.svg")
_ELSEWHERE = re.compile(r"[a-z]+:|//")
_NOT_IN_ANCHOR = re.compile(r"[^\w -]")


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A page: its title, and its HTML below that."""

    title: str
    html: str


class HelpShelf:
    """The pages under a folder, by name: ``statistics/funnel`` is ``statistics/funnel.md``."""

    def __init__(self, folder: Path | None) -> None:
        self._pages = {name.removesuffix(".md"): path for name, path in _files(folder, _PAGES).items()}
        self._pictures = _files(folder, _PICTURES)
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        self._made: dict[str, HelpPage] = {}

    @property
    def names(self) -> Sequence[str]:
        """Every page's name, in order."""
        return sorted(self._pages)

    def page(self, name: str) -> HelpPage | None:
        """Return the page of that name; None where there is none."""
        path = self._pages.get(name)
        if path is None:
            return None
        if name not in self._made:
            self._made[name] = self._read(name, path.read_text("utf-8"))
        return self._made[name]

    def picture(self, name: str) -> Path | None:
        """Return the file of a picture; None where there is none."""
        return self._pictures.get(name)

    def _read(self, name: str, text: str) -> HelpPage:
        tokens = self._markdown.parse(text)
        title = name
        if len(tokens) > 2 and tokens[0].tag == "h1":
            title = tokens[1].content
            tokens = tokens[3:]
        for place, token in enumerate(tokens):
            if token.type == "heading_open":
                token.attrSet("id", _anchor(tokens[place + 1].content))
            elif token.type == "table_open":
                token.attrSet("class", "plain-table")
                token.attrSet("tabindex", "0")
            for child in token.children or ():
                self._lead(name, child)
        html = str(self._markdown.renderer.render(tokens, self._markdown.options, {}))
        # What scrolls sideways on a narrow screen has to be reached by keyboard.
        return HelpPage(title, html.replace("<pre>", '<pre tabindex="0">'))

    def _lead(self, name: str, token: Token) -> None:
        """Let a link lead to the page on the shelf; what is not on it stays as words."""
        if token.type == "image":
            picture = _beside(name, str(token.attrGet("src")))
            token.attrSet("src", f"{PREFIX}/{picture}")
        elif token.type == "link_open":
            target = str(token.attrGet("href"))
            if _ELSEWHERE.match(target):
                token.attrSet("rel", "noreferrer")
                return
            path, _, anchor = target.partition("#")
            page = _beside(name, path).removesuffix(".md") if path else name
            if page in self._pages:
                token.attrSet("href", f"{PREFIX}/{page}" + (f"#{anchor}" if anchor else ""))
            else:
                token.tag = "span"
                token.attrs = {}


def _files(folder: Path | None, patterns: Sequence[str]) -> Mapping[str, Path]:
    if folder is None:
        return {}
    return {
        path.relative_to(folder).as_posix(): path
        for pattern in patterns
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }


def _beside(name: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def _anchor(heading: str) -> str:
    """Return a heading's anchor, as the common viewers of Markdown make it."""
    return _NOT_IN_ANCHOR.sub("", heading.lower()).replace(" ", "-")
