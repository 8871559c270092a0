"""``ivr people`` and ``ivr user``: who talks with callers, and who may look."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ivr.bootstrap import parts
from ivr.cli.options import Config
from ivr.settings import load_settings
from ivr.store.accounts import SqlAccounts
from ivr.store.import_people import PeopleReport, import_people
from ivr.usecases.accounts import Role
from ivr.usecases.add_user import AddedUser, add_user
from ivr.web.passwords import Argon2Passwords

people_app = typer.Typer(help="Agents, their interfaces and teams.", no_args_is_help=True)
user_app = typer.Typer(help="Who may sign in to the dashboard.", no_args_is_help=True)


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


@user_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[list[Role], typer.Option(help="operator, supervisor or agent; may be given again.")],
    person: Annotated[str | None, typer.Option(help="For the role agent: whose figures it may see.")] = None,
    config: Config = None,
) -> None:
    """Add a user; the password is made and shown once."""

    async def work() -> AddedUser:
        async with parts.opened_store(load_settings(config)) as store:
            return await add_user(
                name,
                roles=role,
                person=person,
                password=None,
                accounts=SqlAccounts(store.database, store.writer),
                passwords=Argon2Passwords(),
            )

    added = asyncio.run(work())
    typer.echo(f"{added.user.name}  {added.generated_password}")
