"""Layouts in the words of their pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.layouts import CategoryShare, LayoutFigures
from ivr.domain.previews import Part, PreviewLine
from ivr.usecases.heard_layouts import Given, HeardLayout
from ivr.usecases.read_layouts import LayoutAnswer
from ivr.web.charts.marks import Segment, difference_reach, stack
from ivr.web.charts.timeline import TimelineChart, timeline_chart
from ivr.web.figure_views import FigureView, difference_view, n_text, share_view
from ivr.web.languages import Words
from ivr.web.marked import gettext


@dataclass(frozen=True, slots=True)
class ShareView:
    """One category of a layout with its colour."""

    kind: str
    name: str
    figure: FigureView


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """One layout among the others; ``language`` to ``given`` are None where none of this key is defined now."""

    key: str
    language: str | None
    heard: HeardLayout | None
    chart: TimelineChart | None
    given: str | None
    is_reference: bool
    leads: tuple[str, ...]
    signed_by: str | None
    rated: int
    response: FigureView | None
    effect: FigureView | None


@dataclass(frozen=True, slots=True)
class FiguresView:
    """What the figures say of one layout; ``shares`` are drawn, ``categories`` told, from the best on."""

    calls: int
    rated: int
    effect: FigureView
    response: FigureView
    break_off: FigureView
    observed: FigureView
    mis_keys: FigureView
    burden: FigureView
    shares: tuple[Segment, ...]
    categories: tuple[ShareView, ...]
    notes: tuple[str, ...]
    reach: float


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of what there is to hear. ``begins`` is its second in the sound, None where there is no sound.

    ``what`` names the kind of part, ``at`` its moment from the first word on, None where that depends on the caller.
    """

    what: str
    at: float | None
    seconds: float
    text: str
    key: str | None
    category: str | None
    depth: int
    layout: str
    begins: float | None
    is_first_reading: bool


_PARTS: Mapping[Part, str] = {
    Part.INTRO: gettext("Introduction"),
    Part.OPTION: gettext("Choice"),
    Part.PAUSE: gettext("Silence"),
    Part.WAIT: gettext("Waiting for a key"),
    Part.REPLY: gettext("Reply"),
    Part.CONFIRM: gettext("Asked once more"),
    Part.COMMENT: gettext("Comment"),
    Part.QUESTION: gettext("Further question"),
}


def layout_rows(
    words: Words,
    figures: Sequence[LayoutFigures],
    heard: Mapping[str, tuple[HeardLayout, Given]],
    reference: str | None,
) -> tuple[LayoutRow, ...]:
    """Return every layout that is heard or has calls: those that callers are given first, then by name."""
    rows = {row.layout: row for row in figures if row.layout is not None}
    reach = difference_reach([row.effect_points for row in figures])
    keys = sorted(rows.keys() | heard.keys(), key=lambda key: (not _is_given(heard.get(key)), key not in rows, key))
    return tuple(_row(words, key, rows.get(key), heard.get(key), reference, reach) for key in keys)


def _is_given(heard: tuple[HeardLayout, Given] | None) -> bool:
    return heard is not None and bool(heard[1].shares)


def _row(
    words: Words,
    key: str,
    figures: LayoutFigures | None,
    heard: tuple[HeardLayout, Given] | None,
    reference: str | None,
    reach: float,
) -> LayoutRow:
    leads = figures.leads if figures is not None else ()
    if heard is not None:
        leads = heard[0].leads or leads
    return LayoutRow(
        key=key,
        language=None if heard is None else language_text(words, heard[0].version.layout.language),
        heard=None if heard is None else heard[0],
        chart=None if heard is None else chart_of(heard[0]),
        given=None if heard is None else given_text(words, heard[1]),
        is_reference=key == reference,
        leads=words.sentences(leads),
        signed_by=None if figures is None else figures.signed_by,
        rated=0 if figures is None else figures.calls.rated,
        response=None if figures is None else share_view(words, figures.response_rate),
        effect=None if figures is None else difference_view(words, figures.effect_points, reach),
    )


def chart_of(heard: HeardLayout) -> TimelineChart:
    """Return the timeline of a layout's first reading."""
    categories = heard.version.layout.categories
    return timeline_chart(heard.lines, categories[-1], categories[0])


