"""``ivr asking``: the rules of who is asked."""

import typer

from ivr.bootstrap import parts
from ivr.cli.options import Config
from ivr.settings import load_settings

asking_app = typer.Typer(help="The rules of who is asked.", no_args_is_help=True)


@asking_app.command("check")
def check(config: Config = None) -> None:
    """Read the rules and tell every fault, with its line and its remedy."""
    settings = load_settings(config)
    faults = parts.asking_faults(settings)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    where = settings.asking_file if settings.asking_file.exists() else "no rules file: every caller may be asked"
    typer.echo(f"{where}: in order", err=True)
