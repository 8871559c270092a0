"""An experiment judged from its calls: shares first, then answers, then ratings, then the rule."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from ivr.domain.experiments import PrimaryMetric, StopRule, Unit
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.experiment_cells import ArmCell, CountedExperiment, DayCell
from ivr.domain.kpi.experiment_figures import experiment_figures
from ivr.domain.kpi.experiment_verdicts import Terms
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.outcomes import Outcome
from tests.experiment_calls import SCALES, START, ExperimentCall, counted, drawn_calls

EVEN = {"plain": 0.5, "paced": 0.5}
ALIKE = {"plain": 0.4, "paced": 0.4}
SEQUENCE = Terms(PrimaryMetric.TOP_BOX, 300, StopRule.CONFIDENCE_SEQUENCE, Unit.CALLER)
ONE_LOOK = replace(SEQUENCE, stop_rule=StopRule.FIXED_SAMPLE)


def judged(calls, terms=SEQUENCE, **more):
    return experiment_figures(counted(calls), SCALES, terms, **{"reference": "plain"} | more)


def arm(figures, layout="paced"):
    return next(row for row in figures.arms if row.layout == layout)


def test_a_layout_that_flatters_is_found_and_decided_for_on_a_day():
    calls = drawn_calls(1, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.75}, days=20)
    figures = judged(calls)
    row = arm(figures)
    assert figures.mismatch is None
    assert figures.draws.assigned.fixed.status is Status.OK
    assert row.effects.top_box.figure.lo < 15 < row.effects.top_box.figure.hi
    assert row.effects.response.figure.lo < 0 < row.effects.response.figure.hi
    assert row.effects.win.figure.lo > 0.5
    assert row.effects.lee_top_box.interval_lo < 15 < row.effects.lee_top_box.interval_hi
    assert row.verdict.higher == "paced"
    assert "2026-03-02" < row.verdict.decided_on < "2026-03-22"
    assert row.verdict.sentence.startswith(
        f"decided on {row.verdict.decided_on}: paced has the higher top-box than plain"
    )
    assert arm(figures, "plain").effects is None
    assert arm(figures, "plain").verdict is None


def test_the_day_of_the_decision_does_not_move_when_more_calls_come():
    calls = drawn_calls(1, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.75}, days=20)
    early = [call for call in calls if call.ended_at < START + timedelta(days=15)]
    assert arm(judged(early)).verdict.decided_on == arm(judged(calls)).verdict.decided_on


def test_before_the_minimum_nothing_is_decided_and_it_says_how_far_it_is():
    calls = drawn_calls(2, 600, layouts=EVEN, answers=ALIKE, best={"plain": 0.3, "paced": 0.9})
    verdict = arm(judged(calls)).verdict
    rated = min(arm(judged(calls), layout).calls.rated for layout in ("plain", "paced"))
    assert (verdict.decided_on, verdict.higher) == (None, None)
    assert f"not decided yet: {rated} of 300 ratings of" in verdict.sentence
    assert "weeks at the present rate)" in verdict.sentence


def test_equal_layouts_are_not_decided_and_the_wait_is_told():
    calls = drawn_calls(3, 4000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.6})
    verdict = arm(judged(calls)).verdict
    assert verdict.decided_on is None
    why, _, wanted = verdict.sentence.partition("; ")
    assert why == "not decided yet: at every look so far, no difference was within the interval"
    assert wanted.startswith("to tell paced from plain: ")


def test_one_look_decides_on_the_day_the_minimum_is_there_also_that_nothing_differs():
    same = drawn_calls(4, 4000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.6})
    verdict = arm(judged(same, ONE_LOOK)).verdict
    assert verdict.decided_on is not None
    assert verdict.higher is None
    assert "no difference in top-box was found" in verdict.sentence
    apart = drawn_calls(4, 4000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.8})
    found = arm(judged(apart, ONE_LOOK)).verdict
    assert found.higher == "paced"
    assert arm(judged(apart[:500], ONE_LOOK)).verdict.sentence.startswith("not decided yet:")


def test_a_worse_layout_is_decided_against():
    calls = drawn_calls(5, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.8, "paced": 0.6})
    verdict = arm(judged(calls)).verdict
    assert verdict.higher == "plain"
    assert "plain has the higher top-box than paced" in verdict.sentence


def test_the_response_rate_and_the_win_probability_can_be_primary():
    calls = drawn_calls(6, 6000, layouts=EVEN, answers={"plain": 0.5, "paced": 0.35}, best={"plain": 0.6, "paced": 0.8})
    answered = arm(judged(calls, replace(SEQUENCE, primary_metric=PrimaryMetric.RESPONSE_RATE))).verdict
    assert answered.higher == "plain"
    won = arm(judged(calls, replace(SEQUENCE, primary_metric=PrimaryMetric.WIN_PROBABILITY))).verdict
    assert won.higher == "paced"
    assert won.sequence.unit == "probability"
    assert won.sequence.lo > 0.5
    two = arm(judged(calls, replace(SEQUENCE, primary_metric=PrimaryMetric.TOP_TWO_BOX))).verdict
    assert "of three categories the second best is the middle one" in two.primary.figure.reasons


def test_a_mismatch_withholds_every_effect_and_says_which_layout_lacks_calls():
    calls = drawn_calls(7, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.9})
    kept = [call for number, call in enumerate(calls) if call.layout == "plain" or number % 5]
    figures = judged(kept)
    row = arm(figures)
    assert figures.mismatch is not None
    for figure in (
        row.effects.response.figure,
        row.effects.top_box.figure,
        row.effects.win.figure,
        row.verdict.sequence,
    ):
        assert (figure.status, figure.estimate) == (Status.REFUSED, None)
        assert "have not the shares that chance was to give" in figure.reasons[0]
    assert (row.verdict.p_value, row.verdict.adjusted_p_value, row.verdict.decided_on) == (None, None, None)
    assert row.effects.lee_top_box.status is Status.REFUSED
    assert row.verdict.sentence.startswith("nothing is concluded: withheld")
    # What a layout got is a count and no effect.
    assert row.response_rate.status is Status.OK
    assert any("withheld until the cause is found" in warning for warning in figures.warnings)


def test_calls_lost_before_the_prompt_are_found_among_the_started():
    calls = drawn_calls(8, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.6})
    lost = [
        replace(call, outcome=Outcome.LEFT_BEFORE_PROMPT, category=None)
        if call.layout == "paced" and number % 4 == 0
        else call
        for number, call in enumerate(calls)
    ]
    figures = judged(lost)
    assert figures.draws.assigned.mismatch is None
    assert figures.draws.started.mismatch is not None
    assert figures.mismatch == figures.draws.started.mismatch


def test_regular_callers_are_one_draw_each():
    """Twenty calls each: by calls chance alone would look like a mismatch in most such experiments."""
    figures = [
        judged(
            drawn_calls(seed, 4000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.6}, calls_of_one=20),
            replace(SEQUENCE, unit=unit),
        )
        for seed in range(12)
        for unit in (Unit.CALLER, Unit.CALL)
    ]
    assert [each.mismatch for each in figures[::2]] == [None] * 12
    assert sum(each.mismatch is not None for each in figures[1::2]) > 3
    assert figures[0].draws.assigned.fixed.observed["plain"] < 200


def test_what_is_drawn_is_seen_from_the_calls_where_nobody_knows():
    calls = drawn_calls(9, 2000, layouts=EVEN, answers=ALIKE, best=ALIKE, calls_of_one=5)
    unknown = Terms()
    assert judged(calls, unknown).draws.unit is Unit.CALLER
    mixed = [replace(call, layout="paced" if number % 2 else "plain") for number, call in enumerate(calls)]
    assert judged(mixed, unknown).draws.unit is Unit.CALL
    told = judged(mixed, SEQUENCE)
    assert any("callers were given more than one layout" in warning for warning in told.warnings)


def test_sites_of_other_chances_are_compared_within_themselves():
    north = drawn_calls(
        10, 4000, layouts={"plain": 0.9, "paced": 0.1}, answers=ALIKE, best={"plain": 0.8, "paced": 0.8}, site="n"
    )
    south = drawn_calls(
        11, 4000, layouts={"plain": 0.1, "paced": 0.9}, answers=ALIKE, best={"plain": 0.4, "paced": 0.4}, site="s"
    )
    figures = judged([*north, *south])
    row = arm(figures)
    assert len(figures.strata) == 2
    assert row.observed.estimate < 0.5 < arm(figures, "plain").observed.estimate
    assert row.effects.top_box.figure.lo < 0 < row.effects.top_box.figure.hi
    assert row.effects.top_box.figure.method == "mantel_haenszel_sato"
    assert row.effects.win.figure.method == "van_elteren"


def test_fewer_answers_and_better_ratings_are_told_together():
    calls = drawn_calls(
        12, 8000, layouts=EVEN, answers={"plain": 0.5, "paced": 0.35}, best={"plain": 0.6, "paced": 0.7}
    )
    figures = judged(calls)
    row = arm(figures)
    assert row.effects.has_other_answers
    assert row.effects.lee_top_box.trimmed_share == pytest.approx(-0.3, abs=0.06)
    assert row.effects.lee_top_box.lo < row.effects.top_box.figure.estimate < row.effects.lee_top_box.hi
    told = next(warning for warning in figures.warnings if "callers answer paced" in warning)
    assert told.startswith("fewer callers answer paced (-1")
    assert "among those who answer either way" in told


def test_other_words_for_the_categories_are_said_and_other_numbers_not_compared():
    three = drawn_calls(
        13,
        2000,
        layouts={"plain": 0.5, "sparse": 0.5},
        answers={"plain": 0.4, "sparse": 0.4},
        best={"plain": 0.6, "sparse": 0.6},
    )
    row = arm(judged(three), "sparse")
    assert any("the scales are not interchangeable" in reason for reason in row.effects.top_box.figure.reasons)
    assert any("the scales are not interchangeable" in reason for reason in row.effects.win.figure.reasons)
    five = drawn_calls(
        13,
        2000,
        layouts={"plain": 0.5, "five": 0.5},
        answers={"plain": 0.4, "five": 0.4},
        best={"plain": 0.6, "five": 0.6},
    )
    row = arm(judged(five), "five")
    assert row.effects.win.figure.status is Status.NOT_IDENTIFIED
    assert "5 categories against 3" in row.effects.win.figure.reasons[0]
    assert row.effects.lee_win.status is Status.NOT_IDENTIFIED
    assert row.effects.top_box.figure.estimate is not None


def test_several_layouts_share_one_chance_of_a_false_claim():
    shares = {"plain": 0.4, "paced": 0.3, "sparse": 0.3}
    calls = drawn_calls(
        14, 3000, layouts=shares, answers=dict.fromkeys(shares, 0.5), best={"plain": 0.6, "paced": 0.67, "sparse": 0.6}
    )
    figures = judged(calls)
    first, second = arm(figures).verdict, arm(figures, "sparse").verdict
    assert first.adjusted_p_value == pytest.approx(min(1, 2 * first.p_value))
    assert second.adjusted_p_value == pytest.approx(max(second.p_value, first.adjusted_p_value))
    without = f"paced:{3 / 7:.12g} plain:{4 / 7:.12g}"
    alone = judged([replace(call, allocation=without) for call in calls if call.layout != "sparse"])
    width = (arm(alone).verdict.sequence.hi - arm(alone).verdict.sequence.lo) / (first.sequence.hi - first.sequence.lo)
    assert width < 1


def test_silences_change_the_answers_and_are_tested_for_their_shares():
    calls = drawn_calls(15, 12000, layouts=EVEN, answers=ALIKE, best=ALIKE)
    figures = judged(calls)
    shortest, longer = figures.delays
    assert (shortest.delay_seconds, shortest.response) == (0.0, None)
    assert longer.response.figure.lo < -10 < longer.response.figure.hi
    assert figures.draws.delays.fixed.status is Status.OK
    kept = [call for number, call in enumerate(calls) if call.delay_seconds == 0 or number % 2]
    figures = judged(kept)
    assert figures.draws.delays.mismatch is not None
    assert figures.delays[1].response.figure.status is Status.REFUSED
    # Silences and layouts are drawn apart, so the layouts stand.
    assert figures.mismatch is None


def test_a_silence_nobody_has_drawn_yet_is_no_mismatch_and_weak_ones_are_told():
    calls = [
        ExperimentCall(
            f"{number:04x}",
            "plain" if number % 2 else "paced",
            Outcome.RATED if number % 3 else Outcome.NO_KEY,
            2 if number % 3 else None,
            delay_seconds=0.0 if number % 10 else 2.0,
            delay_probability=0.9 if number % 10 else 0.095,
        )
        for number in range(2000)
    ]
    figures = judged(calls)
    assert figures.draws.delays.fixed.status is Status.OK
    assert figures.draws.delays.fixed.expected["another delay"] == pytest.approx(10)
    assert any("too little to correct non-response by" in warning for warning in figures.warnings)


def test_a_filter_shows_the_figures_and_concludes_nothing():
    calls = drawn_calls(16, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.8})
    row = arm(judged(calls, barred="these are not all of its calls"))
    assert row.effects.top_box.figure.lo > 0
    assert (row.verdict.decided_on, row.verdict.sentence) == (
        None,
        "nothing is concluded: these are not all of its calls",
    )


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (Terms(), "nothing is decided, as no rule is known"),
        (replace(SEQUENCE, stop_rule=StopRule.NONE), "nothing is decided, as the stop rule is none"),
    ],
)
def test_without_a_rule_nothing_is_decided(terms, sentence):
    calls = drawn_calls(17, 6000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.9})
    assert arm(judged(calls, terms)).verdict.sentence.startswith(sentence)


def test_no_calls_one_layout_no_ratings_and_no_probabilities_each_say_so():
    nothing = judged([])
    assert (nothing.reference, nothing.arms, nothing.handled) == (None, (), 0)
    assert nothing.warnings == ("no counted call carries this experiment here",)

    one = judged([ExperimentCall(f"{number:03x}", "plain", allocation="plain:1") for number in range(300)])
    assert one.draws.assigned.fixed.status is Status.INSUFFICIENT
    assert "plain is the only layout, so nothing is compared" in one.warnings

    silent = judged(
        [
            ExperimentCall(f"{number:03x}", "paced" if number % 2 else "plain", Outcome.NO_KEY, None)
            for number in range(300)
        ]
    )
    assert arm(silent).effects.top_box.figure.status is Status.INSUFFICIENT
    assert arm(silent).effects.top_box.p_value is None
    assert arm(silent).verdict.sentence.startswith("not decided: no ratings of the arm")
    assert "there are no ratings yet" in silent.warnings

    unknown = judged(
        [
            replace(call, allocation=None, delay_probability=None)
            for call in drawn_calls(18, 600, layouts=EVEN, answers=ALIKE, best=ALIKE)
        ]
    )
    assert unknown.draws.assigned.fixed.status is Status.NOT_IDENTIFIED
    assert unknown.draws.delays.fixed.status is Status.NOT_IDENTIFIED
    assert arm(unknown).response_rate.status is Status.OK
    assert unknown.delays[1].response.figure.status is Status.NOT_IDENTIFIED
    assert arm(unknown).effects.top_box.figure.status is Status.NOT_IDENTIFIED
    assert "no allocation is stored with the calls" in arm(unknown).effects.top_box.figure.reasons[0]
    assert arm(unknown).verdict.sentence.startswith("not decided: no allocation is stored")
    assert any("600 calls have no allocation" in warning for warning in unknown.warnings)


def test_delays_without_probabilities_are_not_identified_and_layouts_stand():
    calls = drawn_calls(19, 2000, layouts=EVEN, answers=ALIKE, best=ALIKE)
    figures = judged([replace(call, delay_probability=None) for call in calls])
    assert figures.draws.delays.fixed.status is Status.NOT_IDENTIFIED
    assert "no probability is stored with the delays" in figures.draws.delays.fixed.reasons[0]
    assert figures.mismatch is None


@pytest.mark.parametrize(
    ("allocation", "reason"),
    [
        ("plain:1", "have paced, to which their allocation gives no chance"),
        ("paced:0.2 plain:0.2", "sum to 0.4, not to 1"),
    ],
)
def test_calls_that_contradict_their_allocation_are_refused(allocation, reason):
    calls = drawn_calls(20, 600, layouts=EVEN, answers=ALIKE, best=ALIKE)
    figures = judged([replace(call, allocation=allocation) for call in calls])
    assert figures.draws.assigned.fixed.status is Status.REFUSED
    assert reason in figures.mismatch
    assert arm(figures).effects.top_box.figure.estimate is None


def test_an_allocation_that_cannot_be_read_leaves_its_calls_out():
    calls = drawn_calls(21, 600, layouts=EVEN, answers=ALIKE, best=ALIKE)
    figures = judged([*calls, *(ExperimentCall(f"x{n}", allocation="plain half") for n in range(5))])
    assert any("5 calls have no allocation that can be read" in warning for warning in figures.warnings)
    assert figures.mismatch is None


def test_layouts_that_no_stratum_draws_together_are_not_compared():
    calls = [ExperimentCall(f"{n:03x}", "plain", allocation="plain:1") for n in range(300)]
    calls += [ExperimentCall(f"y{n:03x}", "paced", allocation="paced:1") for n in range(300)]
    row = arm(judged(calls))
    assert row.effects.top_box.figure.status is Status.NOT_IDENTIFIED
    assert "no stratum draws both paced and plain" in row.effects.top_box.figure.reasons[0]
    assert row.verdict.sentence.startswith("not decided: no stratum draws both")


def test_a_layout_without_a_definition_has_answers_and_no_score():
    calls = drawn_calls(
        22,
        2000,
        layouts={"plain": 0.5, "gone": 0.5},
        answers={"plain": 0.4, "gone": 0.4},
        best={"plain": 0.6, "gone": 0.6},
    )
    row = arm(judged(calls), "gone")
    assert row.effects.response.figure.status is Status.OK
    assert row.observed.status is Status.NOT_IDENTIFIED
    assert row.effects.top_box.figure.status is Status.NOT_IDENTIFIED
    assert "no rating of gone can be read" in row.effects.top_box.figure.reasons[0]


def test_where_the_reference_was_never_given_the_largest_stands_in():
    calls = drawn_calls(
        23,
        2000,
        layouts={"paced": 0.7, "sparse": 0.3},
        answers={"paced": 0.4, "sparse": 0.4},
        best={"paced": 0.6, "sparse": 0.6},
    )
    figures = judged(calls)
    assert figures.reference == "paced"
    assert any("no call had the reference layout plain; paced" in warning for warning in figures.warnings)


def test_the_order_of_cells_changes_nothing():
    calls = drawn_calls(24, 3000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.7})
    assert judged(calls) == judged(calls[::-1])


def test_splitting_cells_in_two_changes_nothing():
    whole = counted(drawn_calls(26, 2000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.7}))

    def halves(cells):
        return [
            each._replace(calls=part)
            for each in cells
            for part in (each.calls // 2, each.calls - each.calls // 2)
            if part
        ]

    split = replace(whole, arms=halves(whole.arms), days=halves(whole.days), replicates=halves(whole.replicates))
    both = [experiment_figures(each, SCALES, SEQUENCE, reference="plain") for each in (whole, split)]
    assert both[0] == both[1]


def test_layouts_by_other_names_have_the_same_figures():
    calls = drawn_calls(27, 3000, layouts=EVEN, answers=ALIKE, best={"plain": 0.6, "paced": 0.7})
    names = {"plain": "zebra", "paced": "aardvark"}
    renamed = [
        replace(call, layout=names[call.layout], allocation="aardvark:0.5 zebra:0.5")
        for call in calls
        if call.layout is not None
    ]
    scales = Instruments({"zebra": SCALES.current["plain"], "aardvark": SCALES.current["paced"]})
    first = arm(judged(calls))
    second = arm(experiment_figures(counted(renamed), scales, SEQUENCE, reference="zebra"), "aardvark")
    assert (second.effects, second.verdict.sequence) == (first.effects, first.verdict.sequence)
    assert second.verdict.decided_on == first.verdict.decided_on


def test_one_replicate_group_is_told_and_takes_every_call_for_a_stranger_s():
    calls = [
        replace(call, caller=f"{n}-aa")
        for n, call in enumerate(drawn_calls(25, 600, layouts=EVEN, answers=ALIKE, best=ALIKE))
    ]
    figures = judged(calls)
    assert figures.response_design_effect.value == 1.0
    assert figures.response_design_effect.status is Status.NOT_IDENTIFIED
    assert "all calls are in one replicate group" in figures.response_design_effect.reasons[0]


def test_equal_layouts_looked_at_daily_for_a_month_are_told_apart_at_most_once_in_twenty():
    """Three equal layouts beside an equal reference, at two sites of other shares and other callers, 30 days."""
    sites = (
        ({"plain": 0.4, "paced": 0.2, "sparse": 0.2, "five": 0.2}, 0.8),
        ({"plain": 0.1, "paced": 0.5, "sparse": 0.3, "five": 0.1}, 0.6),
    )
    rng = np.random.default_rng(13)
    terms = replace(SEQUENCE, minimum_sample=200)
    wrong, runs = 0, 120
    for _ in range(runs):
        days, totals = [], {}
        for day in range(1, 31):
            for shares, content in sites:
                allocation = " ".join(f"{layout}:{share}" for layout, share in sorted(shares.items()))
                for layout, number in zip(shares, rng.multinomial(150, list(shares.values())), strict=True):
                    last = 4 if layout == "five" else 2
                    best = int(rng.binomial(number, content))
                    for category, calls in ((last, best), (0, int(number) - best)):
                        days.append(
                            DayCell(f"2026-03-{day:02d}", allocation, layout, None, Outcome.RATED, category, calls)
                        )
                        key = (None, None, allocation, layout, None, None, None, Outcome.RATED, category)
                        totals[key] = totals.get(key, 0) + calls
        arms = [ArmCell(*key, calls) for key, calls in totals.items()]
        figures = experiment_figures(CountedExperiment(arms, days), SCALES, terms, reference="plain")
        wrong += any(row.verdict is not None and row.verdict.decided_on is not None for row in figures.arms)
    assert wrong / runs <= 0.05
