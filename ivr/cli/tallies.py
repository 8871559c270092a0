"""``ivr db tallies``: compare the tallies with the calls' rows, or count them anew."""

from typing import Annotated

import typer

from ivr.cli.options import Config
from ivr.errors import DatabaseRefused
from ivr.settings import load_settings
from ivr.store.database import open_database
from ivr.store.tally_building import check_tallies, rebuild_tallies


def tallies(
    config: Config = None,
    check: Annotated[bool, typer.Option("--check", help="Compare; exit 1 where they differ.")] = False,  # noqa: FBT002 - typer makes a flag of it
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Count all calls anew.")] = False,  # noqa: FBT002 - typer makes a flag of it
) -> None:
    """Recount every call beside the tallies, while calls go on; no import can run meanwhile."""
    if check == rebuild:
        raise typer.BadParameter("write --check or --rebuild")
    settings = load_settings(config)
    database = open_database(settings.database_url, create=False)
    try:
        found = rebuild_tallies(database, settings.time_zone) if rebuild else check_tallies(database)
    finally:
        database.close()
    cells = f"{found.differing} of {found.cells} cells of {found.calls} calls"
    if rebuild:
        typer.echo(f"the tallies are built anew; {cells} were wrong or not there", err=True)
        return
    if found.differing:
        raise DatabaseRefused(f"{cells} differ from the calls' rows; run `ivr db tallies --rebuild`")
    typer.echo(f"{cells} differ from the calls' rows", err=True)
