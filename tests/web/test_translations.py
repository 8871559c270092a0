"""Translations: every sentence of the pages is there in every language, with the same values in it."""

import re
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from ivr.web.languages import LANGUAGES, TRANSLATIONS, translations_of, words_in
from tests.web_site import Site

WEB = TRANSLATIONS.parent
OTHERS = [language for language in LANGUAGES if language != "en"]
VALUE = re.compile(r"%\(\w+\)s|%%")


@cache
def sentences() -> dict[str, str | tuple[str, ...]]:
    """Return every key that stands in the program, with its plural where it has one."""
    with (TRANSLATIONS / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    found = extract_from_dir(WEB, methods, options)
    return {(message[0] if isinstance(message, tuple) else message): message for _, _, message, _, _ in found}


@cache
def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / f"{language}.po").open("rb") as lines:
        return read_po(lines, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    there = {(each.id[0] if isinstance(each.id, tuple) else each.id): each for each in catalogue(language) if each.id}
    assert sorted(set(sentences()) - set(there)) == [], "run `make translations`, then translate what is empty"
    assert sorted(set(there) - set(sentences())) == [], "run `make translations`"
    forms = {key: each.string if isinstance(each.string, tuple) else (each.string,) for key, each in there.items()}
    assert [key for key, texts in forms.items() if not all(texts)] == []
    assert [key for key, each in there.items() if each.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_holds_the_values_of_its_sentence(language: str) -> None:
    wrong = []
    for each in catalogue(language):
        if not each.id:
            continue
        keys = each.id if isinstance(each.id, tuple) else (each.id,)
        allowed = {frozenset(VALUE.findall(key)) for key in keys}
        texts = each.string if isinstance(each.string, tuple) else (each.string,)
        wrong += [(keys[0], text) for text in texts if frozenset(VALUE.findall(text)) not in allowed]
    assert wrong == []


@pytest.mark.parametrize(
    ("header", "cookie", "expected"),
    [
        ("", None, "en"),
        ("lt", None, "lt"),
        ("lt-LT,lt;q=0.9,en;q=0.8", None, "lt"),
        ("de-DE, lt;q=0.3", None, "lt"),
        ("zh-CN,zh;q=0.9", None, "zh_Hans"),
        ("zh", None, "zh_Hans"),
        ("en;q=0.1, zh-Hans", None, "zh_Hans"),
        ("en-US,en", None, "en"),
        ("tlh, xx-YY;q=0.5", None, "en"),
        (";;q=,,,q=x;lt;q=nan", None, "en"),
        ("en", "lt", "lt"),
        ("lt", "../../etc", "lt"),
    ],
)
async def test_the_reader_s_choice_goes_before_the_browser_s(header: str, cookie: str | None, expected: str) -> None:
    headers = {"Accept-Language": header} | ({} if cookie is None else {"Cookie": f"ivr_language={cookie}"})
    async with Site().serve() as address, ClientSession() as browser:
        page = await (await browser.get(f"{address}/sign-in", headers=headers)).text()
    assert f'<html lang="{expected.replace("_", "-")}">' in page


def test_a_sentence_of_the_figures_is_found_by_its_pattern() -> None:
    words = words_in("lt", ZoneInfo("Europe/Vilnius"))
    told = words.sentence("fewer than 30 ratings: do not rank")
    assert told != "fewer than 30 ratings: do not rank"
    assert "30" in told
    assert words.sentence("nobody has ever said this") == "Nobody has ever said this"
    assert words.sentence("paced-123 has ever said this") == "paced-123 has ever said this"


def test_a_reason_within_a_sentence_is_translated_and_a_name_is_not() -> None:
    words = words_in("lt", ZoneInfo("Europe/Vilnius"))
    inner = words.sentence("nobody has rated yet")
    told = words.sentence("no fitted figures: nobody has rated yet")
    assert inner != "Nobody has rated yet"
    assert inner[1:] in told
    assert "no, yes" in words.sentence("calls in several teams: no, yes")


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    words = {language: words_in(language, ZoneInfo("Europe/Vilnius")) for language in LANGUAGES}
    assert [each.number(12345.6, 1).replace("\xa0", " ") for each in words.values()] == [
        "12,345.6",
        "12,345.6",
        "12 345,6",
    ]
    assert [each.tag for each in words.values()] == ["en", "zh-Hans", "lt"]
    assert next(each.seconds(30) for each in words.values()) == "30 s"


def test_every_translation_file_is_a_language_that_can_be_chosen() -> None:
    assert {path.stem for path in Path(TRANSLATIONS).glob("*.po")} == set(OTHERS)
    assert all(translations_of(language).info() for language in OTHERS)
