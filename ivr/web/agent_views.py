"""The agent page in words and drawings."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.endings import Endings
from ivr.domain.kpi.pressed import mixed_scales
from ivr.usecases.contests import ContestCounts
from ivr.usecases.read_agent import AgentPage
from ivr.web.agent_chart_views import (
    CategoryView,
    InformedRow,
    PathRow,
    TrendView,
    category_views,
    informed_rows,
    path_rows,
    trend_view,
)
from ivr.web.agent_funnel_view import FunnelView, funnel_view
from ivr.web.agent_links import CallLinks
from ivr.web.agent_notes import LeadingView, leading_views, note_sentences
from ivr.web.agent_words import (
    figure_sentence,
    flag_sentence,
    middle_sentence,
    more_sentence,
    places_sentence,
    reliability_sentence,
    standing_sentence,
)
from ivr.web.figure_views import CALLS, RATINGS, FigureView, share_view
from ivr.web.fit_views import fit_text
from ivr.web.languages import Words
from ivr.web.middle_words import middle_view
from ivr.web.team_row_views import ROW_FIGURES


@dataclass(frozen=True, slots=True)
class CountView:
    """A number of calls; ``href`` leads to them where the reader may see them."""

    label: str
    calls: str
    href: str | None


@dataclass(frozen=True, slots=True)
class EndingsView:
    """Who hung up first, as counts and as the agent's share."""

    counts: tuple[CountView, ...]
    agent_share: FigureView


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A figure with and without the ratings that were taken out."""

    label: str
    without: str
    with_them: str


@dataclass(frozen=True, slots=True)
class AgentView:
    """The page. ``figures`` is empty where there is no call in the window, and most else with it.

    ``withheld`` are layouts whose answers are not told. ``team`` says whose shares stand beside the agent's, None where
    there are none. ``is_mixed``: the ratings come from several scales. ``appraisal`` is None where no rating is left
    out of it; ``comparable`` is the figure to go by, and ``middle`` where the axis has
    the middle agent.
    """

    name: str
    key: str
    teams: str
    is_own: bool
    window_text: str
    fit_text: str
    alarm: str | None
    cautions: tuple[str, ...]
    today: str | None
    figures: tuple[tuple[str, FigureView, str], ...]
    standing: tuple[str, ...]
    middle: float | None
    bounds: str | None
    response_rate: FigureView | None
    path: tuple[PathRow, ...]
    team: str | None
    endings: EndingsView | None
    trend: TrendView
    categories: tuple[CategoryView, ...]
    withheld: tuple[tuple[str, FigureView], ...]
    is_mixed: bool
    informed: tuple[InformedRow, ...]
    funnel: FunnelView
    appraisal: FigureView | None
    comparable: str | None
    leading: tuple[LeadingView, ...]
    compared: tuple[ComparedRow, ...]
    excluded: CountView
    contests: tuple[str, ...]
    flags: tuple[str, ...]
    notes: tuple[str, ...]


def agent_view(
    words: Words, page: AgentPage, contests: ContestCounts, links: CallLinks, addresses: Mapping[str, str]
) -> AgentView:
    """Put ``page`` into words; ``addresses`` are the peers' pages by key."""
    row, report = page.figures, page.report
    return AgentView(
        name=page.name,
        key=page.agent,
        teams=row.team or "" if row else "",
        is_own=page.is_own,
        window_text=words.gettext("computed at %(at)s", at=words.moment(report.computed_at)),
        fit_text=fit_text(words, report.fitted),
        alarm=None if report.leak is None else words.sentence(report.leak),
        cautions=words.sentences(report.fitted.warnings),
        today=_today(words, page),
        figures=() if row is None else _figures(words, row),
        standing=() if row is None else _standing(words, row, page),
        middle=None if page.middle is None else middle_view(words, page.middle).at,
        bounds=None if row is None else _bounds(words, row),
        response_rate=None if row is None else share_view(words, row.response_rate, CALLS),
        path=path_rows(words, page.path, links, page.team),
        team=_team(words, page),
        endings=_endings(words, page.endings, links),
        trend=trend_view(words, page, links),
        categories=category_views(words, page, links),
        withheld=tuple((each.layout, share_view(words, each.share, RATINGS)) for each in page.pressed_withheld),
        is_mixed=mixed_scales(page.pressed) is not None,
        informed=informed_rows(words, page.informed, links),
        funnel=funnel_view(words, page, addresses),
        appraisal=None if row is None or row.appraisal == row.observed else share_view(words, row.appraisal, RATINGS),
        comparable=None
        if row is None or row.standardised.estimate is None
        else figure_sentence(words, row.standardised, RATINGS),
        leading=leading_views(words, page),
        compared=_compared(words, page),
        excluded=CountView(
            words.ngettext("%(n)s call taken out", "%(n)s calls taken out", page.with_excluded.calls),
            words.number(page.with_excluded.calls),
            links.to(excluded="only") if page.with_excluded.calls else None,
        ),
        contests=_contests(words, contests),
        flags=() if row is None else tuple(flag_sentence(words, each) for each in row.flags),
        notes=() if row is None else note_sentences(words, row),
    )


