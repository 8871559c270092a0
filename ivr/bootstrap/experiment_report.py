"""The report of one experiment over the ledger and the files, for the command line."""

from typing import TYPE_CHECKING

from ivr.bootstrap import experiments as offline
from ivr.bootstrap import parts
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.settings import Settings
from ivr.store.experiment_counts import SqlExperimentCounts
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.usecases.report_window import ReportWindow

if TYPE_CHECKING:
    from ivr.usecases.report_experiment import ExperimentReport


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
