"""``ivr layouts draft, publish, retire, sign, history``: who decided what about a layout, and when."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ivr.bootstrap import parts
from ivr.bootstrap.layout_desk import LayoutDesk
from ivr.cli.options import Config
from ivr.domain.lifecycle import LayoutDecision, Standing
from ivr.settings import Settings, load_settings

Key = Annotated[str, typer.Argument(help="The layout's key.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides this; it is kept for good.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept for good.")]
Version = Annotated[
    str | None,
    typer.Option("--version", metavar="VERSION", help="Which version; else the one that would be heard now."),
]
Answer = TypeVar("Answer")


def register(layouts_app: typer.Typer) -> None:
    """Add these commands to those of ``ivr layouts``."""
    for command in (draft, publish, retire, sign, history):
        layouts_app.command()(command)


def draft(
    file: Annotated[Path, typer.Argument(help="A layout's file, KEY.toml.")],
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who; else this machine's user.")] = None,
    config: Config = None,
) -> None:
    """Keep a layout's file in the database as a draft; its recordings have to be built."""
    _tell(_at_desk(load_settings(config), lambda desk: desk.draft(file, by=by)))


def publish(key: Key, by: By, version: Version = None, config: Config = None) -> None:
    """Publish a version that is checked; one of the files is checked by this."""
    _tell(_at_desk(load_settings(config), lambda desk: desk.publish(key, version, by=by)))


def retire(key: Key, by: By, reason: Reason, version: Version = None, config: Config = None) -> None:
    """Retire a published version for good; refused while the running experiment assigns it."""
    _tell(_at_desk(load_settings(config), lambda desk: desk.retire(key, version, by=by, reason=reason)))


def sign(key: Key, by: By, reason: Reason, version: Version = None, config: Config = None) -> None:
    """Sign for a layout that leads callers, so that its ratings count in appraisals; for this version alone."""
    _tell(_at_desk(load_settings(config), lambda desk: desk.sign(key, version, by=by, reason=reason)))


def history(key: Key, config: Config = None) -> None:
    """Tell every decision about a layout, oldest first, then where its versions stand."""
    decisions, standings = _at_desk(load_settings(config), lambda desk: desk.history(key))
    zone = load_settings(config).zone
    for decision in decisions:
        at = decision.at.astimezone(zone)
        typer.echo(f"{at:%Y-%m-%d %H:%M:%S %Z}  {decision.version}  {_said(decision)}")
    for standing in standings:
        _tell(standing)


def note_checked(settings: Settings, key: str) -> None:
    """Keep that the layout ``key`` was checked and found in order, and tell where it stands."""
    _tell(_at_desk(settings, lambda desk: desk.note_checked(key)))


def _at_desk(settings: Settings, work: Callable[[LayoutDesk], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        async with parts.opened_store(settings) as store:
            return await work(LayoutDesk(settings, store))

    return asyncio.run(run())


def _tell(standing: Standing) -> None:
    leads = ""
    if standing.leads:
        signed = "nobody signed" if standing.signed_by is None else f"signed by {standing.signed_by}"
        leads = f", leads callers ({'; '.join(standing.leads)}), {signed}"
    typer.echo(f"{standing.layout} version {standing.version} is {standing.state or 'noted'}{leads}")


def _said(decision: LayoutDecision) -> str:
    reason = "" if decision.reason is None else f": {decision.reason}"
    return f"{decision.step.value} by {decision.who}{reason}"
