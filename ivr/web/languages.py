"""Languages: the words, numbers and days of a page in the reader's language.

English sentences are the keys; the other languages stand in ``translations/*.po``, which are read when the service
starts. What is not translated stays English.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from aiohttp import web
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from ivr.web.marked import gettext
from ivr.web.security import cookie_name
from ivr.web.sentences import page_sentence

LANGUAGES: Mapping[str, str] = {"en": "English", "zh_Hans": "简体中文", "lt": "Lietuvių"}
"""The languages of the pages, each in its own words; the first is the language of the keys."""
LANGUAGE_COOKIE = "ivr_language"
TRANSLATIONS = Path(__file__).parent / "translations"
_ENGLISH = "en"
_PLAIN_WORD = re.compile(r"[^\W\d_]+[ ,:;]")


@dataclass(frozen=True)
class Words:
    """One language: ``tag`` is what HTML calls it (``zh-Hans``), ``zone`` the site's for times."""

    language: str
    translations: NullTranslations
    zone: tzinfo

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return self.language.replace("_", "-")

    @property
    def locale(self) -> Locale:
        """How the language writes numbers and days; English as the British do."""
        return _locale(self.language)

    def gettext(self, message: str, **values: object) -> str:
        """Return the sentence in this language; ``%(name)s`` stands for a value."""
        text = self.translations.gettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the sentence for ``n`` things; ``%(n)s`` is the number as the language writes it."""
        return self.translations.ngettext(one, many, n) % {"n": self.number(n), **values}

    def sentence(self, text: str) -> str:
        """Return a sentence that the figures say of themselves, with its capital; English where it is not known."""
        said = page_sentence(text, self.translations)
        # Not a key, such as that of a layout, which may come first.
        return said[:1].upper() + said[1:] if _PLAIN_WORD.match(said) else said

    def sentences(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Return several of them."""
        return tuple(map(self.sentence, texts))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with the language's separators."""
        return _number(value, _digits(decimals), self.locale)

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share of 0 to 1 in per cent."""
        return _percent(share, f"{_digits(decimals)} %", self.language)

    def day(self, day: date) -> str:
        """Return a day in words."""
        return _day(day, self.language)

    def month(self, day: date) -> str:
        """Return the month of a day in words."""
        return str(format_skeleton("yMMM", day, locale=self.locale))

    def short_day(self, day: date) -> str:
        """Return a day without its year, for an axis."""
        return str(format_skeleton("MMMd", day, locale=self.locale))

    def moment(self, at: datetime) -> str:
        """Return a moment in the site's zone, to the minute."""
        local = at.astimezone(self.zone)
        return f"{self.day(local.date())}, {local:%H:%M}"

    def seconds(self, seconds: float) -> str:
        """Return a duration such as 75 s, 12 min or 3 h."""
        length, message = next(((length, said) for length, said in _UNITS if seconds >= 2 * length), _UNITS[-1])
        is_round = length == 1.0 or seconds >= 10 * length
        return self.gettext(message, n=self.number(seconds / length, 0 if is_round else 1))


_UNITS = (
    (86_400.0, gettext("%(n)s days")),
    (3_600.0, gettext("%(n)s h")),
    (60.0, gettext("%(n)s min")),
    (1.0, gettext("%(n)s s")),
)


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == _ENGLISH else language)


# A page has a thousand numbers, mostly the same few; writing one takes longer than all else that is done with it.
# They are looked up by the language's name: to compare two of Babel's locales takes several times as long.
@lru_cache(maxsize=20_000)
def _number(value: float, digits: str, language: str) -> str:
    return str(format_decimal(value, format=digits, locale=_locale(language)))


@lru_cache(maxsize=20_000)
def _percent(share: float, digits: str, language: str) -> str:
    return str(format_percent(share, format=digits, locale=_locale(language)))


@lru_cache(maxsize=2_000)
def _day(day: date, language: str) -> str:
    return str(format_date(day, format="medium", locale=_locale(language)))


def _digits(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


@lru_cache
def translations_of(language: str) -> NullTranslations:
    """Return the sentences of ``language``; for English each is its own key."""
    file = TRANSLATIONS / f"{language}.po"
    if language == _ENGLISH or not file.exists():
        return NullTranslations()
    with file.open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_of(request: web.Request) -> str:
    """Return the language that the reader chose, or else the first that the browser asks for and there is."""
    chosen = request.cookies.get(cookie_name(request, LANGUAGE_COOKIE))
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    for wanted in _accepted(request.headers.get("Accept-Language", "")):
        try:
            found = Locale.negotiate([wanted], list(LANGUAGES), sep="_")
        except (ValueError, UnknownLocaleError):
            continue
        if found is not None and str(found) in LANGUAGES:
            return str(found)
        if wanted.partition("_")[0] == "zh":
            return "zh_Hans"
    return _ENGLISH


def words_in(language: str, zone: tzinfo) -> Words:
    """Return the words of ``language``."""
    return Words(language, translations_of(language), zone)


def _accepted(header: str) -> list[str]:
    """Return the languages of an ``Accept-Language`` header, the dearest first."""
    weighed = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, parameters = part.strip().partition(";")
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                weight = 0.0
        if tag and weight > 0:
            weighed.append((-weight, place, tag.replace("-", "_")))
    return [tag for _, _, tag in sorted(weighed)]
