"""``ivr import`` and ``ivr export``: calls both ways, and out their answers, presses and comments."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from ivr.bootstrap import parts
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.cli.options import Config
from ivr.cli.sign_ins import shell_user
from ivr.domain.audit_chain import AuditEvent
from ivr.settings import load_settings
from ivr.store.database import Database
from ivr.store.export_answers import export_answers
from ivr.store.export_calls import export_calls
from ivr.store.export_comments import export_comments
from ivr.store.export_presses import export_presses
from ivr.store.export_rows import ExportFormat
from ivr.store.import_calls import ImportReport, Progress, import_calls

import_app = typer.Typer(help="Bring calls into the ledger.", no_args_is_help=True)
export_app = typer.Typer(help="Take calls and what was keyed in them out of the ledger.", no_args_is_help=True)

_EMPTY_LINE = "\r\x1b[K"
Form = Annotated[ExportFormat, typer.Option("--format", help="csv, json or xlsx.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A file; else stdout.")]


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
                progress=progress,
            )

    with _progress_shown() as progress:
        report = asyncio.run(work())
    typer.echo(f"{report.added} added, {report.changed} changed, {report.unchanged} already there", err=True)


@contextmanager
def _progress_shown() -> Iterator[Progress]:
    """Show how far the file is read in a line that is gone at the end, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda read: typer.echo(f"\r{read:,} calls read", nl=False, err=True)
    finally:
        typer.echo(_EMPTY_LINE, nl=False, err=True)


@export_app.command("calls")
def calls(form: Form = ExportFormat.CSV, output: Output = None, config: Config = None) -> None:
    """Export every closed call, test calls included and marked."""
    _export("calls", export_calls, form, output, config)


@export_app.command("answers")
def answers(form: Form = ExportFormat.CSV, output: Output = None, config: Config = None) -> None:
    """Export one row for each question of each closed call, further questions and confirmations among them."""
    _export("answers", export_answers, form, output, config)


@export_app.command("presses")
def presses(form: Form = ExportFormat.CSV, output: Output = None, config: Config = None) -> None:
    """Export every key of each closed call as heard, with its time."""
    _export("presses", export_presses, form, output, config)


@export_app.command("comments")
def comments(form: Form = ExportFormat.CSV, output: Output = None, config: Config = None) -> None:
    """Export where each recorded comment is and until when; nothing of the voice."""
    _export("comments", export_comments, form, output, config)


def _export(
    what: str,
    write: Callable[[Database, BinaryIO, ExportFormat], int],
    form: ExportFormat,
    output: Path | None,
    config: Path | None,
) -> None:
    settings = load_settings(config)

    async def work() -> int:
        async with parts.opened_store(settings) as store:
            audit = sign_in_ports(settings, store).audit
            if output is None:
                await audit.note(AuditEvent.EXPORTED, shell_user(), what, form=form.value)
                return write(store.database, sys.stdout.buffer, form)
            with output.open("wb") as target:
                # Noted first: nothing is taken out of which nobody knows.
                await audit.note(AuditEvent.EXPORTED, shell_user(), what, form=form.value, file=output.name)
                return write(store.database, target, form)

    count = asyncio.run(work())
    typer.echo(f"{count} {what} exported", err=True)
