"""The fit in the words of a page: when it was made, from how many calls, and what has changed since."""

from ivr.usecases.find_fit import FitStanding
from ivr.usecases.fits import ALL_MONTHS, Months
from ivr.web.languages import Words


def fit_text(words: Words, fitted: FitStanding) -> str:
    """Say in one line where fitted figures come from, or why there are none."""
    fit = fitted.fit
    if fit is None:
        return words.sentence(fitted.reason) if fitted.reason else words.gettext("Nothing has been fitted.")
    said = words.gettext(
        "Comparable and corrected figures are as of %(at)s (%(months)s)",
        at=words.moment(fit.computed_at),
        months=months_text(words, fit.months),
    )
    return said if fitted.stale is None else f"{said}. {words.sentence(fitted.stale)}"


def months_text(words: Words, months: Months) -> str:
    """Say a span of months."""
    if months == ALL_MONTHS:
        return words.gettext("all months")
    if months.first == months.last:
        return str(months.first)
    first = months.first or words.gettext("the first month")
    last = months.last or words.gettext("the last month")
    return words.gettext("%(first)s to %(last)s", first=first, last=last)
