"""The shipped layouts: what they ask, the versions that the series of figures hang on, and their words."""

from pathlib import Path

import pytest

from ivr.catalogue.layouts import load_layouts
from ivr.catalogue.recordings import load_versions
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.domain.bounds import worst_case_seconds
from ivr.domain.layouts import BargeIn, Layout
from ivr.domain.leading import why_it_leads
from ivr.domain.timelines import Recording, version_layout

from .conftest import SHIPPED_LAYOUTS, SHIPPED_TRANSCRIPTS

RATINGS = {
    "sequential-123": [("1", "satisfied", 0), ("2", "so-so", 0), ("3", "dissatisfied", 0)],
    "sparse-531": [("5", "very satisfied", 0), ("3", "satisfied", 0), ("1", "dissatisfied", 0)],
    "paced-123": [("1", "satisfied", 3), ("2", "so-so", 3), ("3", "dissatisfied", 0)],
    "reversed-123": [("1", "dissatisfied", 0), ("2", "so-so", 0), ("3", "satisfied", 0)],
}
MORE = {
    "about-12",
    "expectation-3",
    "rating-10",
    "rating-5",
    "rating-5-reversed",
    "reason-1234",
    "recommend-11",
    "sequential-123-more",
    "solved-12",
}

# What espeak-ng 1.51 makes of the transcripts: the SHA-256 of each recording's samples.
AUDIO = {
    "intro": "20b16d480409124216605899d24af39d05a63afe9f01c4bacdeb8758aa0d9e5f",
    "invalid": "e43ddce6c284608850b430854628bad27babc9b2eba712849a7ceccd1ab27689",
    "no-key": "03f5a71e591dc3e13a2730077a77a3893615126359cbb430d1e5ffec8692a30e",
    "press-1-dissatisfied": "ea8288855f52a924a76ef32b1cd0571d954e05ae349cd583d243c15e9f2c0a8a",
    "press-1-satisfied": "634de38990fb926fd5c996e30c96e0c0e56f6d341fe9c4be9c52263ca8e0e4dd",
    "press-2-so-so": "a1a2e757927380ee1ad8414038bb8c0cecfa039bf5a09a21ebc8ce65bc757534",
    "press-3-dissatisfied": "7cde8e2ab8a670e454c8d20c177946ae8fcc4f895c770144304398df62738726",
    "press-3-satisfied": "502d882d2fc998e004768111997720a10418ac157411f03299121e65dcb106bd",
    "press-5-very-satisfied": "2ab4d3ac01471ca5b2d3ebec1d5b4c811e81147d20525ade2e5e12390217adc7",
    "thanks": "c4ccb45f6d7048a017e6e471210a17b0c71567852c1f8ffcd1b692f3584a3ca6",
}
VERSIONS = {
    "paced-123": "641c9f152d5b",
    "reversed-123": "3d1211b80fc5",
    "sequential-123": "b0057bfcc59e",
    "sparse-531": "b0d1c74eb6a0",
}


@pytest.fixture(scope="module")
def layouts() -> dict[str, Layout]:
    return load_layouts(SHIPPED_LAYOUTS)


def test_what_is_shipped(layouts: dict[str, Layout]) -> None:
    assert layouts.keys() == RATINGS.keys() | MORE


@pytest.mark.parametrize("key", RATINGS)
def test_a_rating_layout_is_what_it_is_named(layouts: dict[str, Layout], key: str) -> None:
    layout = layouts[key]
    read = [(each.press, layout.categories[each.category], each.pause_after_seconds) for each in layout.options]
    assert read == RATINGS[key]
    assert (layout.opt_out_key, layout.max_tries, layout.timeout_seconds, layout.barge_in) == ("9", 2, 5, BargeIn())
    assert layout.categories[0] == "dissatisfied"


@pytest.mark.parametrize("key", VERSIONS)
def test_a_version_stays_what_it_was_when_the_first_call_was_rated(layouts: dict[str, Layout], key: str) -> None:
    audio = {name: Recording(name, 1000, digest) for name, digest in AUDIO.items()}
    assert version_layout(layouts[key], audio).version == VERSIONS[key]


def test_scales_of_two_three_five_ten_and_eleven_points_are_there(layouts: dict[str, Layout]) -> None:
    points = {len(layout.categories) for layout in layouts.values()}
    assert points >= {2, 3, 5, 10, 11}
    five, mirror = layouts["rating-5"], layouts["rating-5-reversed"]
    assert [option.category for option in five.options] == [4 - option.category for option in mirror.options]
    assert five.categories == mirror.categories
    assert {layout.category_of("10") for layout in (layouts["rating-10"], layouts["recommend-11"])} == {9, 10}
    assert {layout.category_of("*") for layout in (layouts["rating-10"], layouts["recommend-11"])} == {9, 10}


def test_only_the_paced_layout_leads(layouts: dict[str, Layout], spoken: Path) -> None:
    versions = load_versions(layouts, spoken)
    assert [key for key, version in versions.items() if why_it_leads(version)] == ["paced-123"]


def test_the_complete_questionnaire_makes_use_of_everything(layouts: dict[str, Layout], spoken: Path) -> None:
    version = load_versions(layouts, spoken)["sequential-123-more"]
    assert set(version.further) == {"reason-1234", "solved-12"}
    assert version.layout.confirmation is not None
    assert version.layout.confirmation.probability == 0.05
    assert version.layout.option_of("3") is not None
    assert version.layout.options[2].then == ("comment",)
    assert version.layout.options[1].then == ("reason-1234",)
    assert (version.layout.repeat_key, version.layout.opted_out) == ("*", "opted-out")
    assert version.layout.longest_seconds is not None
    assert worst_case_seconds(version) <= version.layout.longest_seconds


def test_the_prompts_say_the_key_and_what_it_means(layouts: dict[str, Layout], tmp_path: Path) -> None:
    transcripts = load_transcripts(SHIPPED_TRANSCRIPTS)
    load_layouts(SHIPPED_LAYOUTS, known_prompts(transcripts, tmp_path))
    texts = transcripts["en"].texts
    for key in RATINGS:
        layout = layouts[key]
        assert f"press {layout.opt_out_key}." in texts[layout.intro]
        for each in layout.options:
            words = layout.categories[each.category].replace("-", " ")
            assert texts[each.prompt].startswith(f"Press {each.press} if ")
            assert texts[each.prompt].endswith(f" {words}.")
    for key in MORE:
        for each in layouts[key].options:
            assert not each.prompt or f" {each.press}" in texts[each.prompt]


def test_every_prompt_is_played_by_some_layout_or_is_for_the_time_before_the_call(layouts: dict[str, Layout]) -> None:
    played = {name for layout in layouts.values() for name in layout.prompts()}
    before = {"invite-stay", "invite-consent", "script-thank"}
    assert set(load_transcripts(SHIPPED_TRANSCRIPTS)["en"].texts) == played | before


def test_the_same_words_are_one_recording_in_all_layouts() -> None:
    texts = load_transcripts(SHIPPED_TRANSCRIPTS)["en"].texts
    assert len(set(texts.values())) == len(texts)


@pytest.mark.parametrize("path", sorted(SHIPPED_LAYOUTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_file_says_what_it_is_for_and_what_is_risky(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# For: ")
    assert "\n# Known risk: " in text
