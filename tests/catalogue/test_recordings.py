"""Recordings: what Asterisk can play is read, anything else is refused with the remedy."""

import hashlib
import wave
from pathlib import Path

import pytest

from ivr.catalogue.layouts import load_layouts
from ivr.catalogue.recordings import load_versions, read_audio, read_recording, recording_path
from ivr.domain.timelines import SILENCE
from ivr.errors import PromptRefused

from .conftest import SHIPPED_LAYOUTS


def write_wav(path: Path, samples: bytes, *, rate: int = 8000, channels: int = 1, width: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples)
    return path


def test_a_recording_is_its_name_length_and_samples(tmp_path: Path) -> None:
    samples = bytes(range(256)) * 125
    write_wav(recording_path(tmp_path, "en", "intro"), samples)
    recording = read_recording(tmp_path, "en", "intro")
    assert (recording.name, recording.milliseconds) == ("intro", 2000)
    assert recording.sha256 == hashlib.sha256(samples).hexdigest()


FORMATS = {
    "rate": ({"rate": 16000}, "has 16000 samples a second, not 8000 samples a second"),
    "stereo": ({"channels": 2}, r"has 2 channel\(s\), not 1 channel\(s\)"),
    "8 bit": ({"width": 1}, r"has 1 byte\(s\) a sample, not 2 byte\(s\) a sample"),
}


@pytest.mark.parametrize(("shape", "fault"), FORMATS.values(), ids=FORMATS.keys())
def test_another_format_is_refused(tmp_path: Path, shape: dict[str, int], fault: str) -> None:
    path = write_wav(tmp_path / "intro.wav", bytes(4000), **shape)
    remedy = r"; delete intro.wav and run ivr prompts build, or save it as 8 kHz mono 16-bit PCM WAV$"
    with pytest.raises(PromptRefused, match=rf"intro\.wav: {fault}{remedy}"):
        read_audio(path)


def test_a_missing_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        PromptRefused, match=r"en/ivr-rating/intro\.wav: the recording is missing; run ivr prompts build"
    ):
        read_recording(tmp_path, "en", "intro")


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptRefused, match=r"intro\.wav: holds no sound; delete intro\.wav and run ivr prompts build"):
        read_audio(write_wav(tmp_path / "intro.wav", b""))


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all, just text", b"RIFF\x04\0\0\0WAVE"])
def test_a_file_that_is_no_wav_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "intro.wav").write_bytes(content)
    with pytest.raises(PromptRefused, match=r"intro\.wav: is no plain PCM WAV file \(.+\); delete intro\.wav"):
        read_audio(tmp_path / "intro.wav")


def test_a_recording_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "intro.wav", bytes(4000))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(PromptRefused, match=r"is cut short, 3000 of 4000 bytes; delete intro\.wav"):
        read_audio(path)


def test_a_folder_in_the_place_of_a_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "intro.wav").mkdir()
    with pytest.raises(PromptRefused, match=r"intro\.wav: cannot be read \(Is a directory\); let this user read it"):
        read_audio(tmp_path / "intro.wav")


def test_every_shipped_layout_has_a_version_of_its_own(spoken: Path) -> None:
    layouts = load_layouts(SHIPPED_LAYOUTS)
    versions = load_versions(layouts, spoken)
    assert versions.keys() == layouts.keys()
    assert len({version.version for version in versions.values()}) == len(layouts)


def test_the_timeline_sums_the_files(spoken: Path) -> None:
    layouts = load_layouts(SHIPPED_LAYOUTS)
    for key, version in load_versions(layouts, spoken).items():
        at = read_audio(recording_path(spoken, "en", layouts[key].intro)).frames / 8000
        ends = []
        for option in layouts[key].options:
            if option.prompt:
                at += read_audio(recording_path(spoken, "en", option.prompt)).frames / 8000
            ends.append(at)
            at += option.pause_after_seconds
        assert version.timeline.option_end_seconds == pytest.approx(ends, abs=1e-9)


def test_pacing_moves_the_later_options_by_its_pauses_alone(spoken: Path) -> None:
    versions = load_versions(load_layouts(SHIPPED_LAYOUTS), spoken)
    plain = versions["sequential-123"].timeline.option_end_seconds
    paced = versions["paced-123"].timeline.option_end_seconds
    assert [late - early for early, late in zip(plain, paced, strict=True)] == pytest.approx([0, 3, 6])


def test_a_comment_in_the_file_changes_no_version_and_a_pause_does(spoken: Path, tmp_path: Path) -> None:
    text = (SHIPPED_LAYOUTS / "paced-123.toml").read_text()

    def version(changed: str) -> str:
        (tmp_path / "paced-123.toml").write_text(changed)
        return load_versions(load_layouts(tmp_path), spoken)["paced-123"].version

    first = version(text)
    assert version(f"# Another comment.\n\n{text}") == first
    assert version(text.replace("pause_after_seconds = 3", "pause_after_seconds = 3.0")) == first
    assert version(text.replace("pause_after_seconds = 3", "pause_after_seconds = 2")) != first
    assert version(text.replace('press = "2"', 'press = "4"')) != first


def test_other_samples_of_the_same_length_are_another_version(sounds: Path) -> None:
    layouts = load_layouts(SHIPPED_LAYOUTS)
    before = load_versions(layouts, sounds)
    path = recording_path(sounds, "en", "press-3-satisfied")
    content = path.read_bytes()
    path.write_bytes(content[:-2] + bytes(byte ^ 1 for byte in content[-2:]))
    after = load_versions(layouts, sounds)
    changed = {key for key in layouts if before[key].version != after[key].version}
    assert changed == {"sparse-531", "reversed-123"}
    assert all(before[key].timeline == after[key].timeline for key in layouts)


def test_a_silence_of_another_length_is_refused(sounds: Path) -> None:
    write_wav(recording_path(sounds, "en", SILENCE), bytes(16000))
    with pytest.raises(PromptRefused, match=r"silence\.wav: plays 1 s, not 30 s; delete silence\.wav and run ivr"):
        load_versions(load_layouts(SHIPPED_LAYOUTS), sounds)


def test_a_layout_whose_recording_is_gone_is_refused(sounds: Path) -> None:
    recording_path(sounds, "en", "press-2-so-so").unlink()
    with pytest.raises(PromptRefused, match=r"press-2-so-so\.wav: the recording is missing; run ivr prompts build"):
        load_versions(load_layouts(SHIPPED_LAYOUTS), sounds)
