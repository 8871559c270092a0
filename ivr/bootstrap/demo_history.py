"""A past for the demonstration: weeks of simulated calls of its agents, so that its pages have something to say.

The calls are those of a synthetic call centre (docs/simulation.md), told of the demonstration's people and moved so
that the last of them ended yesterday. They stand under an Asterisk of their own, ``history``, and are imported as any
file is.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.bootstrap import parts
from ivr.bootstrap.simulation import write_simulation
from ivr.settings import Settings
from ivr.store.import_calls import ImportReport, import_calls

PBX = "history"
SCENARIO, SEED, MEAN_CALLS = "S3", 23, 900
_DAY = timedelta(days=1)


async def import_history(
    settings: Settings,
    store: parts.Store,
    teams: Mapping[str, str],
    versions: Mapping[str, str],
    folder: Path,
    now: datetime,
) -> ImportReport:
    """Import calls of the people in ``teams`` (person to team) that ended before the day of ``now``.

    ``versions`` are those in which today's layouts are heard (layout to version): so were they in the past.
    """
    drawn, told = folder / "drawn.csv", folder / "history.csv"
    write_simulation(
        SCENARIO,
        SEED,
        calls_file=drawn,
        truth_file=folder / "truth.json",
        agents=len(teams),
        mean_calls=MEAN_CALLS,
    )
    _tell_of(drawn, told, teams, versions, now)
    return await import_calls(
        told,
        database=store.database,
        writer=store.writer,
        pseudonym=parts.pseudonyms(settings).of_identifier,
    )


def _tell_of(drawn: Path, told: Path, teams: Mapping[str, str], versions: Mapping[str, str], now: datetime) -> None:
    with drawn.open(newline="", encoding="utf-8") as lines:
        calls = list(csv.DictReader(lines))
    latest = max(datetime.fromisoformat(call["ended_at"]) for call in calls)
    later = (now - _DAY).astimezone(UTC).replace(hour=23, minute=59) - latest
    people = dict(zip(sorted({call["agent"] for call in calls}), teams, strict=True))
    with told.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, _with(calls[0], ("pbx", "team")))
        writer.writeheader()
        for call in calls:
            person = people[call["agent"]]
            ended_at = (datetime.fromisoformat(call["ended_at"]) + later).isoformat()
            version = versions.get(call["layout"], call["layout_version"])
            writer.writerow(
                call
                | {"pbx": PBX, "agent": person, "team": teams[person], "ended_at": ended_at, "layout_version": version}
            )


def _with(columns: Mapping[str, str], more: Sequence[str]) -> list[str]:
    return [*columns, *(name for name in more if name not in columns)]
