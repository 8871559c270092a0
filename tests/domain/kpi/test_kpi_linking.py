"""Links between scales: the published example, samples with known opinions, and no overlap."""

import numpy as np
import pytest

from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.layout_calibration import calibrate_layouts
from ivr.domain.kpi.linking import concordance, equipercentile_link, link_invariance, link_layouts
from tests.domain.kpi.mirrored_layouts import CUTS, drawn


def _errors(figures):
    return [(each.hi - each.lo) / 2 / 1.959963984540054 for each in figures]


def test_the_equipercentile_link_of_kolen_and_brennans_example():
    """The two hypothetical four-item forms of their chapter 2."""
    found = equipercentile_link([200, 300, 200, 200, 100], [100, 200, 200, 300, 200])
    assert [round(each.estimate, 4) for each in found] == [0.5, 1.75, 2.8333, 3.5, 4.25]


def test_its_error_is_what_repeated_samples_show():
    rng = np.random.default_rng(1)
    own, other = [0.25, 0.2, 0.55], [0.15, 0.45, 0.4]
    links = [equipercentile_link(rng.multinomial(900, own), rng.multinomial(700, other)) for _ in range(2000)]
    seen = np.std([[each.estimate for each in link] for link in links], axis=0)
    assert np.mean([_errors(link) for link in links], axis=0) == pytest.approx(seen, rel=0.05)


def test_a_scale_links_to_itself():
    assert [each.estimate for each in equipercentile_link([30, 50, 220], [30, 50, 220])] == pytest.approx([0, 1, 2])


def test_the_concordance_is_the_mean_opinion_of_those_who_chose_a_category():
    rng = np.random.default_rng(2)
    levels = (-0.6, 0.0, 0.5)
    rows = [
        drawn(rng, key, 300_000, stratum=str(level), level=level) for level in levels for key in ("ahead", "sparse")
    ]
    fitted = calibrate_layouts(rows, "ahead")
    found = concordance(fitted.fit, fitted.layouts.index("sparse"), fitted.stratum_weights, 900_000)
    opinions = np.concatenate([level + rng.logistic(size=1_000_000) for level in levels]) - levels[0]
    # The fit's first stratum is the baseline, and strata are sorted by name.
    chosen = np.digitize(opinions + levels[0], CUTS["sparse"])
    means = [opinions[chosen == category].mean() for category in range(3)]
    assert min(str(level) for level in levels) == "-0.6"
    assert [each.estimate for each in found] == pytest.approx(means, abs=0.02)


def test_the_concordances_error_is_what_repeated_samples_show():
    rng = np.random.default_rng(4)
    figures = []
    for _ in range(250):
        rows = [
            drawn(rng, key, 300, stratum=str(level), level=level) for level in (0.0, 0.5) for key in ("ahead", "sparse")
        ]
        fitted = calibrate_layouts(rows, "ahead")
        figures.append(concordance(fitted.fit, fitted.layouts.index("sparse"), fitted.stratum_weights, 600))
    seen = np.std([[each.estimate for each in figure] for figure in figures], axis=0)
    assert np.mean([_errors(figure) for figure in figures], axis=0) == pytest.approx(seen, rel=0.12)


def test_layouts_are_linked_within_strata_that_draw_both():
    rng = np.random.default_rng(3)
    rows = [
        drawn(rng, "ahead", 90_000, stratum="good", level=1.0),
        drawn(rng, "sparse", 10_000, stratum="good", level=1.0),
        drawn(rng, "ahead", 10_000, stratum="bad", level=-1.0),
        drawn(rng, "sparse", 90_000, stratum="bad", level=-1.0),
    ]
    found = link_layouts(rows, "sparse", "ahead")
    fair = [drawn(rng, key, 500_000, level=level) for key in ("ahead", "sparse") for level in (1.0, -1.0)]
    own, other = (np.sum([each.counts for each in fair if each.layout == key], axis=0) for key in ("sparse", "ahead"))
    expected = [each.estimate for each in equipercentile_link(own, other)]
    assert [each.estimate for each in found] == pytest.approx(expected, abs=0.03)
    assert link_layouts(rows[::-1], "sparse", "ahead") == found
    (missing,) = link_layouts([each._replace(allocation=f"{each.layout}:1") for each in rows], "sparse", "ahead")
    assert (missing.status, missing.estimate) == (Status.NOT_IDENTIFIED, None)
    assert "nothing to link on" in missing.reasons[0]


def test_ten_times_the_counts_shrink_the_error_by_the_root_of_ten():
    few, many = equipercentile_link([30, 40, 90], [50, 60, 70]), equipercentile_link([300, 400, 900], [500, 600, 700])
    assert np.divide(_errors(few), _errors(many)) == pytest.approx(10**0.5, rel=1e-9)
    assert {each.status for each in few} == {Status.WIDE}
    assert "fewer than 200" in few[0].reasons[0]
    assert {each.status for each in many} == {Status.OK}


def test_nobody_on_one_side_is_no_link():
    for own, other in (([0, 0, 0], [1, 2, 3]), ([1, 2, 3], [0, 0, 0])):
        found = equipercentile_link(own, other)
        assert {each.status for each in found} == {Status.INSUFFICIENT}
        assert len(found) == 3


def _link(points, error, n=1000):
    reach = 1.959963984540054 * error
    return tuple(Estimate(p, p - reach, p + reach, "logits", n, "logistic_concordance", Status.OK) for p in points)


def test_links_that_differ_by_chance_alone_are_one_link():
    rng = np.random.default_rng(9)
    drifts = [
        link_invariance({q: _link(rng.normal((-2, 0, 2), 0.1), 0.1) for q in "abcdef"}, dict.fromkeys("abcdef", 1.0))
        for _ in range(300)
    ]
    assert np.mean([each.status is Status.OK for each in drifts]) > 0.97


def test_a_queue_with_a_link_of_its_own_is_named():
    links = {"sales": _link((-2, 0, 2), 0.02), "help": _link((-2, 0, 2), 0.02), "night": _link((-1, 1, 3), 0.02)}
    found = link_invariance(links, {"sales": 5.0, "help": 3.0, "night": 2.0})
    # Weighted variance of 0, 0 and 1 with weights .5, .3, .2 is .16.
    assert found.estimate == pytest.approx(0.4 / (np.pi / 3**0.5), rel=0.01)
    assert found.lo < found.estimate < found.hi
    assert found.status is Status.WIDE
    assert "differs most in night" in found.reasons[0]
    assert link_invariance({"sales": links["sales"]}, {"sales": 1.0}).status is Status.INSUFFICIENT
