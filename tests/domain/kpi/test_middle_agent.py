"""The middle agent: the median of those who are compared, and near the median that the tiers are told against."""

import numpy as np
import pytest

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.fitted import FittedAgent
from ivr.domain.kpi.middle_agent import MiddleAgent, middle_agent
from ivr.domain.kpi.posterior_ranks import rank_summary
from ivr.domain.kpi.tier_numbers import ABOVE, BELOW, MIDDLE
from ivr.domain.kpi.tiers import posterior_tiers


def fitted(share: float, tier: int | None = MIDDLE) -> FittedAgent:
    figure = Estimate(share, share - 0.1, share + 0.1, "proportion", 50, "fit", Status.OK)
    return FittedAgent(f"{share}", figure, figure, tier=tier)


def test_half_are_above_and_half_below():
    assert middle_agent([fitted(0.7, ABOVE), fitted(0.2, BELOW), fitted(0.5)]) == MiddleAgent(0.5, 3)
    even = middle_agent([fitted(0.2), fitted(0.4), fitted(0.5), fitted(0.9)])
    assert even is not None
    assert even.standardised == pytest.approx(0.45)


def test_who_is_not_compared_moves_no_middle():
    none = no_figure(Status.INSUFFICIENT, "no rating of this agent yet", method="fit")
    compared = [fitted(0.3), fitted(0.5), fitted(0.6)]
    apart = [fitted(0.9, None), FittedAgent("without", none, none)]
    assert middle_agent([*compared, *apart]) == middle_agent(compared) == MiddleAgent(0.5, 3)
    assert middle_agent(apart) is None
    assert middle_agent([]) is None


def test_it_is_where_the_tiers_draw_the_line():
    # Whoever is named lies on the named side of it, also where much is uncertain for all alike.
    rng = np.random.default_rng(3)
    shares = np.linspace(0.2, 0.8, 25)
    draws = shares + 0.2 * rng.normal(size=(4000, 1)) + 0.05 * rng.normal(size=(4000, 25))
    tiers = posterior_tiers(rank_summary(draws)).tiers
    middle = middle_agent([fitted(float(share), tier) for share, tier in zip(shares, tiers, strict=True)])
    assert middle is not None
    assert middle.standardised == pytest.approx(float(np.median(draws, axis=1).mean()), abs=0.02)
    named = [(share, tier) for share, tier in zip(shares, tiers, strict=True) if tier != MIDDLE]
    assert {tier for _, tier in named} == {ABOVE, BELOW}
    assert all((share > middle.standardised) == (tier == ABOVE) for share, tier in named)
