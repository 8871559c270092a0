"""Checking prompts: what a caller would hear wrong, each with its remedy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.catalogue.audio import LEVEL_DBFS, decode, leading_silence_ms, level_dbfs
from ivr.catalogue.build import is_own, read_manifest
from ivr.catalogue.recordings import BUILD, Audio, read_audio, recording_path
from ivr.catalogue.transcripts import load_transcripts
from ivr.domain.layouts import Layout
from ivr.domain.timelines import SILENCE, SILENCE_SECONDS
from ivr.errors import PromptRefused

SHORTEST_MS = 300
LONGEST_MS = 12_000
LONGEST_LEADING_SILENCE_MS = 200
LEVEL_TOLERANCE_DB = 4.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one recording, as a sentence with the remedy."""

    language: str
    prompt: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def check_prompts(transcripts_dir: Path, sounds_dir: Path, layouts: Iterable[Layout] = ()) -> list[Finding]:
    """Return what is wrong with the recordings of all transcripts and of ``layouts``; empty where all is well.

    Checked are existence, format, length, loudness, leading silence, whether the text changed since it was
    spoken, and copies in another format that Asterisk would play instead.

    Raises:
        PromptRefused: the transcripts themselves are wrong.
    """
    transcripts = load_transcripts(transcripts_dir)
    wanted: dict[str, dict[str, str | None]] = {
        language: {SILENCE: None, **each.texts} for language, each in transcripts.items()
    }
    for layout in layouts:
        prompts = wanted.setdefault(layout.language, {SILENCE: None})
        for name in layout.prompts():
            prompts.setdefault(name, None)
    return [
        Finding(language, name, sentence)
        for language, prompts in wanted.items()
        for name, text in prompts.items()
        for sentence in _sentences(sounds_dir, language, name, text)
    ]


def _sentences(sounds_dir: Path, language: str, name: str, text: str | None) -> Iterator[str]:
    path = recording_path(sounds_dir, language, name)
    try:
        audio = read_audio(path)
    except PromptRefused as refused:
        yield str(refused)
        return
    yield from _silence_faults(audio) if name == SILENCE else _speech_faults(audio)
    built = read_manifest(sounds_dir, language).get(name)
    if text is not None and built is not None and built.text != text and not is_own(path, built):
        yield f"{path}: says {built.text!r}, but the transcript has changed; {BUILD}"
    for other in sorted(path.parent.glob(f"{name}.*")):
        if other.suffix != ".wav":
            yield f"{other}: Asterisk may play this instead of {path.name}; delete it"


def _silence_faults(audio: Audio) -> Iterator[str]:
    if audio.milliseconds != SILENCE_SECONDS * 1000:
        plays = audio.milliseconds / 1000
        yield f"{audio.path}: plays {plays:g} s, not {SILENCE_SECONDS} s; delete it and {BUILD}"
    if any(audio.samples):
        yield f"{audio.path}: is not silent; delete it and {BUILD}"


def _speech_faults(audio: Audio) -> Iterator[str]:
    samples = decode(audio.samples)
    if not SHORTEST_MS <= audio.milliseconds <= LONGEST_MS:
        bounds = f"{SHORTEST_MS / 1000:g} to {LONGEST_MS / 1000:g} s"
        yield f"{audio.path}: plays {audio.milliseconds / 1000:g} s; make it {bounds}, callers hang up on longer ones"
    if not any(audio.samples):
        yield f"{audio.path}: is silent; record it again, or delete it and {BUILD}"
        return
    level = level_dbfs(samples)
    if abs(level - LEVEL_DBFS) > LEVEL_TOLERANCE_DB:
        loud = "louder" if level > LEVEL_DBFS else "quieter"
        yield (
            f"{audio.path}: is {abs(level - LEVEL_DBFS):.0f} dB {loud} than the other prompts; "
            f"bring its speech to {LEVEL_DBFS:g} dBFS"
        )
    silence = leading_silence_ms(samples)
    if silence > LONGEST_LEADING_SILENCE_MS:
        yield (
            f"{audio.path}: begins with {silence} ms of silence; cut it to {LONGEST_LEADING_SILENCE_MS} ms "
            "or less, dead air makes callers leave"
        )
