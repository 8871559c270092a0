"""The drawings of the agent page in words: each mark with its sentence and the address of its calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.call_path import Milestone, Stage
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.pressed import Pressed
from ivr.domain.kpi.trend import Step, TrendPoint
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.usecases.read_agent import AgentPage, FittedMonth, InformedBeside
from ivr.usecases.team_beside import TeamBeside
from ivr.web.agent_links import CallLinks
from ivr.web.agent_notes import heard_sentence
from ivr.web.agent_words import break_sentence, figure_sentence, period_name
from ivr.web.charts.categories import CategoryBar, category_block
from ivr.web.charts.marks import OUTCOME_GROUPS
from ivr.web.charts.trend import TrendChart, trend_chart
from ivr.web.charts.waterfall import Bar, waterfall
from ivr.web.figure_views import RATINGS, FigureView, share_view
from ivr.web.languages import Words
from ivr.web.outcome_words import MILESTONES, outcome_name

_KINDS = {outcome: group.kind for group in OUTCOME_GROUPS for outcome in group.outcomes}


@dataclass(frozen=True, slots=True)
class PathRow:
    """A bar of the waterfall; a stage stands for itself, a loss for what is missing in the next stage.

    ``beside`` is the share of the rest of the team, None where that is not shown.
    """

    name: str
    calls: str
    share: str
    beside: str | None
    x: str
    width: str
    kind: str
    is_stage: bool
    href: str | None


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A point of the trend in words; ``spoken`` is the whole of it in one line."""

    period: str
    figure: FigureView
    eligible: str
    response: str
    comparable: str | None
    spoken: str
    href: str | None


@dataclass(frozen=True, slots=True)
class TrendView:
    """The trend: ``chart`` is None where nothing can be drawn, for which ``why`` has the reason.

    ``rows`` has a row for each point, ``marked`` one for each mark, ``comparable`` a sentence for each diamond.
    """

    chart: TrendChart | None
    why: str
    ticks: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str, str], ...]
    rows: tuple[TrendRow, ...]
    marked: tuple[TrendRow, ...]
    comparable: tuple[str, ...]
    breaks: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category: its bar, its share in words, and beside it that of the rest of the team, None without one."""

    bar: CategoryBar
    figure: FigureView
    beside: FigureView | None
    ratings: str
    href: str | None


@dataclass(frozen=True, slots=True)
class CategoryView:
    """The ratings on one layout's scale; ``heard`` says what its callers hear, None where that is not known."""

    layout: str
    heard: str | None
    ratings: str
    rows: tuple[CategoryRow, ...]


@dataclass(frozen=True, slots=True)
class InformedRow:
    """How far the callers of one layout listened, beside everybody's where that may be shown."""

    layout: str
    own: FigureView
    everybody: FigureView | None
    unknown: str | None
    href: str | None


def path_rows(words: Words, path: Sequence[Stage], links: CallLinks, team: TeamBeside | None) -> tuple[PathRow, ...]:
    """Say the waterfall's bars; ``team`` is the rest of the team, which stands beside them."""
    beside = {} if team is None else _shares(team.path)
    return tuple(
        PathRow(
            name=words.gettext(MILESTONES[bar.milestone])
            if bar.loss is None
            else outcome_name(words, bar.loss.outcome),
            calls=words.number(bar.calls),
            share=words.percent(bar.share),
            beside=words.percent(beside.get(_step(bar), 0.0)) if beside else None,
            x=bar.x,
            width=bar.width,
            kind="stage" if bar.loss is None else _KINDS.get(bar.loss.outcome or Outcome.UNKNOWN, "unknown"),
            is_stage=bar.loss is None,
            href=links.to(_outcomes_of(bar.milestone)) if bar.loss is None else _calls_of(bar.loss.outcome, links),
        )
        for bar in waterfall(path)
    )


def trend_view(words: Words, page: AgentPage, links: CallLinks) -> TrendView:
    """Say the trend."""
    over_time = page.trend
    chart = trend_chart(over_time, page.fitted_months)
    comparable = {each.first: each.standardised for each in page.fitted_months}
    rows: dict[int, TrendRow] = {}
    for number, point in enumerate(over_time.points):
        period = period_name(words, point, over_time.step)
        figure = share_view(words, point.pressed, RATINGS)
        fitted = comparable.get(point.first) if point.is_whole else None
        rows[number] = TrendRow(
            period,
            figure,
            words.number(point.calls.eligible),
            words.percent(point.calls.rated / point.calls.eligible) if point.calls.eligible else "",
            None if fitted is None else figure_sentence(words, fitted),
            f"{period}: {figure_sentence(words, point.pressed)}",
            links.to((Outcome.RATED,), first=point.first, last=point.last),
        )
    rated = [number for number, point in enumerate(over_time.points) if point.pressed.estimate is not None]
    names = words.month if over_time.step is Step.MONTH else words.short_day
    return TrendView(
        chart=chart if chart.marks else None,
        why=_why_not_drawn(words, page),
        ticks=tuple((y, words.percent(share)) for y, share in chart.ticks),
        labels=tuple((each.x, each.anchor, names(each.day)) for each in chart.labels),
        rows=tuple(rows.values()),
        marked=tuple(rows[number] for number in rated),
        comparable=tuple(_month(words, diamond.month) for diamond in chart.diamonds),
        breaks=tuple((line.number, break_sentence(words, each)) for line in chart.breaks for each in line.breaks),
        notes=_trend_notes(words, page),
    )


