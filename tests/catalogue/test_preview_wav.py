"""The preview as sound: to the sample what the timeline says, each recording at its place, whole or not at all."""

import json
import os
from pathlib import Path

import pytest

from ivr.catalogue.layouts import load_layouts
from ivr.catalogue.preview import preview_layout
from ivr.catalogue.preview_json import preview_json
from ivr.catalogue.preview_wav import MARK_SILENCE_SECONDS, MARK_TONE_SECONDS, Sound, preview_sound, write_sound
from ivr.catalogue.recordings import RATE_HZ, load_versions, read_audio, recording_path
from ivr.domain.previews import Part, PreviewLine
from ivr.domain.timelines import LayoutVersion
from ivr.errors import PromptRefused

from .conftest import SHIPPED_LAYOUTS

MARK = round((2 * MARK_SILENCE_SECONDS + MARK_TONE_SECONDS) * RATE_HZ)
KEYS = sorted(path.stem for path in SHIPPED_LAYOUTS.glob("*.toml"))


@pytest.fixture(scope="module")
def versions(spoken: Path) -> dict[str, LayoutVersion]:
    return load_versions(load_layouts(SHIPPED_LAYOUTS), spoken)


def sound_of(version: LayoutVersion, sounds: Path, delay_seconds: float) -> tuple[tuple[PreviewLine, ...], Sound]:
    lines = preview_layout(version, delay_seconds=delay_seconds)
    return lines, preview_sound(lines, sounds, "en")


@pytest.mark.parametrize("key", KEYS)
def test_the_first_question_is_to_the_sample_as_long_as_in_a_call(
    versions: dict[str, LayoutVersion], spoken: Path, key: str
) -> None:
    version = versions[key]
    lines, sound = sound_of(version, spoken, 2.5)
    wait = next(clip for clip in sound.clips if clip.line.part is Part.WAIT)
    until_wait = 2.5 + version.timeline.option_end_seconds[-1]
    assert wait.begin == round(until_wait * RATE_HZ)
    assert wait.frames == round(version.layout.timeout_seconds * RATE_HZ)
    assert [clip.line for clip in sound.clips] == list(lines)
    ends = [
        (clip.begin + clip.frames) / RATE_HZ - 2.5
        for clip in sound.clips[: sound.clips.index(wait)]
        if clip.line.part is Part.OPTION
    ]
    assert ends == pytest.approx(version.timeline.option_end_seconds, abs=1e-9)


@pytest.mark.parametrize("key", KEYS)
def test_every_recording_is_found_at_its_place_and_every_pause_is_silence(
    versions: dict[str, LayoutVersion], spoken: Path, key: str
) -> None:
    _, sound = sound_of(versions[key], spoken, 4.0)
    played = 0
    for clip in sound.clips:
        samples = sound.samples[2 * clip.begin : 2 * (clip.begin + clip.frames)]
        if clip.line.recording is not None:
            assert samples == read_audio(recording_path(spoken, "en", clip.line.recording)).samples
        else:
            assert not any(samples)
            assert clip.frames in {0, round(clip.line.seconds * RATE_HZ)}
        played += clip.frames
    marks = sum(1 for clip in sound.clips[2:] if clip.line.part in {Part.INTRO, Part.REPLY, Part.CONFIRM, Part.COMMENT})
    assert len(sound.samples) == 2 * (played + marks * MARK)


def test_pauses_are_as_long_as_they_are_played(versions: dict[str, LayoutVersion], spoken: Path) -> None:
    _, sound = sound_of(versions["paced-123"], spoken, 0.0)
    assert [clip.frames for clip in sound.clips if clip.line.part is Part.PAUSE] == [24000, 24000]


def test_what_can_follow_is_set_apart_by_a_tone_that_no_caller_hears(
    versions: dict[str, LayoutVersion], spoken: Path
) -> None:
    _, sound = sound_of(versions["sequential-123"], spoken, 0.0)
    clips = list(sound.clips)
    wait = clips.index(next(clip for clip in clips if clip.line.part is Part.WAIT))
    for before, after in zip(clips[wait:], clips[wait + 1 :], strict=False):
        gap = sound.samples[2 * (before.begin + before.frames) : 2 * after.begin]
        assert len(gap) == 2 * MARK
        quiet = 2 * round(MARK_SILENCE_SECONDS * RATE_HZ)
        assert not any(gap[:quiet])
        assert not any(gap[-quiet:])
        assert any(gap[quiet:-quiet])


def test_the_file_is_what_asterisk_plays_and_has_each_line_where_the_json_says(
    versions: dict[str, LayoutVersion], spoken: Path, tmp_path: Path
) -> None:
    lines, sound = sound_of(versions["sequential-123-more"], spoken, 1.0)
    write_sound(sound, tmp_path / "more.wav")
    audio = read_audio(tmp_path / "more.wav")
    assert audio.samples == sound.samples
    written = json.loads(json.dumps(preview_json(versions["sequential-123-more"], lines, sound)))
    assert written["wav_seconds"] == audio.frames / RATE_HZ == sound.seconds
    for line in written["lines"]:
        if line["recording"] is not None:
            begin = round(line["wav_at_seconds"] * RATE_HZ)
            whole = read_audio(recording_path(spoken, "en", line["recording"])).samples
            assert audio.samples[2 * begin :][: len(whole)] == whole


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    versions: dict[str, LayoutVersion], spoken: Path, tmp_path: Path
) -> None:
    _, sound = sound_of(versions["sequential-123"], spoken, 0.0)
    with pytest.raises(PromptRefused, match=r"gone/x\.wav: cannot be written \(No such file or directory\); name"):
        write_sound(sound, tmp_path / "gone" / "x.wav")
    taken = tmp_path / "folder.wav"
    taken.mkdir()
    with pytest.raises(PromptRefused, match=r"folder\.wav: cannot be written \(Is a directory\)"):
        write_sound(sound, taken)
    assert list(tmp_path.iterdir()) == [taken]


def test_a_device_or_a_pipe_is_never_replaced(versions: dict[str, LayoutVersion], spoken: Path, tmp_path: Path) -> None:
    _, sound = sound_of(versions["sequential-123"], spoken, 0.0)
    pipe, link = tmp_path / "pipe.wav", tmp_path / "link.wav"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link, Path("/dev/null")):
        with pytest.raises(PromptRefused, match=r"cannot be written \(it is no regular file\); name a file in"):
            write_sound(sound, path)
    assert pipe.is_fifo()
    assert Path("/dev/null").is_char_device()
    assert sorted(tmp_path.iterdir()) == [link, pipe]


def test_a_link_stays_one_and_what_it_names_is_replaced(
    versions: dict[str, LayoutVersion], spoken: Path, tmp_path: Path
) -> None:
    _, sound = sound_of(versions["sequential-123"], spoken, 0.0)
    link = tmp_path / "link.wav"
    link.symlink_to(tmp_path / "named.wav")
    for _ in range(2):
        write_sound(sound, link)
        assert link.is_symlink()
        assert read_audio(tmp_path / "named.wav").samples == sound.samples


def test_a_missing_recording_is_refused(versions: dict[str, LayoutVersion], sounds: Path) -> None:
    recording_path(sounds, "en", "thanks").unlink()
    with pytest.raises(PromptRefused, match=r"thanks\.wav: the recording is missing; run ivr prompts build"):
        sound_of(versions["sequential-123"], sounds, 0.0)
