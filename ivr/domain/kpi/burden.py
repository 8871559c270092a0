"""The burden: how many seconds of callers' time each usable rating costs.

Theory: every caller who is asked pays with time, also the one who leaves without an answer; what is gained are the
ratings that can be read. So the figure is a ratio of two sums over the same calls, all seconds asked over the usable
ratings, and its error is that of a ratio (W. G. Cochran 1977, Sampling Techniques, 3rd ed., chapter 6): with
d = seconds - ratio x (1 where usable), Var(ratio) = n / (n - 1) x sum of d^2 / ratings^2. The interval is taken on the
logarithm, so it stays above 0. A mean over the rated calls alone would leave out what the others were made to wait.
"""

from collections.abc import Iterable
from math import exp, sqrt

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.top_box import can_be_read
from ivr.domain.kpi.wilson import Z
from ivr.domain.outcomes import DISPOSITIONS

UNIT = "seconds for each usable rating"
METHOD = "ratio_log"
FEWEST_RATINGS = 30
"""Below this many usable ratings the burden is marked wide: the interval leans on large sums."""


def burden_seconds(counts: Iterable[OutcomeCount], instruments: Instruments) -> Estimate:
    """Return the seconds of callers for each usable rating; n counts the asked calls whose seconds are known."""
    asked = ratings = silent = 0
    # Summed in whole milliseconds, so that it changes no digit how the calls are grouped, and in which order.
    milliseconds = rated_milliseconds = square_milliseconds = 0
    for cell in counts:
        # Of one cell all calls are alike, so all or none of its ratings can be read.
        is_usable = can_be_read(cell, instruments)
        asked += cell.asked
        milliseconds += round(1_000 * cell.asked_seconds)
        square_milliseconds += round(1_000_000 * cell.asked_seconds_squared)
        if is_usable:
            ratings += cell.asked
            rated_milliseconds += round(1_000 * cell.asked_seconds)
        if cell.outcome is not None and DISPOSITIONS[cell.outcome].started:
            silent += cell.calls - cell.asked
    seconds, rated_seconds, squares = milliseconds / 1_000, rated_milliseconds / 1_000, square_milliseconds / 1_000_000
    left_out = (f"{silent} asked calls without known seconds are left out",) if silent else ()
    if asked == 0:
        return _none("no asked call whose seconds are known", 0, left_out)
    if ratings == 0:
        return _none("no usable rating among the calls whose seconds are known", asked, left_out)
    if asked == 1:
        return _none("a single asked call tells no interval", asked, left_out)
    ratio = seconds / ratings
    if ratio == 0:
        return _none("no caller was asked for any time", asked, left_out)
    spread = max(0.0, squares - 2 * ratio * rated_seconds + ratio * ratio * ratings)
    error = sqrt(asked / (asked - 1) * spread) / ratings / ratio
    reach = exp(Z * error)
    if ratings < FEWEST_RATINGS:
        few = (f"fewer than {FEWEST_RATINGS} usable ratings", *left_out)
        return Estimate(ratio, ratio / reach, ratio * reach, UNIT, asked, METHOD, Status.WIDE, few)
    return Estimate(ratio, ratio / reach, ratio * reach, UNIT, asked, METHOD, Status.OK, left_out)


def _none(reason: str, n: int, left_out: tuple[str, ...]) -> Estimate:
    return no_figure(Status.INSUFFICIENT, reason, *left_out, unit=UNIT, n=n, method=METHOD)
