"""What callers are offered: the configuration read as a whole, published where that is due, the experiment started.

The order matters. All that can be refused by looking is refused before anything is written; then versions are
published; the experiment's start, which locks it for good, comes after both.
"""

import getpass
import os
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import structlog

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_watch import started_experiment
from ivr.catalogue.load import Catalogue
from ivr.domain.asking_rules import AskingRules
from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision, as_it_stands, require_unchanged
from ivr.domain.experiments import Experiment
from ivr.domain.heard_versions import change_of, noted_versions
from ivr.errors import ExperimentRefused
from ivr.settings import Settings
from ivr.store.allocations import SqlAllocations
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.store.layout_versions import SqlLayoutVersions, read_published
from ivr.usecases.change_layout import ChangeLayouts, Defined, Running
from ivr.usecases.offering import Offering

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files that the settings name say, checked together: whom to ask, and what."""

    catalogue: Catalogue
    experiment: Experiment
    rules: AskingRules


def read_configuration(settings: Settings) -> Configuration:
    """Read layouts, recordings, experiments and asking rules anew; blocks for as long as the disk takes.

    Raises:
        IvrError: the first fault.
    """
    catalogue = parts.catalogue(settings)
    return Configuration(catalogue, parts.experiment(settings, catalogue), parts.asking_rules(settings))


def layout_changes(store: parts.Store) -> ChangeLayouts:
    """Return the steps that can be taken with layouts."""
    return ChangeLayouts(SqlLayoutVersions(store.database, store.writer), parts.now)


async def open_offering(
    settings: Settings,
    configuration: Configuration,
    store: parts.Store,
    *,
    before_writing: Callable[[], Awaitable[None]] | None = None,
) -> Offering:
    """Return what callers are offered from now on; notes what it gives each stratum, and in which versions.

    From files every version that can be assigned is published by this, unless people do that; what was published in
    the database stands already. ``before_writing`` is what else can refuse; nothing is published or locked if it does.

    Raises:
        LifecycleRefused: a version is retired, not published, or not any more what was published.
        ExperimentRefused: the experiment was changed after its start.
        IvrError: whatever ``before_writing`` raises.
    """
    who = f"serve: {user_name()}"
    layouts = layout_changes(store)
    decisions, _, heard = await _heard(configuration, store)
    try:
        require_unchanged(configuration.experiment, decisions)
    except ExperimentRefused as refused:
        raise ExperimentRefused(f"{settings.experiments_dir}/{refused}") from None
    lacking = await layouts.unpublished(heard)
    if lacking and settings.layouts_source == "database":
        await layouts.refuse_changed(lacking, by=who)
    elif lacking and settings.publish_by_hand:
        layouts.refuse_unpublished(lacking)
    if before_writing is not None:
        await before_writing()
    await layouts.publish_read(lacking, by=who)
    experiment = await started_experiment(configuration.experiment, store, who=who)
    await _note_versions(experiment, heard, store, who=who)
    await SqlAllocations(store.writer).note([experiment], parts.now())
    return Offering(experiment, configuration.catalogue.versions)


async def running_experiment(settings: Settings, store: parts.Store) -> Running | None:
    """Return the experiment that the settings name, with what callers hear by it; None where it was never started."""
    return await running_by(read_configuration(settings), store)


async def running_by(configuration: Configuration, store: parts.Store) -> Running | None:
    """Return the experiment of ``configuration`` in the versions that callers hear; None where it was never started.

    They hear what the log noted last, which need not be what was read now: files change before a service reads them.
    Where no service has noted anything it is what was published last.
    """
    decisions, experiment, heard = await _heard(configuration, store)
    if experiment.started_at is None:
        return None
    noted = noted_versions(decisions)
    published = {each.layout: each.version for each in await store.database.read(read_published)}
    read = {each.layout: each.version.version for each in heard}
    keys = read.keys() if experiment.stopped_at is not None else read.keys() | noted.keys()
    versions = {key: (read.get(key), noted.get(key, published.get(key))) for key in keys}
    return Running(
        experiment.key, {key: [each for each in known if each is not None] for key, known in versions.items()}
    )


async def _note_versions(experiment: Experiment, heard: Sequence[Defined], store: parts.Store, *, who: str) -> None:
    """Keep in the experiment's log which versions callers hear from now on; a change is warned of."""
    log_of_experiments = SqlExperimentDecisions(store.database, store.writer)
    versions = {each.layout: each.version.version for each in heard}
    decisions = await log_of_experiments.of(experiment.key)
    change = change_of(experiment, decisions, versions, at=parts.now(), who=who)
    if change is not None and await log_of_experiments.add(change) and change.decision is DecisionKind.LAYOUT_CHANGED:
        log.warning("experiment_layout_changed", experiment=experiment.key, layouts=change.reason, who=who)


async def _heard(
    configuration: Configuration, store: parts.Store
) -> tuple[Sequence[ExperimentDecision], Experiment, list[Defined]]:
    """Return the experiment's log, the experiment as it stands in it, and the versions that callers can hear by it.

    One that was stopped still gives everybody its control layout, and nothing else.
    """
    decisions = await SqlExperimentDecisions(store.database, store.writer).of(configuration.experiment.key)
    experiment = as_it_stands(configuration.experiment, decisions)
    assigned = experiment.layout_keys() if experiment.stopped_at is None else experiment.control_keys()
    return decisions, experiment, list(_with_further(configuration.catalogue, assigned))


def user_name() -> str:
    """Return the name of the user that this process runs as, its number where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _with_further(catalogue: Catalogue, assigned: Collection[str]) -> Iterator[Defined]:
    """Yield the layouts that are ``assigned``, then those that can follow them, each once."""
    first = sorted(assigned)
    for key in dict.fromkeys((*first, *(key for each in first for key in sorted(catalogue.versions[each].further)))):
        yield Defined(catalogue.versions[key], catalogue.texts[key])
