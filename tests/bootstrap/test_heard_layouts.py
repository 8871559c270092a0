"""The layouts of the running service: as its offering has them, and how they sound."""

import io
import shutil
import wave
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.bootstrap.heard_layouts import OfferedLayouts
from ivr.catalogue.build import build_prompts
from ivr.catalogue.load import Catalogue, load_catalogue
from ivr.catalogue.recordings import recording_path
from ivr.catalogue.speech import EspeakNg
from ivr.domain.previews import Part
from ivr.errors import PromptRefused
from ivr.rig.programs import find_program
from ivr.usecases.heard_layouts import GivenShare
from ivr.usecases.offering import CurrentOffering, Offering

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = find_program("espeak-ng", print)
    sounds = tmp_path_factory.mktemp("spoken")
    build_prompts(ROOT / "prompts" / "transcripts", sounds, EspeakNg(program.command, program.environment))
    return sounds


@pytest.fixture
def sounds(spoken: Path, tmp_path: Path) -> Path:
    shutil.copytree(spoken, tmp_path / "sounds")
    return tmp_path / "sounds"


@pytest.fixture
def catalogue(sounds: Path) -> Catalogue:
    return load_catalogue(
        layouts_dir=ROOT / "config" / "layouts",
        experiments_dir=ROOT / "config" / "experiments",
        transcripts_dir=ROOT / "prompts" / "transcripts",
        sounds_dir=sounds,
    )


@pytest.fixture
def offering(catalogue: Catalogue) -> CurrentOffering:
    experiment = replace(catalogue.experiments["default"], control="sequential-123")
    return CurrentOffering(Offering(experiment, catalogue.versions))


@pytest.fixture
def heard(offering: CurrentOffering, catalogue: Catalogue, sounds: Path) -> OfferedLayouts:
    return OfferedLayouts(offering, lambda: catalogue, sounds, lambda: NOW)


def test_a_layout_is_told_with_its_words_and_its_burden(heard: OfferedLayouts, catalogue: Catalogue) -> None:
    paced = heard.find("paced-123")
    assert paced is not None
    assert paced.version is catalogue.versions["paced-123"]
    assert paced.lines[0].text.startswith("Please rate")
    assert paced.leads == (
        "3 s of silence after key 1 (satisfied), the best answer alone, while 2 of 3 choices are unread",
    )
    assert paced.last_option_seconds == paced.version.timeline.option_end_seconds[-1]
    assert paced.last_option_seconds < paced.silent_seconds < paced.longest_seconds
    assert heard.find("../../etc/passwd") is None
    assert list(heard.keys()) == sorted(catalogue.versions)


def test_what_is_given_is_what_the_experiment_gives_now(heard: OfferedLayouts, offering: CurrentOffering) -> None:
    assert heard.given("paced-123").shares == (GivenShare("*", 0.15, is_control=False),)
    assert heard.given("sequential-123").shares == (GivenShare("*", 0.6, is_control=True),)
    follows = heard.given("solved-12")
    assert (follows.shares, follows.asked_after) == ((), ("sequential-123-more",))
    stopped = replace(offering().experiment, stopped_at=NOW)
    offering.exchange(Offering(stopped, offering().versions))
    assert heard.given("paced-123").shares == ()
    assert heard.given("sequential-123").shares == (GivenShare("*", 1.0, is_control=True),)
    assert not heard.given("sequential-123").is_running


async def test_the_sound_is_as_long_as_its_parts_and_made_once(heard: OfferedLayouts) -> None:
    paced = heard.find("paced-123")
    assert paced is not None
    sound = await heard.sound("paced-123")
    assert sound is not None
    with wave.open(io.BytesIO(sound.wav)) as file:
        seconds = file.getnframes() / file.getframerate()
    wait = next(number for number, line in enumerate(paced.lines) if line.part is Part.WAIT)
    # Up to the end of the wait the sound has the moments of a call.
    for line, begins in zip(paced.lines[: wait + 1], sound.begins, strict=False):
        assert begins == pytest.approx(line.at_seconds, abs=0.001)
    assert len(sound.begins) == len(paced.lines)
    assert seconds > sound.begins[-1]
    assert await heard.sound("paced-123") is sound
    assert await heard.sound("no-such") is None


async def test_only_the_newest_sounds_are_kept(offering: CurrentOffering, catalogue: Catalogue, sounds: Path) -> None:
    heard = OfferedLayouts(offering, lambda: catalogue, sounds, lambda: NOW, most_bytes=1)
    first = await heard.sound("paced-123")
    await heard.sound("sparse-531")
    again = await heard.sound("paced-123")
    assert again is not first
    assert again == first


async def test_a_recording_that_is_gone_or_another_one_is_refused(heard: OfferedLayouts, sounds: Path) -> None:
    satisfied = recording_path(sounds, "en", "press-1-satisfied")
    other = recording_path(sounds, "en", "intro")
    satisfied.write_bytes(other.read_bytes())
    with pytest.raises(PromptRefused, match="have the service read its files again"):
        await heard.sound("sequential-123")
    satisfied.unlink()
    with pytest.raises(PromptRefused, match="run ivr prompts build"):
        await heard.sound("sequential-123")
