"""``ivr layouts``: what callers can be asked."""

from typing import Annotated

import typer

from ivr.bootstrap import parts
from ivr.catalogue.experiments import check_experiments
from ivr.catalogue.layouts import check_layouts
from ivr.catalogue.preview import preview_layout
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.cli.options import Config
from ivr.errors import LayoutRefused
from ivr.settings import load_settings

layouts_app = typer.Typer(help="The rating layouts.", no_args_is_help=True)
Key = Annotated[str, typer.Argument(help="The layout's key.")]


@layouts_app.command("list")
def list_layouts(config: Config = None) -> None:
    """List the layouts with their versions; a version is a hash over the layout and its audio."""
    for key, version in sorted(parts.catalogue(load_settings(config)).versions.items()):
        keys = " ".join(
            f"{option.press}={version.layout.categories[option.category]}" for option in version.layout.options
        )
        typer.echo(f"{key:<18} {version.version}  {version.layout.language}  {keys}")


@layouts_app.command("show")
def show_layout(key: Key, config: Config = None) -> None:
    """Show a layout's file."""
    settings = load_settings(config)
    _known(key, parts.layouts(settings))
    typer.echo((settings.layouts_dir / f"{key}.toml").read_text("utf-8"), nl=False)


@layouts_app.command("check")
def check(config: Config = None) -> None:
    """Check every layout and experiment, and tell all faults at once."""
    settings = load_settings(config)
    known = known_prompts(load_transcripts(settings.transcripts_dir), settings.sounds_dir)
    faults = check_layouts(settings.layouts_dir, known)
    if not faults:
        faults = check_experiments(settings.experiments_dir, parts.layouts(settings))
    for fault in faults:
        typer.echo(f"ivr: {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("layouts and experiments are in order")


@layouts_app.command("preview")
def preview(key: Key, config: Config = None) -> None:
    """Show a layout as it will sound, in seconds from the first prompt frame."""
    catalogue = parts.catalogue(load_settings(config))
    _known(key, catalogue.versions)
    version = catalogue.versions[key]
    for line in preview_layout(version, catalogue.transcripts.get(version.layout.language)):
        at = "      " if line.at_seconds is None else f"{line.at_seconds:6.2f}"
        meaning = "" if line.key is None else f"   -> key {line.key}: {line.category}"
        typer.echo(f"{at}  {line.seconds:5.2f} s  {line.part.value:<7} {line.text}{meaning}")


def _known(key: str, there: object) -> None:
    names = sorted(there) if isinstance(there, dict) else []
    if key not in names:
        raise LayoutRefused(key, "is no layout here", f"name one of {', '.join(names)}")
