"""Preview and the whole catalogue: a layout as it will sound, from the shipped files."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.catalogue.burden import burden_of
from ivr.catalogue.load import Catalogue, load_catalogue
from ivr.catalogue.preview import preview_layout
from ivr.catalogue.preview_json import preview_json
from ivr.domain.bounds import worst_case_seconds
from ivr.domain.previews import Part, PreviewLine
from ivr.errors import LayoutRefused

from .conftest import SHIPPED_EXPERIMENTS, SHIPPED_LAYOUTS, SHIPPED_TRANSCRIPTS

KEYS = sorted(path.stem for path in SHIPPED_LAYOUTS.glob("*.toml"))


@pytest.fixture(scope="module")
def catalogue(spoken: Path) -> Catalogue:
    return load_catalogue(
        layouts_dir=SHIPPED_LAYOUTS,
        experiments_dir=SHIPPED_EXPERIMENTS,
        transcripts_dir=SHIPPED_TRANSCRIPTS,
        sounds_dir=spoken,
    )


def preview(catalogue: Catalogue, key: str, delay_seconds: float = 0.0) -> tuple[PreviewLine, ...]:
    return preview_layout(catalogue.versions[key], catalogue.transcripts["en"], delay_seconds=delay_seconds)


def test_the_catalogue_holds_what_was_shipped(catalogue: Catalogue) -> None:
    assert set(catalogue.layouts) == set(catalogue.versions) == set(catalogue.texts) == set(KEYS)
    assert set(catalogue.experiments) == {"default"}
    assert set(catalogue.transcripts) == {"en"}
    assert catalogue.texts["rating-5"] == (SHIPPED_LAYOUTS / "rating-5.toml").read_text()


def test_a_layout_that_names_an_unknown_prompt_is_refused_at_load(spoken: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_LAYOUTS, tmp_path / "layouts")
    path = tmp_path / "layouts" / "paced-123.toml"
    path.write_text(path.read_text().replace('"press-2-so-so"', '"press-2-soso"'))
    with pytest.raises(LayoutRefused, match=r"paced-123\.toml, line 30: options\[2\]\.prompt: .*; write press-2-so-so"):
        _load(tmp_path / "layouts", spoken)


def test_a_layout_whose_bound_cannot_hold_is_refused_at_load(spoken: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_LAYOUTS, tmp_path / "layouts")
    path = tmp_path / "layouts" / "sequential-123-more.toml"
    path.write_text(path.read_text().replace("longest_seconds = 300", "longest_seconds = 100"))
    with pytest.raises(LayoutRefused, match=r"more\.toml, line \d+: longest_seconds: is 100, but a call can take \d"):
        _load(tmp_path / "layouts", spoken)


def _load(layouts: Path, sounds: Path) -> Catalogue:
    return load_catalogue(
        layouts_dir=layouts,
        experiments_dir=SHIPPED_EXPERIMENTS,
        transcripts_dir=SHIPPED_TRANSCRIPTS,
        sounds_dir=sounds,
    )


def test_a_preview_says_what_the_caller_hears_in_order(catalogue: Catalogue) -> None:
    heard = [(line.part, line.text, line.key, line.category) for line in preview(catalogue, "paced-123", 2.0)]
    silence = (Part.PAUSE, "[silence, keys are taken]", None, None)
    assert heard == [
        silence,
        (Part.INTRO, "Please rate the call you just had. To decline, press 9.", None, None),
        (Part.OPTION, "Press 1 if you were satisfied.", "1", "satisfied"),
        silence,
        (Part.OPTION, "Press 2 if it was so so.", "2", "so-so"),
        silence,
        (Part.OPTION, "Press 3 if you were dissatisfied.", "3", "dissatisfied"),
        (Part.WAIT, "[waits for a key; the choices are read 2 times at most]", None, None),
        (Part.REPLY, "[after no key] We did not hear a key.", None, None),
        (Part.REPLY, "[after another key] That key is not one of the choices.", None, None),
        (Part.REPLY, "[after a choice] Thank you.", None, None),
    ]


@pytest.mark.parametrize("key", KEYS)
def test_each_part_begins_where_the_one_before_ends(catalogue: Catalogue, key: str) -> None:
    lines = [line for line in preview(catalogue, key, 4.0) if line.at_seconds is not None and line.layout == key]
    assert lines[0].at_seconds == -4.0
    for before, after in pairwise(lines):
        assert before.at_seconds is not None
        assert after.at_seconds == pytest.approx(before.at_seconds + before.seconds)
    ends = [line.at_seconds + line.seconds for line in lines if line.part is Part.OPTION and line.at_seconds]
    assert ends == pytest.approx(catalogue.versions[key].timeline.option_end_seconds)


def test_a_whole_scale_in_one_recording_is_told_key_by_key(catalogue: Catalogue) -> None:
    options = [line for line in preview(catalogue, "recommend-11") if line.part is Part.OPTION]
    assert [line.key for line in options] == [*"0123456789", "10 or *"]
    assert options[0].seconds > 5
    assert {(line.seconds, line.text, line.recording) for line in options[1:]} == {
        (0.0, "[read by the recording before]", None)
    }
    assert {line.at_seconds for line in options[1:]} == {
        catalogue.versions["recommend-11"].timeline.option_end_seconds[0]
    }


def test_what_follows_is_told_behind_the_first_question_with_its_own_moments(catalogue: Catalogue) -> None:
    told = [
        (line.depth, line.layout, line.part.value, line.text)
        for line in preview(catalogue, "sequential-123-more")
        if line.part in {Part.CONFIRM, Part.COMMENT, Part.QUESTION, Part.REPLY} or line.at_seconds == 0
    ]
    first = "sequential-123-more"
    comment = "Please tell us the reason in a few words. Press hash when you have finished."
    assert told == [
        (
            0,
            first,
            "intro",
            "Please rate the call you just had. To decline, press 9. To hear the choices again, press star.",
        ),
        (0, first, "reply", "[after no key] We did not hear a key."),
        (0, first, "reply", "[after another key] That key is not one of the choices."),
        (0, first, "reply", "[after key 9, which declines] Thank you. We will not ask you again."),
        (
            0,
            first,
            "confirm",
            "[5% of the worst and best answers, then the choices again] To be sure, please answer once more.",
        ),
        (1, "reason-1234", "question", "[after key 2: reason, layout reason-1234]"),
        (1, "reason-1234", "intro", "What was the main reason for your rating?"),
        (1, "reason-1234", "comment", f"[after key 4] {comment}"),
        (0, first, "comment", f"[after key 3] {comment}"),
        (1, "solved-12", "question", "[after every answer: solved, layout solved-12]"),
        (1, "solved-12", "intro", "Was your request solved or not?"),
        (0, first, "reply", "[after a choice] Thank you."),
    ]


def test_a_preview_without_a_transcript_names_the_recordings(catalogue: Catalogue) -> None:
    assert preview_layout(catalogue.versions["sparse-531"])[1].text == "[press-5-very-satisfied]"


@pytest.mark.parametrize("key", KEYS)
def test_the_burden_is_what_is_played_to_a_silent_caller_and_never_above_the_bound(
    catalogue: Catalogue, key: str
) -> None:
    version = catalogue.versions[key]
    layout = version.layout
    burden = burden_of(version)
    reading = version.timeline.option_end_seconds[-1] - version.timeline.intro_seconds + layout.timeout_seconds
    silent = version.timeline.intro_seconds + layout.max_tries * (reading + version.milliseconds(layout.no_key) / 1000)
    assert burden.silent_seconds == pytest.approx(silent)
    assert burden.last_option_seconds < burden.silent_seconds < burden.longest_seconds
    assert burden.longest_seconds == worst_case_seconds(version)


def test_a_preview_as_json_has_the_timeline_the_burden_and_the_label(catalogue: Catalogue) -> None:
    version = catalogue.versions["paced-123"]
    lines = preview(catalogue, "paced-123")
    written = preview_json(version, lines)
    assert (written["layout"], written["version"], written["language"]) == ("paced-123", version.version, "en")
    assert list(written["seconds_until_option"]) == ["1", "2", "3"]
    assert written["seconds_until_option"]["3"] == version.timeline.option_end_seconds[2]
    assert set(written["burden"]) == {"last_option_seconds", "silent_seconds", "longest_seconds"}
    assert len(written["leads"]) == 1
    assert len(written["lines"]) == len(lines)
    assert "wav_at_seconds" not in written["lines"][0]
    assert written["wav_seconds"] is None
