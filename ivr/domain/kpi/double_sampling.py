"""Double sampling: the level of all calls from the ratings and a followed-up random share of the silent ones.

Theory: of n eligible calls a share w1 is rated, with a share p1 in the best category. Of the others, w2 = 1 - w1, a
random share is called back, and m of them answer, with a share p2. Then all calls have

    p = w1 p1 + w2 p2        V = w1 p1 q1 / n + w2^2 p2 q2 / m + w1 w2 (p1 - p2)^2 / n

No model of who stays silent is needed: chance chose whom to ask. What is assumed is that the follow-up is answered
truly and that those of the called-back who stay silent once more think like the others; where fewer than 40 % answer,
that is not assumed, and the interval takes the worst case of them in. The interval joins Wilson's limits of the two
shares (see ``variance_recovery.py``), so that it stays within 0 to 1.

M. H. Hansen and W. N. Hurwitz (1946), JASA 41:517-529.
"""

from dataclasses import dataclass
from math import sqrt

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.variance_recovery import Part, sum_limits
from ivr.domain.kpi.wilson import Z, wilson_interval

FEWEST_FOLLOWED = 30
"""Below this many answers no figure of one agent is made of them; only those of all agents together."""
LEAST_RESPONSE = 0.4
"""Below this share of answers among the called-back, their silence is bounded and not assumed away."""
_METHOD = "hansen_hurwitz"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The counts: rated calls and those in the best category, silent calls, and what became of the follow-up."""

    rated: int
    best: int
    silent: int
    called_back: int
    answered: int
    answered_best: int

    def __post_init__(self) -> None:
        if not (
            0 <= self.best <= self.rated and 0 <= self.answered_best <= self.answered <= self.called_back <= self.silent
        ):
            raise ValueError(f"the counts of the follow-up are no parts of one another: {self}")


@dataclass(frozen=True, slots=True)
class DoubleSampled:
    """The level of all eligible calls, its standard error (proportion) and the followed-up response rate."""

    level: Estimate
    standard_error: float | None
    follow_up_response: float | None


def double_sampled(counts: FollowUp, *, is_pooled: bool = True) -> DoubleSampled:
    """Return the share of all eligible calls in the best category.

    ``is_pooled`` says that the counts are of all agents: fewer than FEWEST_FOLLOWED answers then make the figure wide,
    and of a single agent they make none.
    """
    n = counts.rated + counts.silent
    if n == 0:
        return DoubleSampled(no_figure(Status.INSUFFICIENT, "no eligible calls", method=_METHOD), None, None)
    if counts.silent == 0:
        lo, hi = wilson_interval(counts.best, n)
        everybody = Estimate(counts.best / n, lo, hi, "proportion", n, _METHOD, Status.OK, ("every call was rated",))
        return DoubleSampled(everybody, sqrt(counts.best / n * (1 - counts.best / n) / n), None)
    response = counts.answered / counts.called_back if counts.called_back else None
    if counts.answered == 0:
        reason = "nobody was followed up" if response is None else "nobody who was followed up answered"
        return DoubleSampled(no_figure(Status.NOT_IDENTIFIED, reason, n=n, method=_METHOD), None, response)
    if not is_pooled and counts.answered < FEWEST_FOLLOWED:
        reason = f"fewer than {FEWEST_FOLLOWED} follow-up answers: only the level of all agents together can be told"
        return DoubleSampled(no_figure(Status.INSUFFICIENT, reason, n=n, method=_METHOD), None, response)
    return _sampled(counts, n, response)


def _sampled(counts: FollowUp, n: int, response: float | None) -> DoubleSampled:
    rated, silent = counts.rated / n, counts.silent / n
    p1 = counts.best / counts.rated if counts.rated else 0.0
    p2 = counts.answered_best / counts.answered
    level = rated * p1 + silent * p2
    lo1, hi1 = wilson_interval(counts.best, counts.rated) if counts.rated else (0.0, 0.0)
    lo2, hi2 = wilson_interval(counts.answered_best, counts.answered)
    mixing = rated * silent * (p1 - p2) ** 2 / n
    reach = Z * sqrt(mixing)
    parts = [Part(rated * p1, rated * lo1, rated * hi1), Part(0.0, -reach, reach)]
    few = counts.answered < FEWEST_FOLLOWED
    unheard = response is not None and response < LEAST_RESPONSE
    least, most = (response * p2, response * p2 + 1 - response) if unheard and response is not None else (p2, p2)
    lo, _ = sum_limits([*parts, Part(silent * least, silent * (least - (p2 - lo2)), silent * least)])
    _, hi = sum_limits([*parts, Part(silent * most, silent * most, silent * (most + (hi2 - p2)))])
    reasons = []
    if few:
        reasons.append(f"fewer than {FEWEST_FOLLOWED} follow-up answers")
    if unheard:
        reasons.append(
            f"only {response:.0%} of the followed-up answered: the interval holds whatever the others would have said"
        )
    variance = rated * p1 * (1 - p1) / n + silent**2 * p2 * (1 - p2) / counts.answered + mixing
    status = Status.WIDE if few or unheard else Status.OK
    figure = Estimate(level, max(0.0, lo), min(1.0, hi), "proportion", n, _METHOD, status, tuple(reasons))
    return DoubleSampled(figure, sqrt(variance), response)
