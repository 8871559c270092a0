"""Verdicts in words: one sentence for whoever waits for the decision."""

from ivr.domain.experiments import PrimaryMetric, StopRule
from ivr.domain.kpi.estimates import POINTS, Estimate
from ivr.domain.kpi.more_ratings import MoreRatings

METRIC_NAMES = {
    PrimaryMetric.TOP_BOX: "top-box",
    PrimaryMetric.TOP_TWO_BOX: "top-two-box",
    PrimaryMetric.RESPONSE_RATE: "response rate",
    PrimaryMetric.WIN_PROBABILITY: "win probability",
}


def decided(metric: PrimaryMetric, day: str, higher: str | None, lower: str, figure: Estimate) -> str:
    """Say what was decided and when; ``higher`` None: no difference was found."""
    name = METRIC_NAMES[metric]
    if higher is None:
        return f"decided on {day}: no difference in {name} was found ({_spoken(figure)})"
    return f"decided on {day}: {higher} has the higher {name} than {lower} ({_spoken(figure)})"


def undecided(rule: StopRule | None, minimum: int | None, lacking: str | None, wanted: str | None) -> str:
    """Say why nothing is decided yet.

    ``lacking`` tells whose ratings the rule still waits for, None where they suffice; ``wanted`` tells how many more
    would tell the two layouts apart (:func:`more_wanted`).
    """
    if minimum is None or rule is None:
        why = "nothing is decided, as no rule is known"
    elif rule is StopRule.NONE:
        why = "nothing is decided, as the stop rule is none"
    elif lacking is not None:
        why = f"not decided yet: {lacking}"
    else:
        why = "not decided yet: at every look so far, no difference was within the interval"
    return why if wanted is None else f"{why}; {wanted}"


def more_wanted(metric: PrimaryMetric, layout: str, reference: str, more: MoreRatings | None) -> str | None:
    """Say how many more it takes to tell ``layout`` from ``reference``; None where nothing is to be said."""
    if more is None or more.more == 0:
        return None
    counted = "eligible calls" if metric is PrimaryMetric.RESPONSE_RATE else "ratings"
    return f"to tell {layout} from {reference}: {more.words(f'{counted} of both together')}"


def lacking_ratings(layout: str, rated: int, minimum: int, weeks_so_far: float | None) -> str:
    """Say how many of the declared ratings a layout has, and about how long the rest will take."""
    told = f"{rated:,} of {minimum:,} ratings of {layout}"
    if weeks_so_far is None or rated == 0:
        return told
    weeks = max(1, round((minimum - rated) * weeks_so_far / rated))
    return f"{told} (the rest in about {weeks:,} {'week' if weeks == 1 else 'weeks'} at the present rate)"


def _spoken(figure: Estimate) -> str:
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return "; ".join(figure.reasons)
    if figure.unit == POINTS:
        return f"{figure.estimate:+.1f} points, {figure.lo:+.1f} to {figure.hi:+.1f}"
    return f"{figure.estimate:.3f}, {figure.lo:.3f} to {figure.hi:.3f}"
