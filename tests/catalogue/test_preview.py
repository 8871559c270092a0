"""Preview and the whole catalogue: a layout as it will sound, from the shipped files."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.catalogue.load import Catalogue, load_catalogue
from ivr.catalogue.preview import Part, PreviewLine, preview_layout
from ivr.errors import LayoutRefused

from .conftest import SHIPPED_EXPERIMENTS, SHIPPED_LAYOUTS, SHIPPED_TRANSCRIPTS


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
    assert (
        set(catalogue.layouts)
        == set(catalogue.versions)
        == {"sequential-123", "sparse-531", "paced-123", "reversed-123"}
    )
    assert set(catalogue.experiments) == {"default"}
    assert set(catalogue.transcripts) == {"en"}


def test_a_layout_that_names_an_unknown_prompt_is_refused_at_load(spoken: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_LAYOUTS, tmp_path / "layouts")
    path = tmp_path / "layouts" / "paced-123.toml"
    path.write_text(path.read_text().replace('"press-2-so-so"', '"press-2-soso"'))
    with pytest.raises(LayoutRefused, match=r"paced-123\.toml, line 30: options\[2\]\.prompt: .*; write press-2-so-so"):
        load_catalogue(
            layouts_dir=tmp_path / "layouts",
            experiments_dir=SHIPPED_EXPERIMENTS,
            transcripts_dir=SHIPPED_TRANSCRIPTS,
            sounds_dir=spoken,
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


@pytest.mark.parametrize("key", ["sequential-123", "sparse-531", "paced-123", "reversed-123"])
def test_each_part_begins_where_the_one_before_ends(catalogue: Catalogue, key: str) -> None:
    lines = [line for line in preview(catalogue, key, 4.0) if line.at_seconds is not None]
    assert lines[0].at_seconds == -4.0
    for before, after in pairwise(lines):
        assert before.at_seconds is not None
        assert after.at_seconds == pytest.approx(before.at_seconds + before.seconds)
    ends = [line.at_seconds + line.seconds for line in lines if line.part is Part.OPTION and line.at_seconds]
    assert ends == pytest.approx(catalogue.versions[key].timeline.option_end_seconds)


def test_a_preview_without_a_transcript_names_the_recordings(catalogue: Catalogue) -> None:
    assert preview_layout(catalogue.versions["sparse-531"])[1].text == "[press-5-very-satisfied]"
