"""Played layouts: what callers heard in a call, from the archive of versions, else from today's definition."""

from collections.abc import Mapping

from ivr.bootstrap.layout_archive import LayoutArchive, PromptLength, lengths_of
from ivr.domain.layouts import Layout
from ivr.domain.timelines import LayoutVersion, Recording, timeline_of
from ivr.usecases.call_lists import PlayedLayout


class ArchivedPlays:
    """Implements :class:`ivr.usecases.call_lists.PlayedLayouts`; ``current`` are today's layouts by key."""

    def __init__(
        self, archive: LayoutArchive, current: Mapping[str, Layout], prompt_length: PromptLength | None
    ) -> None:
        self._archive = archive
        self._current = current
        self._prompt_length = prompt_length

    async def played(self, layout: str, version: str | None) -> PlayedLayout | None:
        """Return a layout with the lengths of its prompts; None where nothing is known of it."""
        noted = None if version is None else await self._archive.version_of(layout, version)
        if noted is not None:
            return PlayedLayout(noted, is_exact=True)
        defined = self._current.get(layout)
        if defined is None:
            return None
        lengths = lengths_of(defined, self._prompt_length)
        recordings = {name: Recording(name, length, "") for name, length in lengths.items()}
        joined = LayoutVersion(defined, recordings, version or "", timeline_of(defined, lengths))
        return PlayedLayout(joined, is_exact=False)
