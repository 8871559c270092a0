"""Experiments for the offline commands: what the files define, and what the log says of them."""

from collections.abc import Mapping

from ivr.bootstrap import parts
from ivr.catalogue.experiments import check_experiments, load_experiments
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.domain.experiment_lock import ExperimentDecision, require_unchanged
from ivr.domain.experiments import Experiment
from ivr.errors import DatabaseMissing, ExperimentRefused, SettingsRefused
from ivr.settings import Settings
from ivr.store.database import open_database
from ivr.store.experiment_decisions import read_decisions


def experiments(settings: Settings) -> Mapping[str, Experiment]:
    """Return every experiment that is defined, by key, with its control.

    Raises:
        ExperimentRefused: an experiment's file has a fault.
        SettingsRefused: the control of those that name none is no layout.
    """
    layouts = parts.layouts(settings)
    loaded = load_experiments(settings.experiments_dir, layouts, _prompts(settings))
    if (fault := parts.reference_fault(settings, layouts)) is not None:
        raise SettingsRefused(fault)
    return {key: parts.controlled(settings, experiment) for key, experiment in loaded.items()}


def experiment(settings: Settings, key: str) -> Experiment:
    """Return the experiment ``key``; raises ExperimentRefused."""
    there = experiments(settings)
    if key not in there:
        raise ExperimentRefused(f"{key}: is no experiment here; name one of {', '.join(sorted(there))}")
    return there[key]


def faults(settings: Settings) -> list[str]:
    """Return every fault of every experiment's file, a sentence each."""
    return check_experiments(settings.experiments_dir, parts.layouts(settings), _prompts(settings))


def lock_faults(settings: Settings) -> list[str]:
    """Return what was changed of experiments after their start, a sentence each; nothing without a ledger.

    Raises:
        ExperimentRefused: an experiment's file has a fault.
    """
    found: list[str] = []
    for key, each in sorted(experiments(settings).items()):
        try:
            require_unchanged(each, decided(settings, key))
        except ExperimentRefused as refused:
            found.append(f"{settings.experiments_dir}/{refused}")
    return found


def decided(settings: Settings, key: str | None = None) -> list[ExperimentDecision]:
    """Return what was decided of the experiment ``key`` (None: of all), the oldest first; nothing without a ledger."""
    try:
        database = open_database(settings.database_url, create=False)
    except DatabaseMissing:
        return []
    try:
        return database.read_now(lambda connection: read_decisions(connection, key))
    finally:
        database.close()


def _prompts(settings: Settings) -> frozenset[str]:
    return frozenset().union(*known_prompts(load_transcripts(settings.transcripts_dir), settings.sounds_dir).values())
