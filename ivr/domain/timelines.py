"""Timelines: when, in seconds from the first prompt frame, each option has been read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ivr.domain.layouts import Layout

SILENCE = "silence"
"""The recording that pauses are made of: a pause plays its end."""
SILENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Recording:
    """A prompt's audio as it will be played: its length in milliseconds and the SHA-256 of its samples."""

    name: str
    milliseconds: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Seconds from the first prompt frame until each option, in spoken order, has been read to its end."""

    intro_seconds: float
    option_end_seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LayoutVersion:
    """A layout joined to the audio it plays.

    ``version`` is a hash over both: a changed key, pause, wording or recording is another version, so a
    series of figures never runs over a change unseen.
    """

    layout: Layout
    recordings: Mapping[str, Recording]
    version: str
    timeline: Timeline

    def milliseconds(self, prompt: str) -> int:
        """Return how long ``prompt`` plays."""
        return self.recordings[prompt].milliseconds


def version_layout(layout: Layout, recordings: Mapping[str, Recording]) -> LayoutVersion:
    """Join ``layout`` to its ``recordings`` (by prompt name; all of ``layout.prompts()`` must be there)."""
    used = {name: recordings[name] for name in layout.prompts()}
    text = json.dumps(
        {"layout": asdict(layout), "audio": {name: used[name].sha256 for name in sorted(used)}},
        sort_keys=True,
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return LayoutVersion(
        layout=layout,
        recordings=used,
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        timeline=_timeline(layout, used),
    )


def _timeline(layout: Layout, recordings: Mapping[str, Recording]) -> Timeline:
    intro = recordings[layout.intro].milliseconds / 1000
    ends: list[float] = []
    at = intro
    for option in layout.options:
        at += recordings[option.prompt].milliseconds / 1000
        ends.append(round(at, 3))
        at += option.pause_after_seconds
    return Timeline(intro_seconds=intro, option_end_seconds=tuple(ends))
