"""The rows of the team page in words: figures on one axis, and what stands behind each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.endings import Endings
from ivr.domain.kpi.standings import Standing
from ivr.domain.kpi.top_box import MIXES_VERSIONS
from ivr.domain.outcomes import Outcome
from ivr.usecases.read_team import Person, TeamPage
from ivr.usecases.team_rows import TeamRow
from ivr.web.agent_notes import note_sentences
from ivr.web.charts.marks import Segment, stack
from ivr.web.figure_views import CALLS, RATINGS, FigureView, share_view
from ivr.web.languages import Words
from ivr.web.marked import gettext
from ivr.web.outcome_words import outcome_name

FLAG_WORDS = {"selective_offering": gettext("a reason to look")}
ROW_FIGURES = (
    ("standardised", gettext("Comparable")),
    ("corrected", gettext("Corrected level")),
    ("observed", gettext("As pressed, not for comparing")),
)
"""The figures of a row from the one to compare by down to the one to compare nobody by, with their labels."""

CallsLink = Callable[..., str | None]
"""Returns the address of calls; None where the reader may not see them."""


@dataclass(frozen=True, slots=True)
class CountView:
    """A number with what it counts, and the address of its calls; None where they may not be seen."""

    label: str
    number: str
    address: str | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A name with the address of the agent's page; None for calls without an agent."""

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class EndedView:
    """Who hung up first: ``parts`` of a bar, and the agent's share of the calls that one of the two ended."""

    parts: tuple[Segment, ...]
    agent: FigureView


