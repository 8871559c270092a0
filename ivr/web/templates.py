"""Templates: Jinja with escaping always on, one environment a language."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from functools import lru_cache, partial
from http import HTTPStatus

from aiohttp import web
from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from ivr.web.explanations import EXPLANATIONS
from ivr.web.languages import LANGUAGES, Words, language_of, words_in
from ivr.web.navigation import navigation
from ivr.web.ports import PORTS, SESSION
from ivr.web.role_words import role_names

_CODE = re.compile(r"`([^`]+)`")


def load_templates() -> None:
    """Compile every template, so that a broken one stops the start and no request waits for that.

    It takes half a second of work: not for an event loop.
    """
    for language in LANGUAGES:
        environment = _environment(language)
        for name in environment.list_templates(extensions=["html"]):
            environment.get_template(name)


def words_of(request: web.Request) -> Words:
    """Return the words of the reader's language."""
    return words_in(language_of(request), request.app[PORTS].zone)


class Page(web.Response):
    """A page that is rendered beside the event loop: a large one takes tens of milliseconds, and callers wait there."""

    def __init__(self, text: Callable[[], str], status: HTTPStatus) -> None:
        super().__init__(status=status, content_type="text/html", charset="utf-8")
        self._rendered: Callable[[], str] | None = text

    async def fill(self) -> None:
        """Render the page; raises what its template raises."""
        if self._rendered is not None:
            text, self._rendered = self._rendered, None
            self.body = (await asyncio.get_running_loop().run_in_executor(_threads, text)).encode()


_threads = ThreadPoolExecutor(1, "pages-render")


def render(request: web.Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Page:
    """Return a page in the reader's language; ``values`` are the template's, beside what every page has.

    Every template finds ``words``, ``session`` (None before sign-in), ``own_roles``, ``csrf_token``, ``navigation``,
    ``address`` (path and query), ``languages`` and ``explanations``.
    """
    words = words_of(request)
    session = request.get(SESSION)
    shared = {
        "words": words,
        "session": session,
        "own_roles": "" if session is None else role_names(session.user.roles, words),
        "csrf_token": "" if session is None else session.csrf_token,
        "navigation": () if session is None else navigation(session.user, request.path, words),
        "address": request.path_qs,
        "languages": LANGUAGES,
        "explanations": EXPLANATIONS,
        "status": int(status),
    }
    ready = _environment(words.language).get_template(template)
    response = Page(partial(ready.render, shared | values), status)
    response.headers["Content-Language"] = words.tag
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


class _Compiled(BytecodeCache):
    """What templates are compiled to: the same in every language, so compiled once."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template its code where that is there."""
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep its code."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


@lru_cache(maxsize=len(LANGUAGES))
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("ivr.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["coded"] = coded
    words = words_in(language, UTC)
    # Jinja's own would take every "95 % of ..." for a place of a value; what comes back here is escaped as any text.
    environment.globals.update(_=words.gettext, gettext=words.gettext, ngettext=_ngettext(words))
    return environment


def _ngettext(words: Words) -> Callable[..., str]:
    def ngettext(one: str, many: str, n: int, **values: object) -> str:
        number = words.number(n)
        return words.translations.ngettext(one, many, n) % _Given({"n": number, "num": number, **values})

    return ngettext


class _Given(dict[str, object]):
    """The values that are there; of a block with further ones the places stay, and the block fills them in itself."""

    def __missing__(self, name: str) -> str:
        return f"%({name})s"


def coded(text: str) -> Markup:
    """Return ``text`` as HTML in which what stands in backquotes, such as a command, is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
