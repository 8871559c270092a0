"""The team page in words: what the summary says, and what has to be known before the rows are read."""

from dataclasses import dataclass

from ivr.domain.kpi.layout_changes import Change, LayoutChange
from ivr.domain.kpi.standings import Standing
from ivr.domain.outcomes import Outcome
from ivr.usecases.read_team import MOST_ROWS, TeamPage
from ivr.usecases.team_rows import Contrast
from ivr.web.figure_views import CALLS, FigureView, share_view
from ivr.web.fit_views import fit_text
from ivr.web.languages import Words
from ivr.web.marked import gettext
from ivr.web.middle_words import MiddleView, middle_view
from ivr.web.team_row_views import (
    CallsLink,
    CountView,
    EndedView,
    GroupView,
    PersonView,
    ended_view,
    group_views,
    no_calls,
    person_views,
)

_CHANGES = {
    Change.NEW_VERSION: gettext("%(day)s: %(layout)s became another version"),
    Change.CAME: gettext("%(day)s: %(layout)s was heard for the first time"),
    Change.WENT: gettext("%(day)s: %(layout)s was heard for the last time"),
}


@dataclass(frozen=True, slots=True)
class TeamView:
    """The page. ``alarm`` says that no figure can be trusted, None where all is well; ``groups`` are by standing.

    ``unfitted`` says why nobody can be compared, None where somebody can. ``middle`` is the middle agent's comparable
    figure, ``best_answers`` one sentence a layout.
    """

    computed_at: str
    computed_at_iso: str
    fit: str
    alarm: str | None
    cautions: tuple[str, ...]
    handled: CountView
    eligible: CountView
    rated: CountView
    response: FigureView
    ended: EndedView
    excluded: CountView | None
    groups: tuple[GroupView, ...]
    below: GroupView | None
    untold: GroupView | None
    above: GroupView | None
    few: GroupView | None
    unfitted: str | None
    middle: MiddleView | None
    best_answers: tuple[str, ...]
    flagged: tuple[PersonView, ...]
    contrast: str | None
    changes: tuple[str, ...]
    agents: int
    found: str
    is_part: bool
    shown: str


def team_view(words: Words, page: TeamPage, filters: dict[str, str], calls: CallsLink) -> TeamView:
    """Put ``page`` into words; ``calls`` gives the addresses of calls."""
    groups = group_views(words, page, filters, calls)
    by_standing = {group.standing: group for group in groups}
    agents = sum(group.number for group in page.groups if group.standing is not Standing.NOBODY)
    compared = sum(
        group.number for group in page.groups if group.standing in {Standing.BELOW, Standing.UNTOLD, Standing.ABOVE}
    )
    first = (page.page - 1) * MOST_ROWS
    totals = page.totals
    listed = calls if totals.rated >= page.drill_down_minimum else no_calls
    return TeamView(
        computed_at=words.moment(page.computed_at),
        computed_at_iso=page.computed_at.isoformat(),
        fit=fit_text(words, page.fitted),
        alarm=None if page.leak is None else words.sentence(page.leak),
        cautions=words.sentences(page.warnings),
        handled=CountView(words.gettext("Calls handled"), words.number(totals.handled), listed()),
        eligible=CountView(words.gettext("To be asked"), words.number(totals.eligible), None),
        rated=CountView(words.gettext("Rated"), words.number(totals.rated), listed(outcomes=(Outcome.RATED,))),
        response=share_view(words, page.response_rate, of=CALLS),
        ended=ended_view(words, page.endings),
        excluded=_excluded(words, page, listed),
        groups=tuple(group for group in groups if group.rows),
        below=by_standing.get(Standing.BELOW),
        untold=by_standing.get(Standing.UNTOLD),
        above=by_standing.get(Standing.ABOVE),
        few=by_standing.get(Standing.FEW),
        unfitted=None if compared or not agents else fit_text(words, page.fitted),
        middle=None if page.middle is None or not compared else middle_view(words, page.middle),
        best_answers=tuple(
            words.gettext("%(layout)s: %(answer)s", layout=each.layout, answer=", ".join(each.answers))
            for each in page.best_answers
        ),
        flagged=person_views(page.flagged, filters),
        contrast=None if page.contrast is None else _contrast(words, page.contrast),
        changes=tuple(_change(words, each) for each in page.changes),
        agents=agents,
        found=words.number(page.found),
        is_part=page.pages > 1,
        shown=words.gettext(
            "%(first)s to %(last)s of %(found)s",
            first=words.number(first + 1 if page.rows else 0),
            last=words.number(first + len(page.rows)),
            found=words.number(page.found),
        ),
    )


def _excluded(words: Words, page: TeamPage, calls: CallsLink) -> CountView | None:
    if not page.excluded:
        return None
    label = words.ngettext(
        "%(n)s rating is excluded and stands in no figure",
        "%(n)s ratings are excluded and stand in no figure",
        page.excluded,
    )
    return CountView(label, words.number(page.excluded), calls(excluded="only"))


def _contrast(words: Words, pair: Contrast) -> str:
    """Tell with two agents of this very page why the share as pressed puts nobody in order."""
    low, below = pair.low.figures, pair.below.figures
    comparable = {"low": share_view(words, low.standardised), "below": share_view(words, below.standardised)}
    return words.gettext(
        "For example: as pressed, %(low)s has %(low_pressed)s and %(below)s %(below_pressed)s. On the same layout and "
        "the same mix of calls it is %(low_comparable)s (%(low_interval)s) and %(below_comparable)s "
        "(%(below_interval)s): %(below)s is clearly below the middle, and %(low)s is not known to be.",
        low=pair.low.name,
        below=pair.below.name,
        low_pressed=words.percent(low.observed.estimate or 0.0),
        below_pressed=words.percent(below.observed.estimate or 0.0),
        low_comparable=comparable["low"].value,
        low_interval=comparable["low"].interval,
        below_comparable=comparable["below"].value,
        below_interval=comparable["below"].interval,
    )


def _change(words: Words, change: LayoutChange) -> str:
    day = words.day(change.at.astimezone(words.zone).date())
    return words.gettext(_CHANGES[change.change], day=day, layout=change.layout)
