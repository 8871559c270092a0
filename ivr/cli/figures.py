"""``ivr kpi``: the figures of the dashboard."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from ivr.bootstrap import fits, parts
from ivr.cli.experiment_figures import experiment
from ivr.cli.fits import fit, tell_progress
from ivr.cli.options import Config
from ivr.cli.tables import Format, show_line, show_table, warn, write_csv
from ivr.settings import load_settings
from ivr.store.tallies import SqlTallies
from ivr.usecases.figure_text import figure_text
from ivr.usecases.fit_figures import FitWhereNeeded
from ivr.usecases.report_agents import AgentReport, report_agents
from ivr.usecases.report_json import layout_report_json, report_json
from ivr.usecases.report_layouts import LayoutReport, report_layouts
from ivr.usecases.report_records import agent_records, layout_records
from ivr.usecases.report_table import agent_table, fit_text, layout_table
from ivr.usecases.report_window import read_window

Report = TypeVar("Report", AgentReport, LayoutReport)

kpi_app = typer.Typer(help="The figures of the dashboard.", no_args_is_help=True)
kpi_app.command("experiment")(experiment)
kpi_app.command("fit")(fit)


Since = Annotated[str | None, typer.Option("--from", help="The first day, or a time with an offset.")]
Until = Annotated[str | None, typer.Option("--to", help="The last day, or a time with an offset.")]
Queue = Annotated[str | None, typer.Option(help="Only this queue.")]
Site = Annotated[str | None, typer.Option(help="Only this site.")]
Language = Annotated[str | None, typer.Option(help="Only this prompt language.")]
As = Annotated[Format, typer.Option("--format", help="table, json or csv.")]


@kpi_app.command("agents")
def agents(
    since: Since = None,
    until: Until = None,
    queue: Queue = None,
    site: Site = None,
    language: Language = None,
    form: As = Format.TABLE,
    config: Config = None,
) -> None:
    """Each agent's calls, response rate and score, never without n and interval."""
    report = _computed(report_agents, config, since, until, queue, site, language)
    if form is Format.JSON:
        typer.echo(json.dumps(report_json(report), indent=2))
    elif form is Format.CSV:
        write_csv(agent_records(report))
        warn(report.warnings)
    else:
        show_table("Agents", agent_table(report))
        show_table("Layouts", layout_table(report.layouts))
        typer.echo(f"{report.handled} handled calls, {report.in_progress} in progress")
        _tell_fit(report)


@kpi_app.command("layouts")
def layouts(
    since: Since = None,
    until: Until = None,
    queue: Queue = None,
    site: Site = None,
    language: Language = None,
    form: As = Format.TABLE,
    config: Config = None,
) -> None:
    """Lay the layouts side by side: ratings, response rate, score, difference to the reference layout."""
    report = _computed(report_layouts, config, since, until, queue, site, language)
    if form is Format.JSON:
        typer.echo(json.dumps(layout_report_json(report), indent=2))
    elif form is Format.CSV:
        write_csv(layout_records(report.layouts))
        warn(report.warnings)
    else:
        show_table("Layouts", layout_table(report.layouts))
        typer.echo(f"burden in all: {figure_text(report.burden_seconds)}, for each usable rating")
        _tell_fit(report)


def _computed(
    compute: Callable[..., Awaitable[Report]],
    config: Config,
    since: str | None,
    until: str | None,
    queue: str | None,
    site: str | None,
    language: str | None,
) -> Report:
    settings = load_settings(config)
    window = read_window(since=since, until=until, zone=settings.zone, queue=queue, site=site, language=language)

    async def work() -> Report:
        async with parts.opened_store(settings) as store:
            layouts = parts.layouts(settings, ever_published=True)
            return await compute(
                SqlTallies(store.database),
                await fits.archive(settings, store).instruments(layouts),
                clock=parts.now,
                window=window,
                reference_layout=settings.reference_layout,
                utility=settings.utility,
                # This process has nobody waiting but who asked, so it may compute.
                fit_source=FitWhereNeeded(
                    fits.find_fit(lambda: settings, store), fits.fit_figures(settings, store, tell_progress)
                ),
            )

    return asyncio.run(work())


def _tell_fit(report: AgentReport | LayoutReport) -> None:
    """Say where fitted figures come from; what has to be said of their use stands with the table."""
    for line in (fit_text(report.fitted), *report.fitted.remarks):
        show_line(line)
    warn([warning for warning in report.warnings if warning not in report.fitted.remarks])
