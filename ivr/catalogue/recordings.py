"""Recordings: the built WAV files as the domain knows them, and the layout versions that they make."""

import hashlib
import io
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.catalogue.regular_files import FileUnfit, read_regular
from ivr.domain.layouts import Layout
from ivr.domain.timelines import SILENCE, SILENCE_SECONDS, LayoutVersion, Recording, join_further, version_layout
from ivr.errors import PromptRefused

RATE_HZ = 8000
SAMPLE_BYTES = 2
BUILD = "run ivr prompts build"
MOST_BYTES = 32_000_000
"""The largest recording: half an hour, three times what a call's questions may take."""


@dataclass(frozen=True, slots=True)
class Audio:
    """The samples of one WAV file: 8 kHz, one channel, 16-bit little-endian PCM."""

    path: Path
    samples: bytes

    @property
    def frames(self) -> int:
        """The number of samples."""
        return len(self.samples) // SAMPLE_BYTES

    @property
    def milliseconds(self) -> int:
        """How long it plays."""
        return round(self.frames * 1000 / RATE_HZ)


def wav_of(samples: bytes) -> bytes:
    """Return ``samples`` as the content of a WAV file that Asterisk can play as it is."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(SAMPLE_BYTES)
        writer.setframerate(RATE_HZ)
        writer.writeframes(samples)
    return file.getvalue()


def recording_path(sounds_dir: Path, language: str, name: str) -> Path:
    """Return where the built recording ``name`` lies; Asterisk plays it as ``ivr-rating/NAME``."""
    return sounds_dir / language / "ivr-rating" / f"{name}.wav"


def read_audio(path: Path) -> Audio:
    """Read a WAV file that Asterisk can play as it is.

    Raises:
        PromptRefused: missing, no file, larger than ``MOST_BYTES``, no WAV, another format, cut short, or empty.
    """
    try:
        content = read_regular(path, most_bytes=MOST_BYTES)
        with wave.open(io.BytesIO(content), "rb") as file:
            found = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            frames = file.getnframes()
            samples = file.readframes(frames)
    except FileNotFoundError:
        raise PromptRefused(f"{path}: the recording is missing; {BUILD}") from None
    except OSError as refused:
        raise PromptRefused(f"{path}: cannot be read ({refused.strerror}); let this user read it") from refused
    except FileUnfit as unfit:
        raise PromptRefused(f"{path}: {unfit.fault}; {_again(path)}") from unfit
    except (wave.Error, EOFError) as refused:
        fault = f"is no plain PCM WAV file ({str(refused) or 'it ends too soon'})"
        raise PromptRefused(f"{path}: {fault}; {_again(path)}") from refused
    for is_value, want, what in zip(found, (RATE_HZ, 1, SAMPLE_BYTES), _FORMAT, strict=True):
        if is_value != want:
            raise PromptRefused(f"{path}: has {what.format(is_value)}, not {what.format(want)}; {_again(path)}")
    if len(samples) != frames * SAMPLE_BYTES:
        raise PromptRefused(f"{path}: is cut short, {len(samples)} of {frames * SAMPLE_BYTES} bytes; {_again(path)}")
    if not samples:
        raise PromptRefused(f"{path}: holds no sound; {_again(path)}")
    return Audio(path, samples)


def read_recording(sounds_dir: Path, language: str, name: str) -> Recording:
    """Read one built recording.

    Raises:
        PromptRefused: see :func:`read_audio`; or the silence has not its length.
    """
    path = recording_path(sounds_dir, language, name)
    audio = read_audio(path)
    if name == SILENCE and audio.milliseconds != SILENCE_SECONDS * 1000:
        plays = audio.milliseconds / 1000
        raise PromptRefused(f"{path}: plays {plays:g} s, not {SILENCE_SECONDS} s; {_again(path)}")
    return Recording(name, audio.milliseconds, hashlib.sha256(audio.samples).hexdigest())


def load_versions(layouts: Mapping[str, Layout], sounds_dir: Path) -> dict[str, LayoutVersion]:
    """Join every layout to its recordings and to what can follow it, by layout key.

    The silence that pauses are made of is checked too.

    Raises:
        PromptRefused: a recording is missing or cannot be played.
    """
    versions: dict[str, LayoutVersion] = {}
    read: dict[str, dict[str, Recording]] = {}
    for key, layout in layouts.items():
        there = read.setdefault(layout.language, {})
        _read_missing(sounds_dir, layout.language, _played(layout), there)
        versions[key] = version_layout(layout, there)
    return join_further(versions)


def recording_faults(layouts: Iterable[Layout], sounds_dir: Path) -> list[str]:
    """Return what is wrong with the recordings that ``layouts`` play, a sentence each.

    A language that nothing was built for yet is left out.
    """
    layouts = tuple(layouts)
    languages = {layout.language for layout in layouts}
    built = {each for each in languages if any(recording_path(sounds_dir, each, "any").parent.glob("*.wav"))}
    faults: list[str] = []
    for language, name in dict.fromkeys((each.language, name) for each in layouts for name in _played(each)):
        try:
            if language in built:
                read_recording(sounds_dir, language, name)
        except PromptRefused as refused:
            faults.append(str(refused))
    return faults


_FORMAT = ("{} samples a second", "{} channel(s)", "{} byte(s) a sample")


def _played(layout: Layout) -> tuple[str, ...]:
    return (SILENCE, *layout.prompts())


def _read_missing(sounds_dir: Path, language: str, names: Iterable[str], there: dict[str, Recording]) -> None:
    for name in names:
        if name not in there:
            there[name] = read_recording(sounds_dir, language, name)


def _again(path: Path) -> str:
    return f"delete {path.name} and {BUILD}, or save it as 8 kHz mono 16-bit PCM WAV"
