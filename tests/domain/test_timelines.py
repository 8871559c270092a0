"""Timelines and versions: sums of what is played, and a hash that changes with anything a caller would hear."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from ivr.domain.layouts import BargeIn, CommentRequest, Confirmation, Layout, Option
from ivr.domain.timelines import LayoutVersion, Recording, join_further, version_layout

PACED = Layout(
    key="paced",
    language="en",
    question="satisfaction",
    categories=("dissatisfied", "so-so", "satisfied"),
    intro="intro",
    thanks="thanks",
    invalid="invalid",
    no_key="no-key",
    options=(Option("1", 2, "one", 3.0), Option("2", 1, "two", 0.5), Option("3", 0, "three")),
)
LENGTHS = {"intro": 4140, "one": 2020, "two": 1900, "three": 2140, "invalid": 2000, "no-key": 1320, "thanks": 720}
RECORDINGS = {name: Recording(name, length, f"{name}-samples") for name, length in LENGTHS.items()}
GOLDEN_VERSION = "5367efd3a142"


def version(layout: Layout = PACED, **audio: Recording) -> LayoutVersion:
    return version_layout(layout, {**RECORDINGS, **audio})


def test_option_ends_are_sums_of_what_was_played_before() -> None:
    assert version().timeline.intro_seconds == pytest.approx(4.14)
    assert version().timeline.option_end_seconds == pytest.approx(
        (4.14 + 2.02, 4.14 + 2.02 + 3 + 1.9, 4.14 + 2.02 + 3 + 1.9 + 0.5 + 2.14)
    )


def test_the_version_is_the_same_for_ever() -> None:
    assert version().version == GOLDEN_VERSION


def test_the_version_is_the_same_in_another_process() -> None:
    program = f"import runpy; print(runpy.run_path({__file__!r})['version']().version)"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert other.stdout.strip() == GOLDEN_VERSION


CHANGES = {
    "key": {"options": (replace(PACED.options[0], press="4"), *PACED.options[1:])},
    "category": {"options": (replace(PACED.options[0], category=1), *PACED.options[1:])},
    "pause": {"options": (replace(PACED.options[0], pause_after_seconds=2.9), *PACED.options[1:])},
    "order": {"options": (replace(PACED.options[1]), PACED.options[0], PACED.options[2])},
    "prompt": {"options": (replace(PACED.options[0], prompt="two"), *PACED.options[1:])},
    "opt-out key": {"opt_out_key": "9"},
    "tries": {"max_tries": 3},
    "timeout": {"timeout_seconds": 4.0},
    "barge-in": {"barge_in": BargeIn(intro=False)},
    "category names": {"categories": ("bad", "so-so", "satisfied")},
    "layout key": {"key": "other"},
    "repeat key": {"repeat_key": "*"},
    "wrong keys borne": {"max_invalid": 1},
    "silences borne": {"max_no_key": 1},
    "farewell of who declines": {"opted_out": "thanks"},
    "another key of an option": {"options": (replace(PACED.options[0], also=("*",)), *PACED.options[1:])},
    "barge-in of an option": {"options": (replace(PACED.options[0], barge_in=False), *PACED.options[1:])},
    "confirmation": {"confirmation": Confirmation("intro", 0.1)},
    "comment": {"then": ("comment",), "comment": CommentRequest("intro")},
    "what follows": {"then": ("other",)},
    "bound": {"longest_seconds": 60.0},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_layout_is_another_version(change: dict[str, object]) -> None:
    assert version(replace(PACED, **change)).version != GOLDEN_VERSION  # type: ignore[arg-type]


@pytest.mark.parametrize("prompt", LENGTHS)
def test_changed_audio_is_another_version(prompt: str) -> None:
    changed = replace(RECORDINGS[prompt], sha256="other-samples")
    assert version(**{prompt: changed}).version != GOLDEN_VERSION


def test_a_recording_that_the_layout_does_not_play_is_no_part_of_it() -> None:
    with_more = version(spare=Recording("spare", 1000, "spare-samples"))
    assert with_more.version == GOLDEN_VERSION
    assert set(with_more.recordings) == set(PACED.prompts())


def test_what_follows_is_joined_over_several_steps_and_has_its_own_version() -> None:
    keys = {"first": ("second",), "second": ("third", "comment"), "third": (), "alone": ()}
    versions = {
        key: version(replace(PACED, key=key, then=then, comment=CommentRequest("intro") if "comment" in then else None))
        for key, then in keys.items()
    }
    joined = join_further(versions)
    assert {key: sorted(each.further) for key, each in joined.items()} == {
        "first": ["second", "third"],
        "second": ["third"],
        "third": [],
        "alone": [],
    }
    assert joined["first"].further["second"] == joined["second"]
    assert {key: each.version for key, each in joined.items()} == {key: each.version for key, each in versions.items()}


def test_a_choice_without_a_prompt_is_read_when_the_one_before_is() -> None:
    options = (Option("1", 2, "one"), Option("2", 1), Option("3", 0, "three"))
    ends = version(replace(PACED, options=options)).timeline.option_end_seconds
    assert ends == pytest.approx((4.14 + 2.02, 4.14 + 2.02, 4.14 + 2.02 + 2.14))


def test_a_version_tells_how_long_a_prompt_plays() -> None:
    assert version().milliseconds("thanks") == 720
