"""Building prompts with the real engine: format, level, sameness, and nobody's own recording lost."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.catalogue.audio import LEVEL_DBFS, PEAK_DBFS, decode, leading_silence_ms, level_dbfs
from ivr.catalogue.build import MANIFEST, build_prompts, read_manifest
from ivr.catalogue.recordings import read_audio, recording_path
from ivr.catalogue.speech import EspeakNg
from ivr.catalogue.transcripts import load_transcripts
from ivr.domain.timelines import SILENCE
from ivr.errors import PromptRefused, ToolMissing

from .conftest import SHIPPED_TRANSCRIPTS
from .test_recordings import write_wav

NAMES = tuple(load_transcripts(SHIPPED_TRANSCRIPTS)["en"].texts)


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    folder = tmp_path / "transcripts"
    folder.mkdir()
    (folder / "en.toml").write_text('one = "Press 1."\ntwo = "Press 2."\n')
    return folder


def contents(sounds: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(sounds.glob("en/ivr-rating/*"))}


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_is_ready_for_the_telephone(spoken: Path, name: str) -> None:
    audio = read_audio(recording_path(spoken, "en", name))
    samples = decode(audio.samples)
    assert audio.frames % 160 == 0
    assert level_dbfs(samples) == pytest.approx(LEVEL_DBFS, abs=0.5)
    assert abs(samples).max() <= 10 ** (PEAK_DBFS / 20) + 1e-4
    assert leading_silence_ms(samples) == leading_silence_ms(samples[::-1].copy()) // 20 * 20 == 40
    assert 500 < audio.milliseconds < 8000


def test_silence_is_silent_and_30_s_to_the_sample(spoken: Path) -> None:
    audio = read_audio(recording_path(spoken, "en", SILENCE))
    assert audio.frames == 240_000
    assert not any(audio.samples)


def test_different_words_sound_different(spoken: Path) -> None:
    assert len({read_audio(recording_path(spoken, "en", name)).samples for name in NAMES}) == len(NAMES)


def test_two_builds_are_the_same_byte_for_byte(spoken: Path, tmp_path: Path, engine: EspeakNg) -> None:
    report = build_prompts(SHIPPED_TRANSCRIPTS, tmp_path, engine)
    assert set(report.built) == {f"en/{name}" for name in (SILENCE, *NAMES)}
    assert contents(tmp_path) == contents(spoken)


def test_asterisk_may_read_what_is_built_and_nothing_else_is_left(spoken: Path) -> None:
    folder = recording_path(spoken, "en", SILENCE).parent
    assert {path.name for path in folder.iterdir()} == {MANIFEST, *(f"{name}.wav" for name in (SILENCE, *NAMES))}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o644}


def test_only_what_changed_is_built_again(transcripts: Path, tmp_path: Path, engine: EspeakNg) -> None:
    sounds = tmp_path / "sounds"
    build_prompts(transcripts, sounds, engine)
    before = contents(sounds)
    assert build_prompts(transcripts, sounds, engine).built == ()
    (transcripts / "en.toml").write_text('two = "Press 2."\none = "Press 1 now."\n')
    report = build_prompts(transcripts, sounds, engine)
    assert (report.built, report.unchanged) == (("en/one",), ("en/silence", "en/two"))
    after = contents(sounds)
    assert {name for name in before if before[name] != after[name]} == {"one.wav", MANIFEST}


def test_another_voice_setting_builds_the_speech_again(transcripts: Path, tmp_path: Path, engine: EspeakNg) -> None:
    sounds = tmp_path / "sounds"
    build_prompts(transcripts, sounds, engine)
    report = build_prompts(transcripts, sounds, replace(engine, words_per_minute=120))
    assert (report.built, report.unchanged) == (("en/one", "en/two"), ("en/silence",))


def test_a_recording_that_is_gone_is_built_again(transcripts: Path, tmp_path: Path, engine: EspeakNg) -> None:
    sounds = tmp_path / "sounds"
    build_prompts(transcripts, sounds, engine)
    before = contents(sounds)
    recording_path(sounds, "en", "one").unlink()
    assert build_prompts(transcripts, sounds, engine).built == ("en/one",)
    assert contents(sounds) == before


def test_an_own_recording_is_kept(transcripts: Path, tmp_path: Path, engine: EspeakNg) -> None:
    sounds = tmp_path / "sounds"
    build_prompts(transcripts, sounds, engine)
    own = write_wav(recording_path(sounds, "en", "one"), bytes(range(200)) * 80)
    content = own.read_bytes()
    (transcripts / "en.toml").write_text('one = "Press 1 now."\ntwo = "Press 2."\n')
    report = build_prompts(transcripts, sounds, engine)
    assert (report.kept, report.built) == (("en/one",), ())
    assert own.read_bytes() == content


def test_own_recordings_serve_a_language_that_the_engine_cannot_speak(tmp_path: Path, engine: EspeakNg) -> None:
    (tmp_path / "xx.toml").write_text('one = "Qapla."\n')
    sounds = tmp_path / "sounds"
    write_wav(recording_path(sounds, "xx", "one"), bytes(range(200)) * 80)
    report = build_prompts(tmp_path, sounds, engine)
    assert (report.built, report.kept) == (("xx/silence",), ("xx/one",))


@pytest.mark.parametrize("manifest", ["", "not json", "[]", '{"one": {"text": 1}}', "{}"])
def test_a_lost_manifest_is_made_anew(transcripts: Path, tmp_path: Path, manifest: str, engine: EspeakNg) -> None:
    sounds = tmp_path / "sounds"
    build_prompts(transcripts, sounds, engine)
    before = contents(sounds)
    (recording_path(sounds, "en", "one").parent / MANIFEST).write_text(manifest)
    report = build_prompts(transcripts, sounds, engine)
    assert (report.built, report.kept) == ((), ())
    assert contents(sounds) == before
    assert read_manifest(sounds, "en")["one"].text == "Press 1."


def test_a_missing_engine_is_told_with_the_command_that_installs_it(transcripts: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ToolMissing, match="espeak-ng is not on this machine; install it with: apt-get install espeak-ng"
    ):
        build_prompts(transcripts, tmp_path, EspeakNg(argv=("no-such-espeak",)))


def test_another_program_is_refused(transcripts: Path, tmp_path: Path) -> None:
    with pytest.raises(PromptRefused, match="true does not tell its version; name a working espeak-ng"):
        build_prompts(transcripts, tmp_path, EspeakNg(argv=("true",)))


def test_a_language_without_a_voice_is_refused(tmp_path: Path, engine: EspeakNg) -> None:
    (tmp_path / "xx.toml").write_text('one = "Qapla."\n')
    with pytest.raises(PromptRefused, match=r"did not speak 'Qapla\.' in 'xx' \(.+\); name the transcript after one"):
        build_prompts(tmp_path, tmp_path / "sounds", engine)
    assert not recording_path(tmp_path / "sounds", "xx", "one").exists()


def test_a_text_that_makes_no_sound_is_refused(tmp_path: Path, engine: EspeakNg) -> None:
    (tmp_path / "en.toml").write_text('one = "..."\n')
    with pytest.raises(PromptRefused, match=r"made no sound of '\.\.\.'; write words that it can speak"):
        build_prompts(tmp_path, tmp_path / "sounds", engine)


def test_a_text_is_never_taken_for_an_option_of_the_program(tmp_path: Path, engine: EspeakNg) -> None:
    (tmp_path / "en.toml").write_text('one = "--version"\n')
    assert "en/one" in build_prompts(tmp_path, tmp_path / "sounds", engine).built


def test_a_language_in_asterisk_s_spelling_finds_its_voice(tmp_path: Path, engine: EspeakNg) -> None:
    (tmp_path / "pt_BR.toml").write_text('one = "Obrigado."\n')
    assert "pt_BR/one" in build_prompts(tmp_path, tmp_path / "sounds", engine).built


def test_a_private_copy_is_started_through_its_loader(transcripts: Path, tmp_path: Path, engine: EspeakNg) -> None:
    private = replace(engine, argv=("env", "A=1", *engine.argv))
    assert "en/one" in build_prompts(transcripts, tmp_path / "sounds", private).built


def test_a_folder_that_cannot_be_written_is_told(transcripts: Path, tmp_path: Path, engine: EspeakNg) -> None:
    (tmp_path / "sounds").write_text("a file where the folder should be")
    with pytest.raises(PromptRefused, match=r"sounds.*: cannot be used \(.+\); .* or set IVR_SOUNDS_DIR"):
        build_prompts(transcripts, tmp_path / "sounds", engine)
