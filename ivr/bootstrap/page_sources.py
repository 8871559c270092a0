"""What pages are answered from: the ledger, today's definitions and the kept fits, as of one moment.

This is built in the process that answers pages, over a database that it cannot write to.
"""

import asyncio
import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import structlog

from ivr.bootstrap import parts
from ivr.bootstrap.beside import beside
from ivr.bootstrap.experiments import experiments
from ivr.bootstrap.fits import fit_options
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.bootstrap.page_frames import Given
from ivr.bootstrap.played_layouts import ArchivedPlays
from ivr.bootstrap.prompt_lengths import PromptLengths
from ivr.domain.experiments import Experiment
from ivr.domain.kpi.fit_options import METHOD
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.layouts import Layout
from ivr.errors import IvrError
from ivr.store.call_lists import SqlCallReads
from ivr.store.contest_reads import SqlContestReads
from ivr.store.cube_tallies import CubeTallies
from ivr.store.database import Database
from ivr.store.day_cells import Seen
from ivr.store.experiment_counts import SqlExperimentCounts
from ivr.store.fits import SqlKeptFits
from ivr.store.held_cells import HeldCells
from ivr.store.layout_history import SqlExperimentLog, SqlLayoutHistory
from ivr.store.ledger_standing import LedgerStanding, read_ledger_standing
from ivr.store.period_reads import SqlPeriodTallies
from ivr.store.person_names import SqlPersonNames
from ivr.store.tallies import SqlTallies
from ivr.usecases.find_fit import FindFit
from ivr.usecases.ledger_check import LedgerCheck
from ivr.usecases.ledger_history import ExperimentSources
from ivr.usecases.page_reads import Sources

_LOOK_AGAIN_SECONDS = 10.0
"""So often the lengths of today's prompts are looked at."""
_REST = 3.0
"""The cube is not brought up to date again before so many times the time that it took, at most half a second."""
_LONGEST_REST_SECONDS = 0.5
_PATIENCE_SECONDS = 2.0
"""So long a question waits for changed days, which takes some hundredths; for all days it does not wait."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers rest on.

    ``cells`` says up to where the ledger is in the cube; None where there is none, and counts are read as of now.
    ``missed`` is how many calls the tallies lack, ``instruments`` another number whenever a definition or a signature
    has changed.
    """

    ledger: LedgerStanding
    cells: Seen | None
    missed: int
    definitions: int
    trouble: str | None
    instruments: int

    def is_other_by_calls_alone(self, other: object) -> bool:
        """Say whether nothing but calls lies between the two: no fit, no definition, nothing that people have done."""
        if not isinstance(other, Standing):
            return False
        ledger = other.ledger._replace(revision=self.ledger.revision)
        return replace(other, ledger=ledger, cells=self.cells, missed=self.missed) == self


