"""``ivr experiments``: what is compared, since when, and what was decided."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from ivr.bootstrap import experiments as offline
from ivr.bootstrap import parts
from ivr.cli.experiment_given import given
from ivr.cli.options import Config
from ivr.domain.experiment_cautions import cautions
from ivr.domain.experiment_lock import (
    STOPS,
    VERSIONS_NOTED,
    DecisionKind,
    ExperimentDecision,
    as_it_stands,
    require_unchanged,
)
from ivr.domain.experiment_remarks import experiment_remarks
from ivr.domain.experiments import Experiment
from ivr.domain.guardrails import Rise, rises
from ivr.domain.heard_versions import changed_at
from ivr.settings import Settings, load_settings
from ivr.store.arm_counts import SqlArmCounts
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.usecases.run_experiment import RunExperiment
from ivr.usecases.watch_guardrail import CountedArms

experiments_app = typer.Typer(help="The experiments, and what was decided of them.", no_args_is_help=True)
experiments_app.command("given")(given)
Key = Annotated[str, typer.Argument(help="The experiment's key.")]
MaybeKey = Annotated[str | None, typer.Argument(help="The experiment's key; without one, all.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides this; it is kept in the log.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is kept in the log.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, with the locked definitions.")]


@experiments_app.command("list")
def list_experiments(config: Config = None) -> None:
    """List the experiments with how they stand; a star marks the one that assigns calls."""
    settings = load_settings(config)
    there, log = offline.experiments(settings), offline.decided(settings)
    for key in sorted(there.keys() | {decision.experiment for decision in log}):
        mark = "*" if key == settings.experiment else " "
        typer.echo(f"{mark} {key:<20} {_standing([each for each in log if each.experiment == key])}")
    _tell_remarks(settings, log)


@experiments_app.command("show")
def show(key: Key, config: Config = None) -> None:
    """Show an experiment's file; below it, as comments, how it stands and what its guardrail sees."""
    settings = load_settings(config)
    experiment, log = offline.experiment(settings, key), offline.decided(settings, key)
    typer.echo((settings.experiments_dir / f"{key}.toml").read_text("utf-8"), nl=False)
    typer.echo(f"# {_standing(log)}")
    if log:
        require_unchanged(experiment, log)
        for each in log:
            if each.decision is DecisionKind.LAYOUT_CHANGED:
                typer.echo(f"# layout changed {each.at:%Y-%m-%d %H:%M} UTC by {each.who}: {each.reason}")
        for rise in asyncio.run(_rises(settings, as_it_stands(experiment, log), changed_at(log))):
            typer.echo(f"# {rise}")


@experiments_app.command("check")
def check(config: Config = None) -> None:
    """Check every experiment, that no running one was changed too; all faults at once, and warnings."""
    settings = load_settings(config)
    faults = offline.faults(settings)
    there = {} if faults else offline.experiments(settings)
    faults = faults or offline.lock_faults(settings)
    for fault in faults:
        typer.echo(f"ivr: {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    layouts = parts.layouts(settings)
    for _, experiment in sorted(there.items()):
        for caution in cautions(experiment, layouts, settings.queues):
            typer.echo(f"ivr: warning: {caution}", err=True)
    _tell_remarks(settings, offline.decided(settings))
    typer.echo("experiments are in order")


@experiments_app.command("start")
def start(key: Key, by: By, reason: Reason = None, config: Config = None) -> None:
    """Start an experiment: its definition is locked. The service starts the one it is set to by itself."""
    settings = load_settings(config)
    experiment = offline.experiment(settings, key)

    async def work() -> None:
        async with parts.opened_store(settings) as store:
            await _running(store).start_anew(experiment, who=by, reason=reason)

    asyncio.run(work())
    typer.echo(f"{key} is started and locked")
    if key != settings.experiment:
        typer.echo(f'it assigns calls once the settings say experiment = "{key}"', err=True)


@experiments_app.command("stop")
def stop(key: Key, by: By, reason: Reason = None, config: Config = None) -> None:
    """Stop an experiment for good: everybody gets its control layout, and its key is not used again."""
    settings = load_settings(config)

    async def work() -> None:
        async with parts.opened_store(settings) as store:
            await _running(store).stop(key, who=by, reason=reason)

    asyncio.run(work())
    typer.echo(f"{key} is stopped; a running service follows within a minute")


@experiments_app.command("decisions")
def decisions(key: MaybeKey = None, as_json: AsJson = False, config: Config = None) -> None:  # noqa: FBT002 - typer makes a flag of it
    """Show what was decided, when, by whom and why; nothing of it is ever changed."""
    log = offline.decided(load_settings(config), key)
    if as_json:
        typer.echo(json.dumps([_plain(decision) for decision in log], ensure_ascii=False, indent=2))
        return
    for each in log:
        reason = "" if each.reason is None else f": {each.reason}"
        typer.echo(f"{each.at:%Y-%m-%d %H:%M:%S} UTC  {each.experiment}  {each.decision} by {each.who}{reason}")


def _running(store: parts.Store) -> RunExperiment:
    return RunExperiment(SqlExperimentDecisions(store.database, store.writer), parts.now)


async def _rises(settings: Settings, experiment: Experiment, changed: datetime | None) -> list[Rise]:
    async with parts.opened_store(settings) as store:
        cells = await CountedArms(SqlArmCounts(store.database)).of(experiment, parts.now(), changed)
    return rises(experiment.guardrail, cells)


def _standing(log: Sequence[ExperimentDecision]) -> str:
    """Say in a line how an experiment stands by its part of the log."""
    decisive = [each for each in log if each.decision not in {DecisionKind.RAMPED, *VERSIONS_NOTED}]
    if not decisive:
        return "not started"
    last = next((each for each in decisive if each.decision in STOPS), decisive[-1])
    reason = "" if last.reason is None else f": {last.reason}"
    return f"{last.decision.replace('_', ' ')} {last.at:%Y-%m-%d %H:%M} UTC by {last.who}{reason}"


def _tell_remarks(settings: Settings, log: Sequence[ExperimentDecision]) -> None:
    for remark in experiment_remarks(settings.experiment, log):
        typer.echo(f"ivr: warning: {remark}", err=True)


def _plain(decision: ExperimentDecision) -> dict[str, object]:
    definition = None if decision.definition is None else json.loads(decision.definition)
    return {**asdict(decision), "at": decision.at.isoformat(), "definition": definition}