@dataclass(frozen=True, slots=True)
class RowView:
    """One agent's row. ``mark`` names the row in the page.

    ``silent`` says what those who did not answer could make of the share as pressed, None where nothing is said.
    """

    mark: str
    person: PersonView
    team: str | None
    is_few: bool
    flags: tuple[str, ...]
    rated: CountView
    eligible: str
    response: FigureView
    figures: tuple[tuple[str, FigureView, str], ...]
    more_ratings: str | None
    ended: EndedView
    silent: str | None
    details: tuple[str, ...]
    outcomes: tuple[CountView, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Those who stand alike; ``rows`` are the ones on this page of ``number``."""

    standing: str
    number: str
    people: tuple[PersonView, ...]
    others: str | None
    rows: tuple[RowView, ...]


def group_views(words: Words, page: TeamPage, filters: dict[str, str], calls: CallsLink) -> tuple[GroupView, ...]:
    """Return the groups in the order in which a supervisor looks; empty ones are left out."""
    shows_team = len({row.figures.team for row in page.rows if row.figures.team}) > 1
    # Where nobody can be compared the page says why, once.
    kinds = [kind for kind, _ in ROW_FIGURES if page.fitted.fit is not None or kind == "observed"]
    views = []
    for group in page.groups:
        rows = [row for row in page.rows if row.standing is group.standing]
        more = group.number - len(group.people)
        views.append(
            GroupView(
                standing=group.standing.value,
                number=words.number(group.number),
                people=person_views(group.people, filters),
                others=words.ngettext("and %(n)s other", "and %(n)s others", more) if more else None,
                rows=tuple(
                    _row(words, row, filters, _listed(row, page, calls), kinds, shows_team=shows_team) for row in rows
                ),
            )
        )
    return tuple(views)


def _listed(row: TeamRow, page: TeamPage, calls: CallsLink) -> CallsLink:
    return calls if row.figures.calls.rated >= page.drill_down_minimum else no_calls


def person_views(people: Sequence[Person], filters: dict[str, str]) -> tuple[PersonView, ...]:
    """Return names that lead to the agents' pages, with the same calls."""
    return tuple(PersonView(each.name, _agent_address(each.agent, filters)) for each in people if each.agent)


def ended_view(words: Words, ended: Endings) -> EndedView:
    """Return who hung up first."""
    parts = stack(
        (
            ("ended-agent", words.gettext("the agent first"), ended.agent),
            ("ended-caller", words.gettext("the caller first"), ended.caller),
            ("ended-transfer", words.gettext("passed on"), ended.transfer),
            ("unknown", words.gettext("not seen"), ended.unseen),
        )
    )
    return EndedView(parts, share_view(words, ended.agent_share, of=CALLS))


def no_calls(**_chosen: object) -> None:
    """Lead to no calls."""


def _row(
    words: Words,
    row: TeamRow,
    filters: dict[str, str],
    calls: CallsLink,
    kinds: Sequence[str],
    *,
    shows_team: bool,
) -> RowView:
    figures = row.figures
    agent = figures.agent
    of_agent = no_calls if agent is None else lambda **more: calls(agent=agent, **more)
    is_told = row.standing in {Standing.BELOW, Standing.ABOVE}
    return RowView(
        mark=f"agent-{quote(agent or '', safe='')}",
        person=PersonView(
            words.gettext("Calls without an agent") if agent is None else row.name,
            None if agent is None else _agent_address(agent, filters),
        ),
        team=figures.team if shows_team else None,
        is_few=row.standing is Standing.FEW,
        flags=tuple(words.gettext(FLAG_WORDS.get(flag, flag.replace("_", " "))) for flag in figures.flags),
        rated=CountView(words.gettext("rated"), words.number(figures.calls.rated), of_agent(outcomes=(Outcome.RATED,))),
        eligible=words.number(figures.calls.eligible),
        response=share_view(words, figures.response_rate, of=CALLS),
        figures=tuple(
            (words.gettext(label), share_view(words, getattr(figures, kind), of=RATINGS), kind)
            for kind, label in ROW_FIGURES
            if kind in kinds
        ),
        more_ratings=None if is_told else _more_ratings(words, row),
        ended=ended_view(words, row.endings),
        silent=_silent(words, row),
        details=(*_details(words, row), *note_sentences(words, _without_versions(figures))),
        outcomes=tuple(
            CountView(outcome_name(words, outcome), words.number(count), of_agent(outcomes=(outcome,)))
            for outcome, count in figures.calls.outcomes.items()
            if count
        ),
    )


def _silent(words: Words, row: TeamRow) -> str | None:
    bounds = row.figures.bounds
    if bounds.lo is None or bounds.hi is None:
        return None
    return words.gettext(
        "If all callers who did not answer had pressed the lowest answer, the share as pressed would be %(lo)s; if all "
        "had pressed the best one, %(hi)s.",
        lo=words.percent(bounds.lo),
        hi=words.percent(bounds.hi),
    )


def _details(words: Words, row: TeamRow) -> tuple[str, ...]:
    """Return what has to be known of a row: places, layouts left out, exclusions."""
    figures, said = row.figures, []
    first, last = figures.rank_interval
    if first is not None and last is not None:
        said.append(
            words.gettext(
                "Among all agents compared, the place could be anything from %(first)s to %(last)s.",
                first=words.number(first),
                last=words.number(last),
            )
        )
    if figures.appraisal != figures.observed and figures.appraisal.estimate is not None:
        kept = share_view(words, figures.appraisal, of=RATINGS)
        said.append(
            words.gettext(
                "As pressed without layouts that draw callers to the best answer: %(share)s (%(interval)s), %(n)s.",
                share=kept.value,
                interval=kept.interval,
                n=kept.n,
            )
        )
    if row.with_excluded is not None:
        whole = share_view(words, row.with_excluded, of=RATINGS)
        said.append(
            words.ngettext(
                "%(n)s rating is excluded; with it, as pressed would be %(share)s (%(interval)s), %(of)s.",
                "%(n)s ratings are excluded; with them, as pressed would be %(share)s (%(interval)s), %(of)s.",
                row.excluded,
                share=whole.value,
                interval=whole.interval,
                of=whole.n,
            )
        )
    return tuple(said)


def _without_versions(figures: AgentFigures) -> AgentFigures:
    """Return ``figures`` without the note on versions: above the rows stands what changed, and when."""
    return replace(figures, notes=tuple(note for note in figures.notes if note != MIXES_VERSIONS))


def _more_ratings(words: Words, row: TeamRow) -> str | None:
    if not row.figures.more_ratings:
        return None
    more = row.figures.more_ratings
    return words.ngettext(
        "about %(n)s more rating would tell from the middle",
        "about %(n)s more ratings would tell from the middle",
        more,
    )


def _agent_address(agent: str, filters: dict[str, str]) -> str:
    path = f"/agents/{quote(agent, safe='')}"
    return f"{path}?{urlencode(filters)}" if filters else path