def given_text(words: Words, given: Given) -> str:
    """Say in one line what the experiment gives of a layout now."""
    if not given.shares:
        if given.asked_after:
            return words.gettext("asked after %(layouts)s", layouts=", ".join(given.asked_after))
        return words.gettext("given to nobody now")
    least, most = min(each.share for each in given.shares), max(each.share for each in given.shares)
    if least == most and len(given.shares) == 1:
        return words.percent(least, 1 if round(100 * least) != 100 * least else 0)
    return words.gettext("%(lo)s to %(hi)s", lo=words.percent(least), hi=words.percent(most))


def stratum_text(words: Words, name: str, *, is_only: bool = False) -> str:
    """Say whose callers a stratum holds; ``is_only``: there is no other."""
    if name == "*":
        return words.gettext("of all callers") if is_only else words.gettext("of all other callers")
    site, _, queue = name.partition("/")
    if not queue:
        return words.gettext("of callers of site %(site)s", site=site)
    if site == "*":
        return words.gettext("of callers of queue %(queue)s at every site", queue=queue)
    return words.gettext("of callers of queue %(queue)s at site %(site)s", queue=queue, site=site)


def figures_view(words: Words, row: LayoutFigures) -> FiguresView:
    """Put one layout's figures into words."""
    best_first = tuple(reversed(row.shares))
    last = len(row.shares) - 1
    reach = difference_reach([row.effect_points])
    return FiguresView(
        calls=row.calls.handled,
        rated=row.calls.rated,
        effect=difference_view(words, row.effect_points, reach),
        response=share_view(words, row.response_rate),
        break_off=share_view(words, row.break_off),
        observed=share_view(words, row.observed),
        mis_keys=share_view(words, row.mis_key_rate),
        burden=seconds_view(words, row.burden_seconds),
        shares=stack([(_kind(each, last), each.name, _count(each)) for each in best_first]),
        categories=tuple(ShareView(_kind(each, last), each.name, share_view(words, each.share)) for each in best_first),
        notes=words.sentences(row.notes),
        reach=reach,
    )


def _kind(each: CategoryShare, last: int) -> str:
    return "best" if each.category == last else "worst" if each.category == 0 else "middle"


def _count(each: CategoryShare) -> int:
    return round((each.share.estimate or 0.0) * each.share.n)


def seconds_view(words: Words, figure: Estimate) -> FigureView:
    """Say a mean of seconds."""
    status = share_view(words, figure).status
    reasons = words.sentences(figure.reasons)
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return FigureView(status, None, "", n_text(words, figure), None, is_wide=False, reasons=reasons)
    lo, hi = words.number(figure.lo, 1), words.number(figure.hi, 1)
    return FigureView(
        status,
        words.gettext("%(n)s s", n=words.number(figure.estimate, 1)),
        words.gettext("%(lo)s to %(hi)s", lo=lo, hi=hi),
        n_text(words, figure),
        None,
        is_wide=False,
        reasons=reasons,
    )


def part_views(words: Words, lines: Sequence[PreviewLine], begins: Sequence[float] | None) -> tuple[PartView, ...]:
    """Return every part there is to hear; ``begins`` are the seconds at which each begins in the sound."""
    views = []
    is_first = True
    for number, line in enumerate(lines):
        is_silent_question = line.part is Part.QUESTION
        views.append(
            PartView(
                what=words.gettext(_PARTS[line.part]),
                at=line.at_seconds if line.depth == 0 else None,
                seconds=line.seconds,
                text=line.text,
                key=line.key,
                category=line.category,
                depth=line.depth,
                layout=line.layout,
                begins=None if begins is None or is_silent_question else begins[number],
                is_first_reading=is_first,
            )
        )
        if line.part is Part.WAIT:
            is_first = False
    return tuple(views)


def language_text(words: Words, language: str) -> str:
    """Return the name of a language; as Asterisk names it where nobody knows another."""
    names = words.locale.languages
    return str(names.get(language) or names.get(language.partition("_")[0]) or language)


def fit_text(words: Words, answer: LayoutAnswer) -> str:
    """Say where the fitted effect comes from, in one line."""
    fit = answer.fitted.fit
    if fit is None:
        return words.sentence(answer.fitted.reason or "no fitted figures")
    n = words.number(fit.handled or 0)
    return words.gettext("fitted %(at)s from %(n)s calls", at=words.moment(fit.computed_at), n=n)