class PageSources:
    """Gives each question what it is answered from."""

    def __init__(self, given: Given, database: Database) -> None:
        self._given = given
        self._database = database
        self._prompt_length = PromptLengths(given.settings.sounds_dir)
        self._archive = LayoutArchive(database, self._prompt_length)
        self._find = FindFit(
            SqlPeriodTallies(database),
            SqlKeptFits(database),
            method=METHOD,
            options=lambda: fit_options(self._given.settings),
            zone=given.settings.zone,
            clock=parts.now,
            trouble=lambda: self._given.trouble,
        )
        self._layouts: Mapping[str, Layout] = {}
        self._layouts_of: int | None = None
        self._experiments: Mapping[str, Experiment] = {}
        self._experiments_of: int | None = None
        self._instruments = Instruments()
        self._instruments_of: object = None
        self._instruments_number = 0
        self._looked_at = 0.0
        self.cells = HeldCells(database)
        self._read_up_to: int | None = None
        self._rest_until = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    def take(self, given: Given) -> None:
        """Answer by ``given`` from now on."""
        self._given = given

    async def standing(self) -> Standing:
        """Return what answers rest on now; the cube is brought up to date first, where that takes a moment only."""
        ledger = await self._database.read_report(read_ledger_standing)
        await self._look_at_definitions(ledger)
        if self._refreshing is not None or (
            ledger.revision != self._read_up_to and time.monotonic() > self._rest_until
        ):
            await self._refresh(ledger.revision)
        held, missed = self.cells.held, self.cells.checks.missed()
        seen = None if held is None else held.seen
        if held is not None:
            ledger = ledger._replace(revision=held.seen.revision)
        return Standing(ledger, seen, missed, self._given.definitions, self._given.trouble, self._instruments_number)

    async def _refresh(self, revision: int) -> None:
        """Take changes into the cube; what takes long goes on beside, and the cube of before is read meanwhile."""
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._read_cells(revision), name="cells")
        if not self.cells.is_reading_all:
            await asyncio.wait({self._refreshing}, timeout=_PATIENCE_SECONDS)

    async def _read_cells(self, revision: int) -> None:
        begun_at, was_held = time.monotonic(), self.cells.held is not None
        try:
            await beside(self.cells.refresh)
            self._read_up_to = revision
        except IvrError as refused:
            log.warning("cells_not_read", reason=str(refused))
        finally:
            self._refreshing = None
            ended_at = time.monotonic()
            self._rest_until = ended_at + min(_REST * (ended_at - begun_at), _LONGEST_REST_SECONDS)
        held = self.cells.held
        if held is not None and not was_held:
            # Most of what is here now stays; the collector need not go through it again with every answer.
            gc.collect()
            gc.freeze()
            seconds = round(time.monotonic() - begun_at, 1)
            log.info("cells_read", cells=held.cube.cell_count, seconds=seconds, megabytes=held.cube.byte_count >> 20)

    def sources(self) -> Sources:
        """Return what a question is answered from."""
        settings = self._given.settings
        held, rows = self.cells.held, SqlTallies(self._database)
        return Sources(
            tallies=rows
            if held is None
            else CubeTallies(held.cube, held.zone, self.cells.checks, rows, self.cells.counts),
            instruments=self._instruments,
            fit_source=self._find,
            clock=parts.now,
            zone=settings.zone,
            reference_layout=settings.reference_layout,
            utility=settings.utility,
            people=SqlPersonNames(self._database),
            calls=SqlCallReads(self._database),
            contests=SqlContestReads(self._database),
            played_layouts=ArchivedPlays(self._archive, self._layouts, self._prompt_length),
            drill_down_minimum=settings.drill_down_minimum,
            ledger_check=LedgerCheck(self.cells.checked_at, self.cells.checks.missed()),
            layout_history=SqlLayoutHistory(self._database),
            experiments=ExperimentSources(
                SqlExperimentCounts(self._database), SqlExperimentLog(self._database), self._defined_experiments
            ),
        )

    async def _defined_experiments(self) -> Mapping[str, Experiment]:
        given = self._given
        if self._experiments_of != given.definitions:
            try:
                self._experiments = await beside(partial(experiments, given.settings))
            except IvrError as refused:  # changed since the service read them; the next reload tells
                log.warning("experiments_not_read", reason=str(refused))
            self._experiments_of = given.definitions
        return self._experiments

    async def _look_at_definitions(self, ledger: LedgerStanding) -> None:
        given, now = self._given, time.monotonic()
        known_by = given.definitions, ledger.noted_versions, ledger.newest_decision
        if known_by == self._instruments_of and now - self._looked_at < _LOOK_AGAIN_SECONDS:
            return
        self._looked_at, self._instruments_of = now, known_by
        if self._layouts_of != given.definitions:
            try:
                self._layouts = await beside(partial(parts.layouts, given.settings, ever_published=True))
            except IvrError as refused:  # changed since the service read them; the next reload tells
                log.warning("layouts_not_read", reason=str(refused))
            self._layouts_of = given.definitions
        instruments = await self._archive.instruments(self._layouts)
        if instruments != self._instruments:
            self._instruments = instruments
            self._instruments_number += 1
