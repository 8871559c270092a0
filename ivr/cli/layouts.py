"""``ivr layouts``: what callers can be asked."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ivr.bootstrap import experiments, parts
from ivr.bootstrap.definitions import definitions, unknown_layout
from ivr.catalogue.burden import burden_of
from ivr.catalogue.check_all import check_all
from ivr.catalogue.document import Document
from ivr.catalogue.preview import preview_layout
from ivr.catalogue.preview_json import preview_json
from ivr.catalogue.preview_wav import Sound, preview_sound, write_sound
from ivr.cli import layout_lifecycle
from ivr.cli.options import Config
from ivr.domain.leading import why_it_leads, why_layout_leads
from ivr.domain.previews import PreviewLine
from ivr.domain.timelines import LayoutVersion
from ivr.errors import DatabaseRefused
from ivr.settings import Settings, load_settings

layouts_app = typer.Typer(help="The rating layouts.", no_args_is_help=True)
layout_lifecycle.register(layouts_app)
Key = Annotated[str, typer.Argument(help="The layout's key.")]
MaybeKey = Annotated[str | None, typer.Argument(help="The layout's key; all layouts are checked either way.")]
Wav = Annotated[
    Path | None, typer.Option("--wav", metavar="FILE", help="Write the audio, as the caller hears it, to this file.")
]
Delay = Annotated[
    float, typer.Option("--delay", min=0, max=10, metavar="SECONDS", help="The silence before the first prompt.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


@layouts_app.command("list")
def list_layouts(config: Config = None) -> None:
    """List the layouts with their versions; a version is a hash over the layout and its audio."""
    versions = parts.catalogue(load_settings(config)).versions
    width = max(18, *map(len, versions))
    for key, version in sorted(versions.items()):
        layout = version.layout
        keys = " ".join(f"{option.press}={layout.categories[option.category]}" for option in layout.options)
        further = f"  then {' '.join(version.further)}" if version.further else ""
        leads = "  leads" if why_it_leads(version) else ""
        typer.echo(f"{key:<{width}} {version.version}  {layout.language}  {keys}{further}{leads}")


@layouts_app.command("show")
def show_layout(key: Key, config: Config = None) -> None:
    """Show a layout's file; below it, as comments, why the layout leads where it does."""
    settings = load_settings(config)
    layouts = parts.layouts(settings)
    _known(settings, key, layouts)
    read = definitions(settings)
    typer.echo(next(each.text for each in read if isinstance(each, Document) and each.key == key), nl=False)
    for reason in why_layout_leads(layouts[key]):
        typer.echo(f"# leads: {reason}")


@layouts_app.command("check")
def check(key: MaybeKey = None, config: Config = None) -> None:
    """Check every layout and experiment: all faults at once, and warnings, which refuse nothing."""
    settings = load_settings(config)
    if key is not None and settings.layouts_source == "database":
        layout_lifecycle.note_checked(settings, key)
        return
    found = check_all(
        documents=definitions(settings),
        layouts_dir=settings.layouts_dir,
        experiments_dir=settings.experiments_dir,
        transcripts_dir=settings.transcripts_dir,
        sounds_dir=settings.sounds_dir,
        queues=settings.queues,
        reference_layout=settings.reference_layout,
        named=key,
    )
    warnings = list(found.warnings)
    faults = found.faults or _lock_faults(settings, warnings)
    for fault in faults:
        typer.echo(f"ivr: {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    if key is not None:
        _known(settings, key, found.layouts)
    for warning in warnings:
        typer.echo(f"ivr: warning: {warning}", err=True)
    typer.echo("layouts and experiments are in order")
    if key is not None:
        layout_lifecycle.note_checked(settings, key)


@layouts_app.command("preview")
def preview(
    key: Key,
    wav: Wav = None,
    delay: Delay = 0.0,
    as_json: AsJson = False,  # noqa: FBT002 - typer makes a flag of it
    config: Config = None,
) -> None:
    """Show a layout as it will sound, in seconds from the first prompt frame, with all that can follow it."""
    settings = load_settings(config)
    catalogue = parts.catalogue(settings)
    _known(settings, key, catalogue.versions)
    version = catalogue.versions[key]
    lines = preview_layout(version, catalogue.transcripts.get(version.layout.language), delay_seconds=delay)
    sound: Sound | None = None
    if wav is not None:
        sound = preview_sound(lines, settings.sounds_dir, version.layout.language)
        write_sound(sound, wav)
    if as_json:
        typer.echo(json.dumps(preview_json(version, lines, sound), indent=2, ensure_ascii=False))
        return
    _print_preview(version, lines)
    if sound is not None:
        typer.echo(f"wrote {wav}, {sound.seconds:.2f} s")


def _print_preview(version: LayoutVersion, lines: tuple[PreviewLine, ...]) -> None:
    for line in lines:
        at = "      " if line.at_seconds is None else f"{line.at_seconds:6.2f}"
        lasts = f"{line.seconds:5.2f} s" if line.seconds else "       "
        meaning = "" if line.key is None else f"   -> key {line.key}: {line.category}"
        typer.echo(f"{'    ' * line.depth}{at}  {lasts}  {line.part.value:<8} {line.text}{meaning}")
    burden = burden_of(version)
    typer.echo(
        f"{burden.last_option_seconds:.2f} s until the last choice is read, {burden.silent_seconds:.2f} s of a caller "
        f"who presses nothing, {burden.longest_seconds:.2f} s at most"
    )
    for reason in why_it_leads(version):
        typer.echo(f"leads: {reason}")


def _lock_faults(settings: Settings, warnings: list[str]) -> Sequence[str]:
    try:
        return experiments.lock_faults(settings)
    except DatabaseRefused as refused:
        warnings.append(f"whether a running experiment was changed was not checked: {refused}")
        return ()


def _known(settings: Settings, key: str, there: Collection[str]) -> None:
    if key not in there:
        raise unknown_layout(settings, key, there)
