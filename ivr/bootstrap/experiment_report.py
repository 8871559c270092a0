"""The report of one experiment over the ledger and the files: in this process, or in one of its own beside the service.

What it computes with takes a second to load, in which the service could answer no caller. So the service starts this
program once more (``ivr kpi experiment``), one at a time, and reads what it writes.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ivr.bootstrap import experiments as offline
from ivr.bootstrap import parts
from ivr.bootstrap.beside import beside
from ivr.bootstrap.fits import fit_program
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.errors import ExperimentRefused
from ivr.settings import Settings
from ivr.store.experiment_counts import SqlExperimentCounts
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.usecases.known_experiments import require_known
from ivr.usecases.report_window import ReportWindow

if TYPE_CHECKING:
    from ivr.usecases.report_experiment import ExperimentReport

LIMIT_SECONDS = 120.0
"""After that a report is given up."""


async def experiment_report(
    settings: Settings, store: parts.Store, key: str, window: ReportWindow
) -> "ExperimentReport":
    """Compute the report of the experiment ``key`` here; raises ExperimentUnknown, ExperimentRefused."""
    # It loads the numeric libraries, which nothing else of the command line needs.
    from ivr.usecases.report_experiment import report_experiment  # noqa: PLC0415

    layouts = parts.layouts(settings, ever_published=True)
    return await report_experiment(
        key,
        SqlExperimentCounts(store.database),
        SqlExperimentDecisions(store.database, store.writer),
        offline.experiments(settings),
        await LayoutArchive(store.database).instruments(layouts),
        clock=parts.now,
        window=window,
        reference_layout=settings.reference_layout,
    )


class ReportsBeside:
    """Has reports computed beside the service."""

    def __init__(self, settings: Settings, store: parts.Store, *, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._settings = settings
        self._counts = SqlExperimentCounts(store.database)
        self._decisions = SqlExperimentDecisions(store.database, store.writer)
        self._limit_seconds = limit_seconds
        self._turn = asyncio.Semaphore(1)

    async def __call__(self, key: str, window: ReportWindow) -> Mapping[str, object]:
        """Return the report of the experiment ``key`` as plain JSON values.

        Raises:
            ExperimentUnknown: nothing knows ``key``.
            ExperimentRefused: it could not be computed.
        """
        defined = await beside(lambda: offline.experiments(self._settings))
        await require_known(key, defined, self._counts, self._decisions)
        async with self._turn:
            code, out, said = await self._run(_words(key, window))
        if code != 0:
            raise ExperimentRefused(f"the report of {key} ended with {code}: {said.strip()[-2000:]}")
        report: Mapping[str, object] = json.loads(out)
        return report

    async def _run(self, words: Sequence[str]) -> tuple[int, str, str]:
        program = fit_program(self._settings)
        process = await asyncio.create_subprocess_exec(
            *program.words,
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**program.environment, "IVR_EXPERIMENTS_DIR": str(self._settings.experiments_dir)},
        )
        try:
            async with asyncio.timeout(self._limit_seconds):
                out, said = await process.communicate()
        except TimeoutError:
            raise ExperimentRefused(f"a report was given up after {self._limit_seconds:g} s") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return process.returncode or 0, out.decode(), said.decode(errors="replace")


def _words(key: str, window: ReportWindow) -> Sequence[str]:
    moments = (("from", window.since), ("to", window.until))
    filters = (("queue", window.queue), ("site", window.site), ("language", window.language))
    return [
        *("kpi", "experiment", "--aside", "--format", "json"),
        *(f"--{name}={moment.isoformat()}" for name, moment in moments if moment is not None),
        *(f"--{name}={value}" for name, value in filters if value is not None),
        # Whatever the key looks like, it is no option.
        *("--", key),
    ]
