"""Figures in the words of a page: never without the interval and n, and without a figure never without the reason."""

from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate, Status
from ivr.web.charts.marks import Whisker, difference_whisker, share_whisker
from ivr.web.languages import Words
from ivr.web.marked import gettext

MINUS = "−"
RATINGS, CALLS = "ratings", "calls"
"""What a share is made of."""


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure with its interval and n, or its status and the reason why there is none.

    ``value`` is None where there is none; ``interval`` is what lies between the brackets. ``is_wide``: it rests on too
    few ratings to compare by, and is drawn pale.
    """

    status: str
    value: str | None
    interval: str
    n: str
    whisker: Whisker | None
    is_wide: bool
    reasons: tuple[str, ...]

    @property
    def spoken(self) -> str:
        """The figure in one sentence, for a drawing's label."""
        return f"{self.value}, {self.interval}, {self.n}" if self.value else "; ".join(self.reasons)


_STATUS = {
    Status.OK: gettext("ok"),
    Status.WIDE: gettext("few ratings"),
    Status.INSUFFICIENT: gettext("not enough to say"),
    Status.NOT_IDENTIFIED: gettext("cannot be known"),
    Status.REFUSED: gettext("withheld"),
}


def share_view(words: Words, figure: Estimate, of: str | None = None) -> FigureView:
    """Say a proportion in per cent; ``of`` says what it is made of where that is known: ``ratings`` or ``calls``."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return _no_figure(words, figure, of)
    lo, hi = words.number(100 * figure.lo), words.percent(figure.hi)
    return FigureView(
        status=words.gettext(_STATUS[figure.status]),
        value=words.percent(figure.estimate),
        interval=words.gettext("%(lo)s to %(hi)s", lo=lo, hi=hi),
        n=n_text(words, figure, of),
        whisker=share_whisker(figure),
        is_wide=figure.status is Status.WIDE,
        reasons=words.sentences(figure.reasons),
    )


def difference_view(words: Words, figure: Estimate, reach: float) -> FigureView:
    """Say a difference in percentage points, with its sign; ``reach`` is how far its axis goes to either side."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return _no_figure(words, figure)
    if figure.method == "reference":
        return FigureView(
            words.gettext(_STATUS[Status.OK]), words.gettext("reference"), "", "", None, is_wide=False, reasons=()
        )
    lo, hi = signed(words, figure.lo), signed(words, figure.hi)
    return FigureView(
        status=words.gettext(_STATUS[figure.status]),
        value=words.gettext("%(n)s points", n=signed(words, figure.estimate)),
        interval=words.gettext("%(lo)s to %(hi)s", lo=lo, hi=hi),
        n=n_text(words, figure),
        whisker=difference_whisker(figure, reach),
        is_wide=figure.status is Status.WIDE,
        reasons=words.sentences(figure.reasons),
    )


def n_text(words: Words, figure: Estimate, of: str | None = None) -> str:
    """Say how many the figure was made of, and of what where ``of`` says so."""
    if of == RATINGS:
        return words.ngettext("%(n)s rating", "%(n)s ratings", figure.n)
    if of == CALLS:
        return words.ngettext("%(n)s call", "%(n)s calls", figure.n)
    return words.gettext("n = %(n)s", n=words.number(figure.n))


def signed(words: Words, points: float) -> str:
    """Return whole points with their sign; 0 has none."""
    rounded = round(points)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{words.number(abs(rounded))}"


def _no_figure(words: Words, figure: Estimate, of: str | None = None) -> FigureView:
    status = words.gettext(_STATUS[figure.status])
    reasons = words.sentences(figure.reasons)
    return FigureView(status, None, "", n_text(words, figure, of), None, is_wide=False, reasons=reasons)
