"""``ivr kpi experiment KEY``: whether its counts can be believed, what its layouts change, and what is decided."""

import asyncio
import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_report import experiment_report
from ivr.bootstrap.fits import step_aside
from ivr.cli.options import Config
from ivr.settings import load_settings
from ivr.usecases.report_table import Table
from ivr.usecases.report_window import read_window

if TYPE_CHECKING:
    from ivr.usecases.report_experiment import ExperimentReport

_WIDE = 140


class _Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Aside = Annotated[bool, typer.Option("--aside", help="Let every other process go first, as the service has it.")]


def experiment(
    key: Annotated[str, typer.Argument(help="The experiment's key, as its calls carry it.")],
    since: Annotated[str | None, typer.Option("--from", help="The first day, or a time with an offset.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last day, or a time with an offset.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only this queue.")] = None,
    site: Annotated[str | None, typer.Option(help="Only this site.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this prompt language.")] = None,
    form: Annotated[_Format, typer.Option("--format", help="table, json or csv.")] = _Format.TABLE,
    aside: Aside = False,  # noqa: FBT002 - typer makes a flag of it
    config: Config = None,
) -> None:
    """Judge an experiment: shares of the layouts, who answers, what is answered, and what its rule concludes."""
    # What computes and what writes it loads the numeric libraries, which no other command needs.
    from ivr.usecases.experiment_json import experiment_json  # noqa: PLC0415
    from ivr.usecases.experiment_table import experiment_records  # noqa: PLC0415

    if aside:
        step_aside()
    settings = load_settings(config)
    window = read_window(since=since, until=until, zone=settings.zone, queue=queue, site=site, language=language)

    async def work() -> "ExperimentReport":
        async with parts.opened_store(settings) as store:
            return await experiment_report(settings, store, key, window)

    report = asyncio.run(work())
    if form is _Format.JSON:
        typer.echo(json.dumps(experiment_json(report), indent=2))
        return
    if form is _Format.CSV:
        table = experiment_records(report)
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(table.headers)
        writer.writerows(table.rows)
    else:
        _show(report)
    for warning in report.warnings:
        typer.echo(f"ivr: {warning}", err=True)


def _show(report: "ExperimentReport") -> None:
    from ivr.usecases import experiment_table as text  # noqa: PLC0415

    typer.echo(text.terms_text(report))
    if not report.figures.arms:
        return
    for line in text.ratio_lines(report):
        typer.echo(line)
    _show_table("Layouts", text.arm_table(report))
    effects = text.effect_table(report)
    if effects.rows:
        _show_table(f"Against {report.figures.reference}", effects)
    if len(report.figures.delays) > 1:
        _show_table("Silences before the first prompt", text.delay_table(report))
    for line in text.verdict_lines(report):
        typer.echo(line)


def _show_table(title: str, table: Table) -> None:
    shown = RichTable(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for header in table.headers:
        shown.add_column(header)
    for row in table.rows:
        shown.add_row(*row)
    # A pipe or a file has no width to fit into.
    console = Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    console.print(shown)
    for remark in table.remarks:
        console.print(Padding(remark, (0, 0, 0, 2)))
