"""``ivr kpi fit``: the fitted figures, computed now."""

import asyncio
import sys
from typing import Annotated

import typer

from ivr.bootstrap import fits, parts
from ivr.cli.options import Config
from ivr.settings import Settings, load_settings
from ivr.usecases.fits import Fit, Months

Since = Annotated[str | None, typer.Option("--from", metavar="MONTH", help="The first month, as 2026-03.")]
Until = Annotated[str | None, typer.Option("--to", metavar="MONTH", help="The last month, as 2026-03.")]
Aside = Annotated[bool, typer.Option("--aside", help="Let every other process go first, as the service has it.")]


def fit(since: Since = None, until: Until = None, aside: Aside = False, config: Config = None) -> None:  # noqa: FBT002
    """Compute standardised and corrected figures now, and keep them as a new version; without months of all calls."""
    settings = load_settings(config)
    months = Months(since or None, until or None)
    if aside:
        fits.step_aside()
    made = asyncio.run(_fit(settings, months))
    if made is None:
        typer.echo(f"no handled call to fit ({months})")
        return
    typer.echo(f"fitted {made.handled:,} calls ({months}) in {made.seconds:.1f} s, {len(made.figures.agents)} agents")
    for warning in made.figures.warnings:
        typer.echo(f"ivr: {warning}", err=True)


async def _fit(settings: Settings, months: Months) -> Fit | None:
    async with parts.opened_store(settings) as store:
        layouts = parts.layouts(settings, ever_published=True)
        instruments = await fits.archive(settings, store).instruments(layouts)
        return await fits.fit_figures(settings, store, tell_progress)(months, instruments)


def tell_progress(sentence: str) -> None:
    """Tell a person who waits at a terminal; a script hears nothing."""
    if sys.stderr.isatty():
        typer.echo(f"{sentence} ...", err=True)
