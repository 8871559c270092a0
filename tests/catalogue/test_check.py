"""Checking prompts: what a caller would hear wrong is found."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ivr.catalogue.check import check_prompts
from ivr.catalogue.layouts import load_layouts
from ivr.catalogue.recordings import read_audio, recording_path
from ivr.domain.timelines import SILENCE

from .conftest import SHIPPED_LAYOUTS, SHIPPED_TRANSCRIPTS
from .test_recordings import write_wav


def said(sounds: Path, transcripts: Path = SHIPPED_TRANSCRIPTS) -> list[str]:
    layouts = load_layouts(SHIPPED_LAYOUTS).values()
    return [str(found).replace(f"{sounds}/en/ivr-rating/", "") for found in check_prompts(transcripts, sounds, layouts)]


def samples_of(path: Path) -> np.ndarray:
    return np.frombuffer(read_audio(path).samples, dtype="<i2")


def test_what_was_built_is_without_a_finding(spoken: Path) -> None:
    assert said(spoken) == []


def test_a_missing_recording_is_found(sounds: Path) -> None:
    recording_path(sounds, "en", "thanks").unlink()
    assert said(sounds) == ["thanks.wav: the recording is missing; run ivr prompts build"]


@pytest.mark.parametrize(("gain", "sentence"), [(0.4, "is 8 dB quieter than"), (1.8, "is 5 dB louder than")])
def test_another_level_is_found(sounds: Path, gain: float, sentence: str) -> None:
    path = recording_path(sounds, "en", "intro")
    changed = np.clip(samples_of(path) * gain, -32768, 32767).astype("<i2")
    write_wav(path, changed.tobytes())
    assert said(sounds) == [f"intro.wav: {sentence} the other prompts; bring its speech to -20 dBFS"]


def test_leading_silence_is_found(sounds: Path) -> None:
    path = recording_path(sounds, "en", "intro")
    write_wav(path, bytes(2 * 8 * 500) + samples_of(path).tobytes())
    assert said(sounds) == [
        "intro.wav: begins with 540 ms of silence; cut it to 200 ms or less, dead air makes callers leave"
    ]


def test_length_is_found(sounds: Path) -> None:
    path = recording_path(sounds, "en", "intro")
    # How long a text is spoken differs by some hundredths of a second between releases of espeak-ng.
    seconds = 4 * len(samples_of(path)) / 8000
    write_wav(path, samples_of(path).tobytes() * 4)
    assert seconds > 12
    assert said(sounds) == [f"intro.wav: plays {seconds:g} s; make it 0.3 to 12 s, callers hang up on longer ones"]


def test_a_prompt_without_sound_is_found(sounds: Path) -> None:
    write_wav(recording_path(sounds, "en", "intro"), bytes(16000))
    assert said(sounds) == ["intro.wav: is silent; record it again, or delete it and run ivr prompts build"]


def test_noise_in_the_silence_is_found(sounds: Path) -> None:
    write_wav(recording_path(sounds, "en", SILENCE), bytes(480_000 - 2) + b"\1\0")
    assert said(sounds) == ["silence.wav: is not silent; delete it and run ivr prompts build"]


def test_a_silence_that_is_too_short_is_found(sounds: Path) -> None:
    write_wav(recording_path(sounds, "en", SILENCE), bytes(16000))
    assert said(sounds) == ["silence.wav: plays 1 s, not 30 s; delete it and run ivr prompts build"]


def test_a_copy_in_another_format_is_found(sounds: Path) -> None:
    recording_path(sounds, "en", "intro").with_suffix(".ulaw").write_bytes(bytes(800))
    assert said(sounds) == ["intro.ulaw: Asterisk may play this instead of intro.wav; delete it"]


def test_a_text_that_changed_since_it_was_spoken_is_found(sounds: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_TRANSCRIPTS, tmp_path / "transcripts")
    english = tmp_path / "transcripts" / "en.toml"
    english.write_text(english.read_text().replace('"Thank you."', '"Thanks."'))
    assert said(sounds, tmp_path / "transcripts") == [
        "thanks.wav: says 'Thank you.', but the transcript has changed; run ivr prompts build"
    ]


def test_a_recording_that_only_a_layout_names_is_checked(sounds: Path, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_TRANSCRIPTS, tmp_path / "transcripts")
    english = tmp_path / "transcripts" / "en.toml"
    english.write_text(english.read_text().replace("thanks =", "other ="))
    recording_path(sounds, "en", "thanks").rename(recording_path(sounds, "en", "other"))
    assert said(sounds, tmp_path / "transcripts") == ["thanks.wav: the recording is missing; run ivr prompts build"]
