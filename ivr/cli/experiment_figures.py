"""``ivr kpi experiment KEY``: whether its counts can be believed, what its layouts change, and what is decided."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_report import experiment_report
from ivr.cli.options import Config
from ivr.cli.tables import Format, show_line, show_table, warn, write_csv
from ivr.settings import load_settings
from ivr.usecases.report_window import read_window

if TYPE_CHECKING:
    from ivr.usecases.report_experiment import ExperimentReport


def experiment(
    key: Annotated[str, typer.Argument(help="The experiment's key, as its calls carry it.")],
    since: Annotated[str | None, typer.Option("--from", help="The first day, or a time with an offset.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last day, or a time with an offset.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only this queue.")] = None,
    site: Annotated[str | None, typer.Option(help="Only this site.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this prompt language.")] = None,
    form: Annotated[Format, typer.Option("--format", help="table, json or csv.")] = Format.TABLE,
    config: Config = None,
) -> None:
    """Judge an experiment: shares of the layouts, who answers, what is answered, and what its rule concludes."""
    # What computes and what writes it loads the numeric libraries, which no other command needs.
    from ivr.usecases.experiment_json import experiment_json  # noqa: PLC0415
    from ivr.usecases.experiment_records import experiment_records  # noqa: PLC0415

    settings = load_settings(config)
    window = read_window(since=since, until=until, zone=settings.zone, queue=queue, site=site, language=language)

    async def work() -> "ExperimentReport":
        async with parts.opened_store(settings) as store:
            return await experiment_report(settings, store, key, window)

    report = asyncio.run(work())
    if form is Format.JSON:
        typer.echo(json.dumps(experiment_json(report), indent=2))
        return
    if form is Format.CSV:
        write_csv(experiment_records(report))
    else:
        _show(report)
    warn(report.warnings)


def _show(report: "ExperimentReport") -> None:
    from ivr.usecases import experiment_table as text  # noqa: PLC0415

    show_line(text.terms_text(report))
    if not report.figures.arms:
        return
    for line in text.ratio_lines(report):
        show_line(line)
    show_table("Layouts", text.arm_table(report))
    effects = text.effect_table(report)
    if effects.rows:
        show_table(f"Against {report.figures.reference}", effects)
    if len(report.figures.delays) > 1:
        show_table("Silences before the first prompt", text.delay_table(report))
    for line in text.verdict_lines(report):
        show_line(line)
