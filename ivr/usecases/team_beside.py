"""The team beside one agent: the calls and ratings of the others in it, where nobody of them can be worked out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.call_path import Stage, call_path
from ivr.domain.kpi.funnel_points import FEWEST_AGENTS
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.pressed import Pressed, joined_scale, pressed_answers
from ivr.domain.kpi.response import count_dispositions
from ivr.domain.kpi.tallies import OutcomeCount, by_agent
from ivr.usecases.enough_ratings import EnoughRatings


@dataclass(frozen=True, slots=True)
class TeamBeside:
    """The ``people`` others of ``team`` together: their way from call to rating, and what was pressed by layout.

    To an agent the others are nameless, so a layout that fewer than :data:`FEWEST_AGENTS` of them have ratings of is
    not in ``pressed``.
    """

    team: str
    people: int
    path: tuple[Stage, ...]
    pressed: tuple[Pressed, ...]


def team_beside(
    counts: Iterable[OutcomeCount],
    known: Instruments,
    agent: str,
    team: str | None,
    *,
    is_own: bool,
    enough: EnoughRatings,
) -> TeamBeside | None:
    """Return the others of ``team`` among ``counts``; ``is_own``: it is ``agent`` who reads, and may know nobody's.

    To others what was pressed is made of the layouts that each person's own page tells, as they have ``enough`` ratings
    of them: taking off what those pages tell leaves nothing.

    None without a team, without others, and to an agent where they are fewer than :data:`FEWEST_AGENTS`.
    """
    others = [each for each in counts if team is not None and each.team == team and each.agent not in {agent, None}]
    people = _people(others)
    fewest = FEWEST_AGENTS if is_own else 1
    if team is None or people < fewest:
        return None
    by_scale: dict[tuple[str, tuple[str, ...]], list[Pressed]] = {}
    for cells in by_agent(others).values():
        pressed = pressed_answers(cells, known)
        # An agent sees nobody else's page, so nothing can be taken off.
        for own in pressed if is_own else enough.pressed(pressed)[0]:
            by_scale.setdefault((own.layout, own.categories), []).append(own)
    together = tuple(joined_scale(told) for _, told in sorted(by_scale.items()) if len(told) >= fewest)
    return TeamBeside(team, people, call_path(count_dispositions(others)), together)


def _people(counts: Sequence[OutcomeCount]) -> int:
    return len({each.agent for each in counts if each.calls})
