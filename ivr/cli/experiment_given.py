"""``ivr experiments given``: what the calls of a queue get, asked before any call does."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from ivr.bootstrap import experiments as offline
from ivr.bootstrap import parts
from ivr.catalogue.experiments import active_experiment
from ivr.cli.options import Config
from ivr.domain.experiment_lock import as_it_stands
from ivr.domain.experiment_prospects import Prospect, prospect
from ivr.domain.layouts import Layout
from ivr.errors import ExperimentRefused
from ivr.settings import Settings, load_settings

MaybeKey = Annotated[
    str | None, typer.Argument(help="The experiment's key; without one, that of the settings, which assigns the calls.")
]
Queue = Annotated[str, typer.Option("--queue", metavar="NAME", help="The queue, as the dialplan names it.")]
Site = Annotated[str | None, typer.Option("--site", metavar="NAME", help="The site, the dialplan's IVR_SITE.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="MOMENT", help="When, such as 2026-01-31T08:00+01:00; else now.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def given(
    queue: Queue,
    key: MaybeKey = None,
    site: Site = None,
    at: At = None,
    as_json: AsJson = False,  # noqa: FBT002 - typer makes a flag of it
    config: Config = None,
) -> None:
    """Show what calls of a queue get: the stratum, each layout, silence and invitation with its chance, the control."""
    settings = load_settings(config)
    if key is None:
        key = active_experiment(offline.experiments(settings), settings.experiment).key
    experiment = as_it_stands(offline.experiment(settings, key), offline.decided(settings, key))
    moment = parts.now() if at is None else _moment(at)
    told, layouts = prospect(experiment, site=site, queue=queue, at=moment), parts.layouts(settings)
    about = {"experiment": key, "queue": queue, "site": site, "at": moment.isoformat(timespec="seconds")}
    if as_json:
        typer.echo(json.dumps({**about, **_plain(told, layouts)}, ensure_ascii=False, indent=2))
        return
    place = queue if site is None else f"{queue} at {site}"
    typer.echo(f"experiment {key}, queue {place}, {moment:%Y-%m-%d %H:%M} UTC: stratum {told.stratum}")
    for line in _lines(told, layouts):
        typer.echo(line)
    _warn_of_no_call(settings, key, queue)


def _lines(told: Prospect, layouts: Mapping[str, Layout]) -> Iterator[str]:
    if told.why is not None:
        yield f"nothing is left to chance: {told.why}"
    for arm, chance in _likeliest(told.layouts):
        yield f"layout      {_percent(chance)}  {arm}  {_language(arm, layouts)}"
    yield f"control              {told.control}  {_language(told.control, layouts)}"
    for delay, chance in sorted(told.delays.items()):
        yield f"silence     {_percent(chance)}  {delay:g} s"
    for kind, arms in (("invitation", told.invitations), ("script", told.scripts)):
        for arm, chance in _likeliest(arms):
            yield f"{kind:<10}  {_percent(chance)}  {arm}"


def _plain(told: Prospect, layouts: Mapping[str, Layout]) -> dict[str, object]:
    return {
        "stratum": told.stratum,
        "randomises": told.experiment is not None,
        "why_not": told.why,
        "share": told.share,
        "layouts": [
            {"layout": arm, "language": _language(arm, layouts), "probability": chance}
            for arm, chance in _likeliest(told.layouts)
        ],
        "control": {"layout": told.control, "language": _language(told.control, layouts)},
        "delays": [{"seconds": delay, "probability": chance} for delay, chance in sorted(told.delays.items())],
        "invitations": dict(_likeliest(told.invitations)),
        "scripts": dict(_likeliest(told.scripts)),
    }


def _likeliest(arms: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the arms that can be drawn, the likeliest first, without the dust of binary fractions."""
    there = [(arm, round(chance, 12)) for arm, chance in arms.items() if chance > 0]
    return sorted(there, key=lambda each: (-each[1], each[0]))


def _percent(chance: float) -> str:
    return f"{100 * chance:5.1f} %"


def _language(key: str, layouts: Mapping[str, Layout]) -> str | None:
    return layouts[key].language if key in layouts else None


def _warn_of_no_call(settings: Settings, key: str, queue: str) -> None:
    if settings.queues and queue not in settings.queues:
        typer.echo(
            f"ivr: warning: the settings' queues are {', '.join(settings.queues)}; {queue} does not count", err=True
        )
    if settings.experiment not in {None, key}:
        typer.echo(f"ivr: warning: the settings name the experiment {settings.experiment}, not {key}", err=True)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ExperimentRefused(f"--at is {text!r}, no moment with an offset; write it like 2026-01-31T08:00+01:00")
    return moment.astimezone(UTC)
