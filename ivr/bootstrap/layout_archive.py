"""The archive of layouts: what each version that was ever noted meant, for closing old calls and for the figures."""

from collections.abc import Mapping

from ivr.bootstrap.definitions import document_of
from ivr.catalogue.document import Document
from ivr.catalogue.layout_file import read_layout
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.layouts import Layout
from ivr.domain.leading import why_layout_leads
from ivr.domain.lifecycle import NotedVersion
from ivr.store.database import Database
from ivr.store.layout_versions import find_version, read_standings


class LayoutArchive:
    """Implements :class:`ivr.usecases.ports.LayoutArchive`; a version never changes, so it is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], Layout | None] = {}

    async def layout_of(self, key: str, version: str) -> Layout | None:
        """Return the definition of ``version``; None where it was never noted or cannot be read any more."""
        if (key, version) not in self._known:
            noted = await self._database.read(lambda connection: find_version(connection, key, version))
            if noted is None:
                return None  # it may yet be noted
            self._known[key, version] = _read(noted)
        return self._known[key, version]

    async def instruments(self, layouts: Mapping[str, Layout]) -> Instruments:
        """Return what the figures need of ``layouts``, today's definitions by key, and of every version noted."""
        standings = await self._database.read_report(read_standings)
        noted: dict[tuple[str, str], Instrument] = {}
        for standing in standings:
            layout = await self.layout_of(standing.layout, standing.version)
            if layout is not None:
                instrument = Instrument(layout.categories, standing.leads, standing.signed_by, _keys(layout))
                noted[standing.layout, standing.version] = instrument
        current = {
            # Nobody knows which recordings a call without a version heard, so no signature counts for it.
            key: Instrument(layout.categories, why_layout_leads(layout), None, _keys(layout))
            for key, layout in layouts.items()
        }
        return Instruments(current, noted)


def _keys(layout: Layout) -> Mapping[str, int]:
    return {keyed: option.category for option in layout.options for keyed in option.presses}


def _read(noted: NotedVersion) -> Layout | None:
    document = document_of(noted)
    return read_layout(document)[0] if isinstance(document, Document) else None
