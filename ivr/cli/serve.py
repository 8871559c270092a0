"""``ivr serve`` and ``ivr db``: the service, and its database."""

import asyncio
import signal
from collections.abc import Callable

import typer

from ivr.bootstrap.event_loop import new_event_loop
from ivr.bootstrap.service import serve_until
from ivr.bootstrap.upgrading import upgrade_ledger
from ivr.cli.options import Config
from ivr.cli.tallies import tallies
from ivr.observe.logging import set_up_logging
from ivr.settings import Settings, load_settings

db_app = typer.Typer(help="The ledger's database.", no_args_is_help=True)


def serve(config: Config = None) -> None:
    """Run the service: FastAGI, the manager listener, the dashboard.

    SIGTERM ends it politely; SIGHUP has it read layouts, recordings, experiments and asking rules again.
    """
    settings = load_settings(config)
    set_up_logging(settings.log_level)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(settings, lambda: load_settings(config)))


async def _serve(settings: Settings, read_settings: Callable[[], Settings]) -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # From the first moment on: left alone, a SIGHUP ends the process.
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    await serve_until(settings, stop, reload, read_settings)


@db_app.command("upgrade")
def upgrade_database(config: Config = None) -> None:
    """Bring the database to the version that this program writes; makes it where it is missing."""
    upgrade_ledger(load_settings(config))
    typer.echo("the database is up to date")


db_app.command("tallies")(tallies)
