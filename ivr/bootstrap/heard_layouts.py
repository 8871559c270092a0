"""What the running service lets callers hear, for the pages: as the offering of this moment has it.

A sound is put together from the recordings beside the event loop, once a version, and the newest are kept.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from ivr.bootstrap.beside import beside
from ivr.catalogue.burden import burden_of
from ivr.catalogue.load import Catalogue
from ivr.catalogue.preview import preview_layout
from ivr.catalogue.preview_wav import Sound, preview_sound
from ivr.catalogue.recordings import RATE_HZ, wav_of
from ivr.domain.leading import why_it_leads
from ivr.domain.timelines import LayoutVersion
from ivr.errors import PromptRefused
from ivr.usecases.heard_layouts import Given, GivenShare, HeardLayout, LayoutSound
from ivr.usecases.offering import Offered

MOST_SOUND_BYTES = 16 * 1024 * 1024
"""So much sound is kept: some ten layouts, as a minute is a megabyte."""

_Known = tuple[str, tuple[str, ...]]


class OfferedLayouts:
    """Implements :class:`ivr.usecases.heard_layouts.HeardLayouts`."""

    def __init__(
        self,
        offered: Offered,
        catalogue: Callable[[], Catalogue],
        sounds_dir: Path,
        clock: Callable[[], datetime],
        *,
        most_bytes: int = MOST_SOUND_BYTES,
    ) -> None:
        self._offered = offered
        self._catalogue = catalogue
        self._sounds_dir = sounds_dir
        self._clock = clock
        self._most_bytes = most_bytes
        self._kept: OrderedDict[_Known, LayoutSound] = OrderedDict()
        self._turn = asyncio.Semaphore(1)

    def keys(self) -> Sequence[str]:
        """Return the layouts that are defined now, by name."""
        return sorted(self._offered().versions)

    def find(self, key: str) -> HeardLayout | None:
        """Return a layout as it is heard now; None where none has this key."""
        version = self._offered().versions.get(key)
        if version is None:
            return None
        burden = burden_of(version)
        return HeardLayout(
            version,
            preview_layout(version, self._catalogue().transcripts.get(version.layout.language)),
            why_it_leads(version),
            burden.last_option_seconds,
            burden.silent_seconds,
            burden.longest_seconds,
        )

    def given(self, key: str) -> Given:
        """Return what the experiment gives of the layout now."""
        offering, now = self._offered(), self._clock()
        experiment = offering.experiment
        shares = []
        for stratum in experiment.strata:
            layouts, _ = experiment.given_in(stratum, now)
            share = layouts.get(key, 0.0)
            if share > 0:
                shares.append(GivenShare(stratum.name, share, experiment.control_of(stratum) == key))
        after = sorted(each for each, version in offering.versions.items() if key in version.further)
        return Given(
            experiment.key,
            experiment.is_running_at(now),
            tuple(shares),
            tuple(after),
            is_only=len(experiment.strata) == 1,
        )

    def assigning(self) -> str | None:
        """Return the key of the experiment that assigns the calls."""
        return self._offered().experiment.key

    async def sound(self, key: str) -> LayoutSound | None:
        """Return how a layout sounds, None where none has this key; raises PromptRefused."""
        heard = self.find(key)
        if heard is None:
            return None
        known = heard.version.version, tuple(sorted(each.version for each in heard.version.further.values()))
        async with self._turn:
            if known not in self._kept:
                self._keep(known, await beside(partial(self._made, heard)))
            self._kept.move_to_end(known)
            return self._kept[known]

    def _made(self, heard: HeardLayout) -> LayoutSound:
        sound = preview_sound(heard.lines, self._sounds_dir, heard.version.layout.language)
        _require_unchanged(heard.version, sound)
        wav = wav_of(sound.samples)
        begins = tuple(clip.begin / RATE_HZ for clip in sound.clips)
        return LayoutSound(wav, begins, hashlib.sha256(wav).hexdigest()[:16])

    def _keep(self, known: _Known, sound: LayoutSound) -> None:
        self._kept[known] = sound
        while len(self._kept) > 1 and sum(len(each.wav) for each in self._kept.values()) > self._most_bytes:
            self._kept.popitem(last=False)


def _require_unchanged(version: LayoutVersion, sound: Sound) -> None:
    """Refuse recordings that are not those of the version any more: what is drawn would not be what is heard."""
    for clip in sound.clips:
        plays = round(clip.frames * 1000 / RATE_HZ)
        if clip.line.recording is not None and plays != round(clip.line.seconds * 1000):
            raise PromptRefused(
                f"{version.layout.key}: the recording {clip.line.recording} plays {plays / 1000:g} s now, and played "
                f"{clip.line.seconds:g} s when the service read it; have the service read its files again"
            )