def category_views(words: Words, page: AgentPage, links: CallLinks) -> tuple[CategoryView, ...]:
    """Say what was pressed, one block a scale, beside what the rest of the team's callers pressed on it."""
    team = {} if page.team is None else {(each.layout, each.categories): each for each in page.team.pressed}
    return tuple(
        CategoryView(
            each.layout,
            heard_sentence(words, page.heard.get(each.layout)),
            words.ngettext("%(n)s rating", "%(n)s ratings", each.n),
            _category_rows(words, each, team.get((each.layout, each.categories)), links),
        )
        for each in page.pressed
        if each.n
    )


def informed_rows(words: Words, informed: Sequence[InformedBeside], links: CallLinks) -> tuple[InformedRow, ...]:
    """Say how far callers listened."""
    return tuple(
        InformedRow(
            each.own.layout,
            share_view(words, each.own.share, RATINGS),
            None if each.everybody is None else share_view(words, each.everybody, RATINGS),
            words.ngettext(
                "%(n)s rating does not say how far its caller listened.",
                "%(n)s ratings do not say how far their callers listened.",
                each.own.unknown,
            )
            if each.own.unknown
            else None,
            links.to((Outcome.RATED,), layout=each.own.layout, heard="all") if each.own.share.n else None,
        )
        for each in informed
    )


def _category_rows(words: Words, pressed: Pressed, team: Pressed | None, links: CallLinks) -> tuple[CategoryRow, ...]:
    beside = {} if team is None else {bar.number: bar.share for bar in category_block(team).bars}
    return tuple(
        CategoryRow(
            bar,
            share_view(words, bar.share),
            share_view(words, beside[bar.number], RATINGS) if beside else None,
            words.number(bar.ratings),
            links.to((Outcome.RATED,), layout=pressed.layout, category=bar.number),
        )
        for bar in category_block(pressed).bars
    )


def _shares(path: Sequence[Stage]) -> Mapping[tuple[Milestone, Outcome | None, bool], float]:
    """Return the share of the handled calls at each step of ``path``."""
    return {_step(bar): bar.share for bar in waterfall(path)}


def _step(bar: Bar) -> tuple[Milestone, Outcome | None, bool]:
    return bar.milestone, None if bar.loss is None else bar.loss.outcome, bar.loss is None


def _outcomes_of(milestone: Milestone) -> tuple[Outcome, ...]:
    """Return how calls end that have reached ``milestone``; empty where that is in any way."""
    match milestone:
        case Milestone.HANDLED:
            return ()
        case Milestone.ELIGIBLE:
            return tuple(outcome for outcome, each in DISPOSITIONS.items() if each.eligible)
        case Milestone.OFFERED:
            return tuple(outcome for outcome, each in DISPOSITIONS.items() if each.offered)
        case Milestone.STARTED:
            return tuple(outcome for outcome, each in DISPOSITIONS.items() if each.started)
        case Milestone.RATED:
            return (Outcome.RATED,)


def _calls_of(outcome: Outcome | None, links: CallLinks) -> str | None:
    return None if outcome is None else links.to((outcome,))


def _withheld(page: AgentPage) -> tuple[TrendPoint, ...]:
    return tuple(each for each in page.trend.points if each.pressed.status is Status.REFUSED)


def _why_not_drawn(words: Words, page: AgentPage) -> str:
    withheld = _withheld(page)
    if withheld:
        return "; ".join(words.sentences(withheld[0].pressed.reasons))
    return words.gettext("There is no rating in this selection yet.")


def _trend_notes(words: Words, page: AgentPage) -> tuple[str, ...]:
    notes = []
    withheld = _withheld(page)
    if withheld:
        notes.append(
            words.ngettext(
                "%(n)s point is not drawn: its few ratings would tell what single callers pressed.",
                "%(n)s points are not drawn: their few ratings would tell what single callers pressed.",
                len(withheld),
            )
        )
    if page.trend.left_out:
        notes.append(
            words.ngettext(
                "%(n)s older point is not drawn; choose its days above.",
                "%(n)s older points are not drawn; choose their days above.",
                page.trend.left_out,
            )
        )
    if page.trend.step is not Step.MONTH:
        notes += [_month(words, each) for each in page.fitted_months]
    if not page.fitted_months:
        notes.append(words.gettext("These are shares as pressed: no month of these has comparable figures of its own."))
    return tuple(notes)


def _month(words: Words, month: FittedMonth) -> str:
    return words.gettext(
        "Comparable figure of %(month)s: %(figure)s.",
        month=words.month(month.first),
        figure=figure_sentence(words, month.standardised),
    )
