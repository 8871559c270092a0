"""Sentences of the figures in other languages.

The figures say their reasons in English, with numbers and names in them. A sentence is found again by its pattern, in
which ``%(name)s`` stands for what varies and ``%(n)s`` for a number; the pattern is the key of the translation.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from gettext import NullTranslations

from ivr.web.page_wordings import PAGE_WORDINGS
from ivr.web.plain_reasons import without_command
from ivr.web.sentence_patterns import PATTERNS

_SENTENCES_WITHIN = frozenset({"why", "reason", "lacking", "ratings", "things"})
_HOLE = re.compile(r"%\((\w+)\)s")


def page_sentence(text: str, translations: NullTranslations) -> str:
    """Return what a page says for ``text``: without commands, in plainer words where it has some, and translated."""
    plain = without_command(text)
    for expression, wording in _wordings():
        found = expression.fullmatch(plain)
        if found is not None:
            said = translations.gettext(wording)
            return said % _translated(found.groupdict(), translations) if found.groupdict() else said
    return translated_sentence(plain, translations)


def translated_sentence(text: str, translations: NullTranslations) -> str:
    """Return ``text`` in the language of ``translations``; as it is where no pattern fits or none is translated."""
    exact = translations.gettext(text) if text else text
    if exact != text:
        return exact
    for pattern, expression in _expressions():
        found = expression.fullmatch(text)
        if found is not None:
            said = translations.gettext(pattern)
            return text if said == pattern else said % _translated(found.groupdict(), translations)
    return text


def _translated(values: Mapping[str, str], translations: NullTranslations) -> Mapping[str, str]:
    """Return what varies: a reason within a sentence is a sentence too, and a name is never translated."""
    return {
        name: page_sentence(value, translations) if name in _SENTENCES_WITHIN else value
        for name, value in values.items()
    }


@lru_cache(maxsize=1)
def _wordings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_expression(pattern), re.DOTALL), wording) for pattern, wording in PAGE_WORDINGS.items())


@lru_cache(maxsize=1)
def _expressions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, re.compile(_expression(pattern), re.DOTALL)) for pattern in PATTERNS if "%(" in pattern)


def _expression(pattern: str) -> str:
    parts, end = [], 0
    for hole in _HOLE.finditer(pattern):
        varies = r"[\d.,]+" if hole[1] == "n" else ".+?"
        parts += [re.escape(pattern[end : hole.start()].replace("%%", "%")), f"(?P<{hole[1]}>{varies})"]
        end = hole.end()
    return "".join([*parts, re.escape(pattern[end:].replace("%%", "%"))])
