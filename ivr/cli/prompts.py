"""``ivr prompts``: the recordings that Asterisk plays."""

import typer

from ivr.bootstrap import parts
from ivr.bootstrap.prompts import build_all
from ivr.catalogue.check import check_prompts
from ivr.cli.options import Config
from ivr.settings import load_settings

prompts_app = typer.Typer(help="The prompts' recordings.", no_args_is_help=True)


@prompts_app.command("build")
def build(config: Config = None) -> None:
    """Speak every transcript that has changed; recordings of your own are kept."""
    report = build_all(load_settings(config), say)
    typer.echo(f"{len(report.built)} built, {len(report.unchanged)} unchanged, {len(report.kept)} of your own kept")


@prompts_app.command("check")
def check(config: Config = None) -> None:
    """Check existence, format, length, loudness and leading silence of every recording."""
    settings = load_settings(config)
    findings = check_prompts(settings.transcripts_dir, settings.sounds_dir, parts.layouts(settings).values())
    for finding in findings:
        typer.echo(f"ivr: {finding}", err=True)
    if findings:
        raise typer.Exit(1)
    typer.echo("the prompts are in order")


def say(text: str) -> None:
    """Tell progress, on stderr."""
    typer.echo(text, err=True)
