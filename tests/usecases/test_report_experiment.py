"""The report of an experiment: its terms from the log or the file, and every word of a wrong key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision, definition_of
from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Stratum, Unit
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.errors import ExperimentUnknown
from ivr.usecases.experiment_json import experiment_json
from ivr.usecases.experiment_records import experiment_records
from ivr.usecases.experiment_table import (
    arm_table,
    delay_table,
    effect_table,
    ratio_lines,
    terms_text,
    verdict_lines,
)
from ivr.usecases.report_experiment import report_experiment
from ivr.usecases.report_window import ReportWindow
from tests.experiment_calls import SCALES, START, MemoryExperimentCounts, drawn_calls
from tests.memory_ports import MemoryDecisions

NOW = datetime(2026, 4, 1, tzinfo=UTC)
EVEN = {"plain": 0.5, "paced": 0.5}
TRIAL = Experiment(
    key="trial",
    salt="s",
    unit=Unit.CALLER,
    strata=(Stratum("*", EVEN, {0.0: 0.9, 2.0: 0.1}),),
    primary_metric=PrimaryMetric.TOP_BOX,
    minimum_sample=300,
    stop_rule=StopRule.CONFIDENCE_SEQUENCE,
    control="plain",
)
STARTED = ExperimentDecision("trial", START, "sam", DecisionKind.STARTED, None, definition_of(TRIAL))
CALLS = drawn_calls(1, 6000, layouts=EVEN, answers={"plain": 0.4, "paced": 0.4}, best={"plain": 0.6, "paced": 0.75})


async def report(key="trial", *, log=(STARTED,), experiments=None, calls=CALLS, instruments=SCALES, **more):
    return await report_experiment(
        key,
        MemoryExperimentCounts({"trial": calls, "imported": calls}),
        MemoryDecisions(list(log)),
        {"trial": TRIAL} if experiments is None else experiments,
        instruments,
        clock=lambda: NOW,
        reference_layout="plain",
        **more,
    )


async def test_a_started_experiment_is_judged_by_its_locked_terms():
    found = await report()
    assert (found.is_defined, found.started_at, found.stopped_at, found.computed_at) == (True, START, None, NOW)
    assert found.figures.terms.minimum_sample == 300
    assert found.figures.reference == "plain"
    assert found.warnings == ()
    assert terms_text(found) == (
        "trial: 6,000 calls; decided by top-box, 300 ratings of each layout, stop rule confidence_sequence, "
        "since 2026-03-02"
    )
    assert verdict_lines(found)[0].startswith("paced: decided on 2026-03-")


async def test_a_file_that_was_changed_since_does_not_change_the_terms():
    changed = replace(TRIAL, minimum_sample=5, primary_metric=PrimaryMetric.RESPONSE_RATE)
    found = await report(experiments={"trial": changed})
    assert found.figures.terms.minimum_sample == 300
    assert found.figures.terms.primary_metric is PrimaryMetric.TOP_BOX
    assert any("trial.toml is not what it was at the start" in warning for warning in found.warnings)


async def test_a_stopped_experiment_without_a_file_still_has_its_terms():
    stopped = ExperimentDecision("trial", START + timedelta(days=20), "sam", DecisionKind.STOPPED, "done")
    found = await report(log=(STARTED, stopped), experiments={})
    assert (found.is_defined, found.stopped_at) == (True, stopped.at)
    assert found.figures.terms.minimum_sample == 300


async def test_one_that_was_never_started_here_says_that_nothing_is_locked():
    found = await report(log=())
    assert found.figures.terms.minimum_sample == 300
    assert "its terms are not locked: `ivr experiments start trial --by NAME`" in found.warnings[0]


async def test_imported_calls_are_reported_without_terms():
    found = await report("imported")
    assert not found.is_defined
    assert "its primary metric, minimum sample and stop rule are not known" in found.warnings[0]
    assert found.figures.arms[0].effects.top_box.figure.lo > 0
    assert "nothing is decided, as no rule is known" in verdict_lines(found)[0]
    assert terms_text(found) == "imported: 6,000 calls; its terms are not known here"


async def test_a_layout_that_was_changed_meanwhile_is_told_with_what_to_write():
    changed = ExperimentDecision("trial", START + timedelta(days=3), "serve", DecisionKind.LAYOUT_CHANGED, "x", "{}")
    found = await report(log=(STARTED, changed))
    assert "look at those since then with --from 2026-03-05T09:00Z" in found.warnings[0]


async def test_a_filter_gets_figures_and_no_verdict():
    found = await report(window=ReportWindow(queue="sales"))
    assert found.figures.handled == 6000
    assert verdict_lines(found) == (
        "paced: nothing is concluded: these are not all of its calls; ask without a window and filters",
    )


async def test_an_unknown_key_is_refused_in_one_sentence_that_names_the_known():
    with pytest.raises(ExperimentUnknown) as refused:
        await report("trail")
    assert str(refused.value) == "trail: no experiment and no call has this key; name one of imported, trial"
    with pytest.raises(ExperimentUnknown, match="there is none yet"):
        await report_experiment(
            "x", MemoryExperimentCounts(), MemoryDecisions(), {}, SCALES, clock=lambda: NOW, reference_layout="plain"
        )


async def test_json_holds_every_figure_with_its_reasons():
    plain = experiment_json(await report())
    assert plain["terms"] == {
        "known": True,
        "primary_metric": "top_box",
        "minimum_sample": 300,
        "stop_rule": "confidence_sequence",
        "unit": "caller",
        "started_at": START.isoformat(),
        "stopped_at": None,
    }
    assert plain["sample_ratio"]["mismatch"] is None
    assert plain["sample_ratio"]["assigned"]["fixed"]["method"] == "chi_square"
    paced, reference = plain["arms"]
    assert (paced["layout"], reference["layout"]) == ("paced", "plain")
    assert reference["against_reference"] is None
    for name in ("response_rate", "top_box", "win_probability"):
        figure = paced["against_reference"][name]
        assert figure.keys() == {"estimate", "lo", "hi", "unit", "n", "method", "status", "reasons", "p_value"}
    assert paced["verdict"]["higher"] == "paced"
    assert len(plain["allocation"]) == 1
    assert len(plain["delays"]) == 2


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        (StopRule.CONFIDENCE_SEQUENCE, "'at every look' counts, whenever one looks"),
        (StopRule.FIXED_SAMPLE, "'p (Holm)' counts, on the planned day alone"),
        (StopRule.NONE, "nothing decides here, as the stop rule is none"),
    ],
)
async def test_the_table_says_which_of_its_figures_counts(rule, counts):
    terms = replace(TRIAL, stop_rule=rule)
    found = await report(log=(replace(STARTED, definition=definition_of(terms)),))
    assert effect_table(found).remarks[1].startswith(counts)
    assert effect_table(await report("imported")).remarks[1].startswith("nothing decides here, as no rule is known")


async def test_a_layout_in_another_order_is_warned_of_in_lee_s_bounds():
    ahead, behind = (Instrument(("bad", "fair", "good"), first_read=first) for first in (2, 0))
    for paced, is_told in ((ahead, False), (behind, True), (Instrument(("bad", "fair", "good")), False)):
        found = await report(instruments=Instruments({"plain": ahead, "paced": paced}))
        told = [each for each in effect_table(found).remarks if "do not go by it" in each]
        assert [each.partition(":")[0] for each in told] == (["paced"] if is_told else [])


async def test_tables_have_as_many_cells_as_headers():
    found = await report()
    for table in (arm_table(found), effect_table(found), delay_table(found), experiment_records(found)):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.headers)}
    assert all(": chance fair? yes (p " in line for line in ratio_lines(found))
    lost = [call for number, call in enumerate(CALLS) if call.layout == "plain" or number % 5]
    assert "chance fair? NO, MISMATCH (p < .001); counted" in ratio_lines(await report(calls=lost))[0]
    assert effect_table(await report(calls=lost)).rows[0][1:4] == ("refused",) * 3
