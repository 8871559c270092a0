"""``ivr import`` and ``ivr export``: calls in the calls file's columns, both ways."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from ivr.bootstrap import parts
from ivr.cli.options import Config
from ivr.settings import load_settings
from ivr.store.export_calls import ExportFormat, export_calls
from ivr.store.import_calls import ImportReport, import_calls

import_app = typer.Typer(help="Bring calls into the ledger.", no_args_is_help=True)
export_app = typer.Typer(help="Take calls out of the ledger.", no_args_is_help=True)


@import_app.command("calls")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file in the calls file's columns.")],
    config: Config = None,
    update: Annotated[bool, typer.Option("--update", help="Replace calls that are there and differ.")] = False,  # noqa: FBT002 - typer makes a flag of it
) -> None:
    """Import calls, all or none; importing a file twice changes nothing."""
    settings = load_settings(config)

    async def work() -> ImportReport:
        async with parts.opened_store(settings) as store:
            return await import_calls(
                file,
                database=store.database,
                writer=store.writer,
                pseudonym=parts.pseudonyms(settings).of_identifier,
                update=update,
            )

    report = asyncio.run(work())
    typer.echo(f"{report.added} added, {report.changed} changed, {report.unchanged} already there", err=True)


@export_app.command("calls")
def export_file(
    form: Annotated[ExportFormat, typer.Option("--format", help="csv, json or xlsx.")] = ExportFormat.CSV,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else stdout.")] = None,
    config: Config = None,
) -> None:
    """Export every closed call, test calls included and marked."""
    settings = load_settings(config)

    async def work() -> int:
        async with parts.opened_store(settings) as store:
            if output is None:
                return export_calls(store.database, sys.stdout.buffer, form)
            with output.open("wb") as target:
                return export_calls(store.database, target, form)

    count = asyncio.run(work())
    typer.echo(f"{count} calls exported", err=True)
