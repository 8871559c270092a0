"""The rows of the team page: an agent's figures with the name, who hung up first, and what was excluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.endings import Endings, endings
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.standings import Standing, standing_of
from ivr.domain.kpi.tallies import OutcomeCount, by_agent
from ivr.domain.kpi.top_box import Ratings, read_ratings
from ivr.domain.kpi.wilson import FEWEST_TO_RANK, proportion
from ivr.usecases.enough_ratings import EnoughRatings

_NO_ENDINGS = endings(())
_NO_NAME = ""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One agent. ``name`` is the key where nobody has entered one, and empty for calls without an agent.

    ``excluded`` ratings stand in no figure; ``with_excluded`` is the share as pressed with them, None where there are
    none.
    """

    figures: AgentFigures
    name: str
    standing: Standing
    excluded: int = 0
    with_excluded: Estimate | None = None
    endings: Endings = _NO_ENDINGS


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two agents whom the shares as pressed put in the wrong order.

    ``low`` has the lower share as pressed and is not below the middle, ``below`` the higher one and clearly is.
    """

    low: TeamRow
    below: TeamRow


def team_rows(
    agents: Sequence[AgentFigures],
    names: Mapping[str, str],
    excluded: Sequence[OutcomeCount],
    instruments: Instruments,
    enough: EnoughRatings,
) -> tuple[TeamRow, ...]:
    """Return one row an agent; ``names`` by key, ``excluded`` are the window's excluded calls.

    ``enough`` says which shares are told; ``agents`` have gone through it.
    """
    taken_out = by_agent(excluded)
    rows = (_row(each, names, taken_out.get(each.agent, ()), instruments) for each in agents)
    return tuple(replace(row, with_excluded=enough.share(row.with_excluded)) for row in rows)


def contrast(rows: Sequence[TeamRow]) -> Contrast | None:
    """Return the widest such pair among those with enough ratings; None where there is none."""
    known = [row for row in rows if row.figures.observed.estimate is not None]
    enough = [row for row in known if row.figures.observed.n >= FEWEST_TO_RANK]
    others = [row for row in enough if row.standing in {Standing.UNTOLD, Standing.ABOVE}]
    below = [row for row in enough if row.standing is Standing.BELOW]
    if not others or not below:
        return None
    low, high = min(others, key=_pressed), max(below, key=_pressed)
    return Contrast(low, high) if _pressed(low) < _pressed(high) else None


def _pressed(row: TeamRow) -> float:
    return row.figures.observed.estimate or 0.0


def _row(
    figures: AgentFigures, names: Mapping[str, str], excluded: Sequence[OutcomeCount], instruments: Instruments
) -> TeamRow:
    taken_out = read_ratings(excluded, instruments)
    key = figures.agent
    return TeamRow(
        figures=figures,
        name=_NO_NAME if key is None else names.get(key, key),
        standing=standing_of(figures),
        excluded=taken_out.rated,
        with_excluded=_with_excluded(figures.observed, taken_out),
    )


def _with_excluded(observed: Estimate, taken_out: Ratings) -> Estimate | None:
    if not taken_out.judged or observed.status is Status.REFUSED:
        return None
    best = round((observed.estimate or 0.0) * observed.n)
    return proportion(best + taken_out.best, observed.n + taken_out.judged, of="ratings")
