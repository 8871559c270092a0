"""Layouts that are heard, for tests of the pages: a definition of its own, and a sound of so many bytes."""

import io
import wave
from dataclasses import dataclass, field

from ivr.catalogue.burden import burden_of
from ivr.catalogue.preview import preview_layout
from ivr.domain.layouts import Layout, Option
from ivr.domain.leading import why_it_leads
from ivr.domain.timelines import LayoutVersion, Recording, join_further, version_layout
from ivr.errors import PromptRefused
from ivr.usecases.heard_layouts import Given, GivenShare, HeardLayout, LayoutSound

RATE = 8000


def heard_version(key: str = "paced-123", pause: float = 3.0) -> LayoutVersion:
    """Return a layout of three choices with a pause after the first, each prompt of two seconds."""
    options = (
        Option("1", 2, "one", pause_after_seconds=pause),
        Option("2", 1, "two"),
        Option("3", 0, "three"),
    )
    layout = Layout(
        key, "en", "satisfaction", ("dissatisfied", "so-so", "satisfied"), "intro", "thanks", "invalid", "no-key",
        options,
    )  # fmt: skip
    recordings = {name: Recording(name, 2000, "0" * 64) for name in layout.prompts()}
    return join_further({key: version_layout(layout, recordings)})[key]


@dataclass
class MemoryHeard:
    """Implements :class:`ivr.usecases.heard_layouts.HeardLayouts`; without ``wav`` nothing can be played."""

    versions: dict[str, LayoutVersion] = field(default_factory=lambda: {"paced-123": heard_version()})
    shares: tuple[GivenShare, ...] = (GivenShare("*", 0.15, is_control=False),)
    experiment: str = "trial"
    wav: bytes | None = None

    def keys(self):
        return sorted(self.versions)

    def find(self, key):
        version = self.versions.get(key)
        if version is None:
            return None
        burden = burden_of(version)
        return HeardLayout(
            version,
            preview_layout(version),
            why_it_leads(version),
            burden.last_option_seconds,
            burden.silent_seconds,
            burden.longest_seconds,
        )

    def given(self, key):
        return Given(self.experiment, is_running=True, shares=self.shares, asked_after=(), is_only=True)

    def assigning(self):
        return self.experiment

    async def sound(self, key):
        heard = self.find(key)
        if heard is None:
            return None
        if self.wav is None:
            raise PromptRefused("/srv/sounds/en/intro.wav: the recording is missing; run ivr prompts build")
        return LayoutSound(self.wav, tuple(2.0 * number for number, _ in enumerate(heard.lines)), "tag-1")


def silence(seconds: float) -> bytes:
    """Return a WAV file of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(bytes(2 * int(seconds * RATE)))
    return file.getvalue()
