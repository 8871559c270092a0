"""Transcripts: read strictly, and joined to the recordings that are there."""

from pathlib import Path

import pytest

from ivr.catalogue.recordings import SILENCE, recording_path
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.errors import PromptRefused

from .test_recordings import write_wav


def test_texts_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('b = "Second. "\na = "First."\n')
    english = load_transcripts(tmp_path)["en"]
    assert english.language == "en"
    assert list(english.texts.items()) == [("b", "Second."), ("a", "First.")]


REFUSALS = {
    "empty": ('\nintro = " "', 'line 2: intro: has no text; write what it says in quotes, intro = "..."'),
    "number": ("intro = 5", "line 1: intro: has no text; write what it says in quotes"),
    "table": ("[intro]\na = 1", "line 1: intro: has no text; write"),
    "a path": ('"../x" = "Hello."', 'line 1: "../x": is no prompt\'s name; write letters, digits, - and _ only'),
    "a dash": ('-a = "Hello."', "line 1: -a: is no prompt's name; write letters"),
    "silence": ('silence = "Hush."', "line 1: silence: is the name of the built-in silence; choose another name"),
    "syntax": ("intro = Hello", "line 1: is not TOML (Invalid value); write each setting as key = value"),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_fault_is_told_with_file_line_and_remedy(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "en.toml").write_text(text)
    with pytest.raises(PromptRefused) as refused:
        load_transcripts(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path}/en.toml, {sentence}")


@pytest.mark.parametrize("folder", ["", "gone"])
def test_no_transcript_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(PromptRefused, match=r"holds no transcript; put LANGUAGE\.toml with lines name = "):
        load_transcripts(tmp_path / folder)


def test_prompts_are_known_from_a_text_or_a_recording(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('intro = "Hello."')
    sounds = tmp_path / "sounds"
    for language, name in (("en", "own"), ("en", SILENCE), ("fr", "seul")):
        write_wav(recording_path(sounds, language, name), bytes(16))
    assert known_prompts(load_transcripts(tmp_path), sounds) == {"en": {"intro", "own"}, "fr": {"seul"}}
    assert known_prompts(load_transcripts(tmp_path), tmp_path / "gone") == {"en": {"intro"}}
