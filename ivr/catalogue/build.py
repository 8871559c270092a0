"""Building prompts: transcripts to the recordings that Asterisk plays, only what has changed.

Beside the recordings of a language lies a manifest: for each the text, the recipe it was spoken by and the
SHA-256 of the file. A recording that is not the one the manifest knows was put there by the operator, and is
never overwritten. A file is written beside its place and renamed, so that a caller hears the old one or the
new one and never a half.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from ivr.catalogue.audio import EDGE_SILENCE_MS, LEVEL_DBFS, PEAK_DBFS, prepare
from ivr.catalogue.recordings import MOST_BYTES, RATE_HZ, SAMPLE_BYTES, recording_path, wav_of
from ivr.catalogue.regular_files import FileUnfit, read_regular
from ivr.catalogue.speech import Speak
from ivr.catalogue.transcripts import Transcripts, load_transcripts
from ivr.catalogue.whole_files import write_whole
from ivr.domain.timelines import SILENCE, SILENCE_SECONDS
from ivr.errors import PromptRefused

MANIFEST = "manifest.json"
_SOUND = f"8000 Hz, level {LEVEL_DBFS:g} dBFS, peak {PEAK_DBFS:g} dBFS, edges {EDGE_SILENCE_MS} ms"


@dataclass(frozen=True, slots=True)
class Built:
    """What a manifest knows of one recording."""

    text: str
    recipe: str
    sha256: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, as ``LANGUAGE/NAME``; ``kept`` are recordings of the operator's own."""

    built: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]


def build_prompts(transcripts_dir: Path, sounds_dir: Path, speak: Speak) -> BuildReport:
    """Build every prompt of every language, and the silence that pauses are made of.

    Raises:
        PromptRefused: a transcript is wrong, or the engine does not speak its language.
        ToolMissing: the engine is not there.
    """
    done: dict[str, list[str]] = {"built": [], "unchanged": [], "kept": []}
    try:
        for language, transcripts in load_transcripts(transcripts_dir).items():
            for wanted, make in _wanted(transcripts, speak):
                done[_build(sounds_dir, wanted, make)].append(f"{language}/{wanted.name}")
    except OSError as refused:
        place = refused.filename or sounds_dir
        remedy = "let this user read and write there, or set IVR_SOUNDS_DIR to another folder"
        raise PromptRefused(f"{place}: cannot be used ({refused.strerror}); {remedy}") from refused
    return BuildReport(tuple(done["built"]), tuple(done["unchanged"]), tuple(done["kept"]))


def read_manifest(sounds_dir: Path, language: str) -> Mapping[str, Built]:
    """Return what was built for ``language``, by prompt name; a manifest that cannot be read knows nothing."""
    try:
        entries = json.loads(read_regular(_manifest_path(sounds_dir, language), most_bytes=MOST_BYTES))
        return {str(name): Built(**entry) for name, entry in entries.items()}
    except (OSError, FileUnfit, ValueError, TypeError, AttributeError):
        return {}


def is_own(path: Path, built: Built | None) -> bool:
    """Tell whether the recording at ``path`` is the operator's: it is there and was not built so."""
    if not path.exists() or built is None:
        return path.exists()
    try:
        return _sha256(read_regular(path, most_bytes=MOST_BYTES)) != built.sha256
    except FileUnfit:
        return True


@dataclass(frozen=True, slots=True)
class _Wanted:
    language: str
    name: str
    text: str
    recipe: str


def _wanted(transcripts: Transcripts, speak: Speak) -> Iterator[tuple[_Wanted, Callable[[], bytes]]]:
    language = transcripts.language
    yield _Wanted(language, SILENCE, "", f"silence {SILENCE_SECONDS} s"), _silence
    recipe = f"{speak.recipe(language)}; {_SOUND}"
    for name, text in transcripts.texts.items():
        yield _Wanted(language, name, text, recipe), partial(_spoken, speak, text, language)


def _build(sounds_dir: Path, wanted: _Wanted, make: Callable[[], bytes]) -> str:
    path = recording_path(sounds_dir, wanted.language, wanted.name)
    before = read_manifest(sounds_dir, wanted.language).get(wanted.name)
    if is_own(path, before):
        return _adopt_or_keep(sounds_dir, wanted, path, make)
    if path.exists() and before is not None and (before.text, before.recipe) == (wanted.text, wanted.recipe):
        return "unchanged"
    content = wav_of(make())
    _write(path, content)
    _note(sounds_dir, wanted, content)
    return "built"


def _adopt_or_keep(sounds_dir: Path, wanted: _Wanted, path: Path, make: Callable[[], bytes]) -> str:
    """Tell a recording of the operator's own from one that a build did not live to note in the manifest."""
    try:
        content = wav_of(make())
    except PromptRefused:
        return "kept"  # an own recording serves languages too that the engine cannot speak
    if not path.is_file() or path.read_bytes() != content:
        return "kept"
    _note(sounds_dir, wanted, content)
    return "unchanged"


def _note(sounds_dir: Path, wanted: _Wanted, content: bytes) -> None:
    noted = {
        **read_manifest(sounds_dir, wanted.language),
        wanted.name: Built(wanted.text, wanted.recipe, _sha256(content)),
    }
    shown = json.dumps({name: asdict(noted[name]) for name in sorted(noted)}, indent=1, ensure_ascii=False)
    _write(_manifest_path(sounds_dir, wanted.language), f"{shown}\n".encode())


def _spoken(speak: Speak, text: str, language: str) -> bytes:
    speech = speak.speak(text, language)
    return prepare(speech.samples, speech.rate_hz)


def _manifest_path(sounds_dir: Path, language: str) -> Path:
    return recording_path(sounds_dir, language, SILENCE).parent / MANIFEST


def _silence() -> bytes:
    return bytes(SILENCE_SECONDS * RATE_HZ * SAMPLE_BYTES)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
