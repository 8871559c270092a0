"""``ivr people``: who talks with callers."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ivr.bootstrap import parts
from ivr.cli.options import Config
from ivr.settings import load_settings
from ivr.store.import_people import PeopleReport, import_people

people_app = typer.Typer(help="Agents, their interfaces and teams.", no_args_is_help=True)


@people_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV: person,name,interface,team,from,to")], config: Config = None
) -> None:
    """Enter agents with the interface they sit at and the team they belong to, each from a day on."""

    async def work() -> PeopleReport:
        settings = load_settings(config)
        async with parts.opened_store(settings) as store:
            return await import_people(file, writer=store.writer, dialect=store.database.dialect, zone=settings.zone)

    report = asyncio.run(work())
    typer.echo(f"{report.people} people, {report.interfaces} interface rows, {report.memberships} team rows", err=True)


@people_app.callback()
def _people() -> None:
    """Keep ``import`` a command of its own although it is the only one."""
