"""What callers are offered: the configuration read as a whole, published where that is due, the experiment started.

The order matters. All that can be refused by looking is refused before anything is written; the experiment's start,
which locks it, comes last but for the publishing.
"""

import getpass
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_watch import started_experiment
from ivr.catalogue.load import Catalogue
from ivr.domain.asking_rules import AskingRules
from ivr.domain.experiment_lock import as_it_stands
from ivr.domain.experiments import Experiment
from ivr.settings import Settings
from ivr.store.allocations import SqlAllocations
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.store.layout_versions import SqlLayoutVersions
from ivr.usecases.change_layout import ChangeLayouts, Defined, Running
from ivr.usecases.offering import Offering


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


async def open_offering(settings: Settings, configuration: Configuration, store: parts.Store) -> Offering:
    """Return what callers are offered from now on; notes what it gives each stratum.

    From files every version that can be assigned is published by this, unless people do that; what was published in
    the database stands already.

    Raises:
        LifecycleRefused: a version is retired, not published, or not any more what was published.
        ExperimentRefused: the experiment was changed after its start.
    """
    who = f"serve: {user_name()}"
    layouts = layout_changes(store)
    _, heard = await _heard(configuration, store)
    lacking = await layouts.unpublished(heard)
    if lacking and settings.layouts_source == "database":
        await layouts.refuse_changed(lacking, by=who)
    elif lacking and settings.publish_by_hand:
        layouts.refuse_unpublished(lacking)
    experiment = await started_experiment(configuration.experiment, store, who=who)
    await layouts.publish_read(lacking, by=who)
    await SqlAllocations(store.writer).note([experiment], parts.now())
    return Offering(experiment, configuration.catalogue.versions)


async def running_experiment(settings: Settings, store: parts.Store) -> Running | None:
    """Return the experiment that the settings name, with what callers hear by it; None where it was never started."""
    configuration = read_configuration(settings)
    experiment, heard = await _heard(configuration, store)
    if experiment.started_at is None:
        return None
    return Running(experiment.key, {each.layout: each.version.version for each in heard})


async def _heard(configuration: Configuration, store: parts.Store) -> tuple[Experiment, list[Defined]]:
    """Return the experiment as it stands in the log, and the versions that callers can hear by it.

    One that was stopped still gives everybody its control layout, and nothing else.
    """
    decisions = await SqlExperimentDecisions(store.database, store.writer).of(configuration.experiment.key)
    experiment = as_it_stands(configuration.experiment, decisions)
    assigned = experiment.layout_keys() if experiment.stopped_at is None else experiment.control_keys()
    return experiment, list(_with_further(configuration.catalogue, assigned))


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
