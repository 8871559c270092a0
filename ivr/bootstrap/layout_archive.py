"""The archive of layouts: what each version that was ever noted meant, for closing old calls and for the figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ivr.bootstrap.beside import beside
from ivr.bootstrap.definitions import document_of
from ivr.catalogue.document import Document
from ivr.catalogue.layout_file import read_layout
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.layouts import Layout
from ivr.domain.leading import why_layout_leads
from ivr.domain.lifecycle import NotedVersion
from ivr.domain.timelines import LayoutVersion, Recording, Timeline, timeline_of
from ivr.store.database import Database
from ivr.store.layout_versions import find_version, read_standings

NOMINAL_MILLISECONDS = 2_000
"""How long a prompt plays of which nobody knows it: as a short choice does. Relative times are what the figures use."""
PromptLength = Callable[[str, str | None], int | None]
"""Returns the milliseconds of a built prompt in a language; None where it is not built."""


class LayoutArchive:
    """Implements :class:`ivr.usecases.ports.LayoutArchive`; a version never changes, so it is read once.

    ``prompt_length`` gives the lengths of the prompts as they are built today; without it, or before they are built,
    they are taken for nominal.
    """

    def __init__(self, database: Database, prompt_length: PromptLength | None = None) -> None:
        self._database = database
        self._prompt_length = prompt_length
        self._known: dict[tuple[str, str], _Read] = {}

    async def layout_of(self, key: str, version: str) -> Layout | None:
        """Return the definition of ``version``; None where it was never noted or cannot be read any more."""
        read = await self._read(key, version)
        return None if read is None else read.layout

    async def version_of(self, key: str, version: str) -> LayoutVersion | None:
        """Return ``version`` with its recordings as they were; None as :meth:`layout_of`."""
        read = await self._read(key, version)
        if read is None or read.layout is None or read.timeline is None:
            return None
        return LayoutVersion(read.layout, read.recordings, version, read.timeline)

    async def instruments(self, layouts: Mapping[str, Layout]) -> Instruments:
        """Return what the figures need of ``layouts``, today's definitions by key, and of every version noted."""
        standings = await self._database.read_report(read_standings)
        noted: dict[tuple[str, str], Instrument] = {}
        for standing in standings:
            read = await self._read(standing.layout, standing.version)
            if read is not None and read.layout is not None:
                instrument = _instrument(read.layout, read.timeline, standing.leads, standing.signed_by)
                noted[standing.layout, standing.version] = instrument
        return Instruments(await beside(partial(self._current, dict(layouts))), noted)

    def _current(self, layouts: Mapping[str, Layout]) -> Mapping[str, Instrument]:
        return {
            # Nobody knows which recordings a call without a version heard, so no signature counts for it.
            key: _instrument(layout, self._timeline_today(layout), why_layout_leads(layout), None)
            for key, layout in layouts.items()
        }

    def _timeline_today(self, layout: Layout) -> Timeline:
        if self._prompt_length is None:
            return _timeline(layout, {})
        return _timeline(layout, lengths_of(layout, self._prompt_length))

    async def _read(self, key: str, version: str) -> "_Read | None":
        if (key, version) not in self._known:
            noted = await self._database.read(lambda connection: find_version(connection, key, version))
            if noted is None:
                return None  # it may yet be noted
            self._known[key, version] = _read(noted)
        return self._known[key, version]


@dataclass(frozen=True, slots=True)
class _Read:
    """A noted version as it was read; None where it cannot be read any more."""

    layout: Layout | None
    timeline: Timeline | None
    recordings: Mapping[str, Recording]


def lengths_of(layout: Layout, prompt_length: PromptLength | None) -> Mapping[str, int]:
    """Return how long each prompt of ``layout`` plays today, in milliseconds; nominal where it is not built."""
    found = {} if prompt_length is None else {name: prompt_length(name, layout.language) for name in layout.prompts()}
    return {name: found.get(name) or NOMINAL_MILLISECONDS for name in layout.prompts()}


def _read(noted: NotedVersion) -> _Read:
    document = document_of(noted)
    layout = read_layout(document)[0] if isinstance(document, Document) else None
    lengths = {name: recording.milliseconds for name, recording in noted.recordings.items()}
    return _Read(layout, None if layout is None else _timeline(layout, lengths), noted.recordings)


def _instrument(layout: Layout, timeline: Timeline | None, leads: tuple[str, ...], signed_by: str | None) -> Instrument:
    return Instrument(
        layout.categories,
        leads,
        signed_by,
        {keyed: option.category for option in layout.options for keyed in option.presses},
        first_read=layout.options[0].category,
        read_seconds=() if timeline is None else _read_seconds(layout, timeline),
        options=len(layout.options),
    )


def _read_seconds(layout: Layout, timeline: Timeline) -> tuple[float, ...]:
    """Return when each category, from the worst, has first been read; empty where one is never read."""
    first: dict[int, float] = {}
    for option, end in zip(layout.options, timeline.option_end_seconds, strict=True):
        first.setdefault(option.category, round(end - timeline.intro_seconds, 3))
    categories = range(len(layout.categories))
    return tuple(first[each] for each in categories) if first.keys() >= set(categories) else ()


def _timeline(layout: Layout, lengths: Mapping[str, int]) -> Timeline:
    """Return the timeline; prompts of unknown length are taken for nominal, so that order and pauses still count."""
    return timeline_of(layout, dict.fromkeys(_read_aloud(layout), NOMINAL_MILLISECONDS) | dict(lengths))


def _read_aloud(layout: Layout) -> set[str]:
    """Return the prompts that are played before and with the options."""
    return {layout.intro, *(option.prompt for option in layout.options if option.prompt)}