def _figures(words: Words, row: AgentFigures) -> tuple[tuple[str, FigureView, str], ...]:
    return tuple(
        (words.gettext(label), share_view(words, getattr(row, kind), RATINGS), kind) for kind, label in ROW_FIGURES
    )


def _standing(words: Words, row: AgentFigures, page: AgentPage) -> tuple[str, ...]:
    is_own = page.is_own
    sentences = (
        standing_sentence(words, row, is_own=is_own),
        middle_sentence(words, page.middle),
        places_sentence(words, row),
        reliability_sentence(words, row),
        more_sentence(words, row, is_own=is_own),
    )
    return tuple(each for each in sentences if each is not None)


def _bounds(words: Words, row: AgentFigures) -> str | None:
    if row.bounds.lo is None or row.bounds.hi is None:
        return None
    return words.gettext(
        "Had all silent callers pressed the worst key, %(lo)s; had they pressed the best, %(hi)s.",
        lo=words.percent(row.bounds.lo),
        hi=words.percent(row.bounds.hi),
    )


def _today(words: Words, page: AgentPage) -> str | None:
    if page.today is None:
        return None
    return words.ngettext(
        "Calls of today count from tomorrow on, so that no figure moves with a single caller: %(n)s so far.",
        "Calls of today count from tomorrow on, so that no figure moves with a single caller: %(n)s so far.",
        page.today,
    )


def _team(words: Words, page: AgentPage) -> str | None:
    """Say whose shares stand beside the agent's."""
    team = page.team
    if team is None:
        return None
    return words.ngettext(
        "Team: the %(n)s other of %(team)s, %(calls)s handled calls.",
        "Team: the %(n)s others of %(team)s, %(calls)s handled calls together.",
        team.people,
        team=team.team,
        calls=words.number(team.path[0].calls),
    )


def _endings(words: Words, ended: Endings, links: CallLinks) -> EndingsView | None:
    if not ended.calls:
        return None
    counts = (
        (words.gettext("the caller hung up first"), ended.caller, "caller"),
        (words.gettext("the agent hung up first"), ended.agent, "agent"),
        (words.gettext("transferred"), ended.transfer, "transfer"),
        (words.gettext("nobody saw who"), ended.unseen, None),
    )
    return EndingsView(
        tuple(
            CountView(label, words.number(calls), None if by is None else links.to(ended_by=by))
            for label, calls, by in counts
            if calls
        ),
        share_view(words, ended.agent_share, CALLS),
    )


def _compared(words: Words, page: AgentPage) -> tuple[ComparedRow, ...]:
    row, beside = page.figures, page.with_excluded
    if row is None or not beside.calls or page.report.leak is not None:
        return ()
    return (
        ComparedRow(words.gettext("Handled"), words.number(row.calls.handled), words.number(beside.counted.handled)),
        ComparedRow(words.gettext("Rated"), words.number(row.calls.rated), words.number(beside.counted.rated)),
        ComparedRow(
            words.gettext("As pressed"),
            figure_sentence(words, row.observed),
            figure_sentence(words, beside.observed),
        ),
        ComparedRow(
            words.gettext("Response rate"),
            figure_sentence(words, row.response_rate, CALLS),
            figure_sentence(words, beside.response_rate, CALLS),
        ),
    )


def _contests(words: Words, contests: ContestCounts) -> tuple[str, ...]:
    sentences = (
        (
            contests.open,
            words.ngettext(
                "%(n)s rating is contested and waits for a second person's decision; it still counts.",
                "%(n)s ratings are contested and wait for a second person's decision; they still count.",
                contests.open,
            ),
        ),
        (
            contests.excluded,
            words.ngettext(
                "%(n)s contested rating was taken out by decision.",
                "%(n)s contested ratings were taken out by decision.",
                contests.excluded,
            ),
        ),
        (
            contests.kept,
            words.ngettext(
                "%(n)s contested rating was kept by decision.",
                "%(n)s contested ratings were kept by decision.",
                contests.kept,
            ),
        ),
    )
    return tuple(sentence for number, sentence in sentences if number)
