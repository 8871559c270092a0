"""Reads the experiments' pages: which there are, and what one of them shows.

What an experiment shows is computed with numeric libraries; they are loaded where the question is answered, and not
where it is asked.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ivr.domain.experiment_lock import STOPS, DecisionKind, ExperimentDecision
from ivr.domain.experiments import Experiment
from ivr.usecases.declared_experiments import declared_of, moment_of, state_of
from ivr.usecases.experiment_answers import ExperimentAnswer, ExperimentSummary
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class ExperimentsQuestion(Question[tuple[ExperimentSummary, ...]]):
    """Every experiment that a file, the log or a call knows; the newest start first, then by name."""

    rests_on_tallies: ClassVar[bool] = True

    async def answer(self, sources: Sources) -> tuple[ExperimentSummary, ...]:
        """Return them."""
        known = sources.experiments
        defined = await known.defined()
        log: dict[str, list[ExperimentDecision]] = {}
        for decision in await known.log.of():
            log.setdefault(decision.experiment, []).append(decision)
        keys = {*defined, *log, *await known.counts.experiments()}
        found = [summary_of(key, defined, log.get(key, ())) for key in sorted(keys)]
        found.sort(key=lambda each: each.started_at.timestamp() if each.started_at else 0.0, reverse=True)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ExperimentQuestion(Question[ExperimentAnswer]):
    """One experiment; refused with ExperimentUnknown where nothing knows the key."""

    key: str
    window: ReportWindow = ALL_CALLS
    rests_on_tallies: ClassVar[bool] = True

    async def answer(self, sources: Sources) -> ExperimentAnswer:
        """Return what it shows."""
        from ivr.usecases.experiment_pages import experiment_answer  # noqa: PLC0415 - see the module

        return await experiment_answer(self.key, sources, self.window)


@dataclass(frozen=True, slots=True)
class ExperimentDocumentQuestion(Question[bytes]):
    """The whole report of one experiment in a window, as JSON for scripts; refused as :class:`ExperimentQuestion`."""

    key: str
    window: ReportWindow = ALL_CALLS
    rests_on_tallies: ClassVar[bool] = True

    async def answer(self, sources: Sources) -> bytes:
        """Return the report as JSON."""
        from ivr.usecases.experiment_json import experiment_json  # noqa: PLC0415 - see the module
        from ivr.usecases.experiment_pages import experiment_report  # noqa: PLC0415 - see the module

        report = await experiment_report(self.key, sources, self.window)
        return json.dumps(experiment_json(report)).encode()


def summary_of(key: str, defined: Mapping[str, Experiment], log: Sequence[ExperimentDecision]) -> ExperimentSummary:
    """Return how the experiment stands by its file and its log."""
    declared = declared_of(defined.get(key), log)
    return ExperimentSummary(
        key=key,
        state=state_of(declared, log),
        declared=declared,
        has_file=key in defined,
        started_at=moment_of(log, {DecisionKind.STARTED}),
        stopped_at=moment_of(log, STOPS | {DecisionKind.ENDED}),
    )
