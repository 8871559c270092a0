"""Net satisfaction and the Net Promoter Score: Rocks' interval, and what is not called an NPS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.net_satisfaction import adjusted_wald, net_satisfaction
from ivr.domain.kpi.nps import net_promoter_score
from ivr.domain.kpi.pressed import Pressed

THREE = ("dissatisfied", "so-so", "satisfied")


def scale(*counts: int, layout: str = "sequential-123") -> Pressed:
    return Pressed(layout, tuple(f"c{each}" for each in range(len(counts))), counts)


def test_the_interval_agrees_with_the_published_case() -> None:
    lo, hi = adjusted_wald(60, 20, 100)
    assert (round(lo, 4), round(hi, 4)) == (0.2338, 0.5429)


def test_on_three_keys_it_is_net_satisfaction() -> None:
    figure = net_satisfaction([scale(20, 20, 60)])
    assert (figure.estimate, figure.n, figure.method, figure.status) == (0.4, 100, "adjusted_wald", Status.OK)
    assert (round(figure.lo, 4), round(figure.hi, 4)) == (0.2338, 0.5429)
    refused = net_promoter_score([scale(20, 20, 60)])
    assert (refused.estimate, refused.status) == (None, Status.REFUSED)
    assert "NPS is defined on 0 to 10 alone" in refused.reasons[0]


def test_on_eleven_and_on_ten_points_the_same_answers_give_the_same_score() -> None:
    eleven = scale(4, 0, 2, 4, 0, 5, 5, 10, 10, 25, 35)
    ten = scale(4, 2, 4, 0, 5, 5, 10, 10, 25, 35)
    for each in (eleven, ten):
        figure = net_promoter_score([each])
        assert (figure.estimate, figure.n) == (40.0, 100)
        assert (round(figure.lo, 2), round(figure.hi, 2)) == (23.38, 54.29)


def test_a_score_of_one_scale_in_two_parts_is_that_of_the_whole() -> None:
    parts = [scale(4, 2, 4, 0, 5, 5, 10, 10, 20, 0), scale(0, 0, 0, 0, 0, 0, 0, 0, 5, 35)]
    assert net_promoter_score(parts) == net_promoter_score([scale(4, 2, 4, 0, 5, 5, 10, 10, 25, 35)])


@given(st.lists(st.integers(0, 500), min_size=2, max_size=11))
def test_it_stays_within_its_range_and_turns_with_the_scale(counts: list[int]) -> None:
    there, back = net_satisfaction([scale(*counts)]), net_satisfaction([scale(*reversed(counts))])
    if there.estimate is None:
        assert there.status is Status.INSUFFICIENT
        return
    assert -1 <= there.lo < there.hi <= 1
    assert (back.estimate, back.lo, back.hi) == pytest.approx((-there.estimate, -there.hi, -there.lo))


def test_ten_times_the_ratings_shrink_the_width_by_the_root_of_ten() -> None:
    wide, narrow = adjusted_wald(6000, 2000, 10_000), adjusted_wald(60_000, 20_000, 100_000)
    assert (wide[1] - wide[0]) / (narrow[1] - narrow[0]) == pytest.approx(10**0.5, rel=1e-3)


def test_mixed_scales_are_said_and_refused_for_an_nps() -> None:
    mixed = [scale(1, 2, 30), scale(1, 2, 30, layout="sparse-531")]
    assert net_satisfaction(mixed).reasons == (
        "the ratings mix the scales of sequential-123, sparse-531: their keys do not mean the same",
    )
    assert net_promoter_score(mixed).status is Status.REFUSED


def test_few_and_no_ratings() -> None:
    assert net_satisfaction([]).status is net_promoter_score([]).status is Status.INSUFFICIENT
    few = net_satisfaction([scale(0, 0, 9)])
    assert (few.status, few.hi, few.reasons) == (Status.WIDE, 1.0, ("fewer than 10 ratings: do not rank",))
    with pytest.raises(ValueError, match="no parts of 10"):
        adjusted_wald(8, 3, 10)
