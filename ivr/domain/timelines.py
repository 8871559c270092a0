"""Timelines: when, in seconds from the first prompt frame, each option has been read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from ivr.domain.layouts import BargeIn, Layout, Option
from ivr.domain.questionnaires import following

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
    further: Mapping[str, "LayoutVersion"] = field(default_factory=dict)
    """The layouts that can follow this one, by key, those that follow them too; each has its own version."""

    def milliseconds(self, prompt: str) -> int:
        """Return how long ``prompt`` plays."""
        return self.recordings[prompt].milliseconds


def version_layout(layout: Layout, recordings: Mapping[str, Recording]) -> LayoutVersion:
    """Join ``layout`` to its ``recordings`` (by prompt name; all of ``layout.prompts()`` must be there)."""
    used = {name: recordings[name] for name in layout.prompts()}
    text = json.dumps(
        {"layout": _as_versioned(layout), "audio": {name: used[name].sha256 for name in sorted(used)}},
        sort_keys=True,
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return LayoutVersion(
        layout=layout,
        recordings=used,
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        timeline=timeline_of(layout, {name: each.milliseconds for name, each in used.items()}),
    )


def join_further(versions: Mapping[str, LayoutVersion]) -> dict[str, LayoutVersion]:
    """Give each of ``versions``, by layout key, those that can follow it; no layout may lead back to itself.

    The version stays what it is: that of a further layout is its own, and is stored with the answers to it.
    """
    layouts = {key: version.layout for key, version in versions.items()}
    joined: dict[str, LayoutVersion] = {}

    def join(key: str) -> LayoutVersion:
        if key not in joined:
            further = {each: join(each) for each in following(layouts[key], layouts)}
            joined[key] = replace(versions[key], further=further)
        return joined[key]

    return {key: join(key) for key in versions}


def _as_versioned(layout: Layout) -> dict[str, Any]:
    """Return what the version is a hash over: what has always been there, and of the rest what is made use of.

    So a feature that is added to layouts one day gives no new version to a layout without it.
    """
    barge_in = layout.barge_in
    alike = BargeIn.everywhere(barge_in.intro)
    return {
        **_used(layout, Layout, _ALWAYS),
        "barge_in": alike.intro if barge_in == alike else asdict(barge_in),
        "options": [_used(option, Option, _ALWAYS_OF_OPTION) for option in layout.options],
    }


_ALWAYS = frozenset({
    "key", "language", "question", "categories", "intro", "thanks", "invalid", "no_key", "opt_out_key", "max_tries",
    "timeout_seconds",
})  # fmt: skip
_ALWAYS_OF_OPTION = frozenset({"press", "category", "prompt", "pause_after_seconds"})


def _used(value: Layout | Option, kind: type[Layout] | type[Option], always: frozenset[str]) -> dict[str, Any]:
    plain = asdict(value)
    return {
        each.name: plain[each.name]
        for each in fields(kind)
        if each.name in always or getattr(value, each.name) != each.default
    }


def timeline_of(layout: Layout, milliseconds: Mapping[str, int]) -> Timeline:
    """Return when each option of ``layout`` has been read; ``milliseconds`` are the lengths of its prompts."""
    intro = milliseconds[layout.intro] / 1000
    ends: list[float] = []
    at = intro
    for option in layout.options:
        # What has no prompt of its own is read by the one before it.
        at += milliseconds[option.prompt] / 1000 if option.prompt else 0.0
        ends.append(round(at, 3))
        at += option.pause_after_seconds
    return Timeline(intro_seconds=intro, option_end_seconds=tuple(ends))
