"""What the experiments' pages are answered with: terms, state, shares, effects at every look, and the log."""

import json
import pickle
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.catalogue.experiments import load_experiments
from ivr.catalogue.layouts import load_layouts
from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision, definition_of
from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Stratum, Unit
from ivr.errors import ExperimentUnknown
from ivr.usecases.declared_experiments import ExperimentState, declared_of, state_of
from ivr.usecases.read_experiments import ExperimentDocumentQuestion, ExperimentQuestion, ExperimentsQuestion
from ivr.usecases.report_window import ReportWindow
from tests.experiment_calls import START, drawn_calls
from tests.memory_ports import NOON
from tests.read_here import ReadHere
from tests.usecases.test_read_layouts import MemoryHistory
from tests.web_site import Site

ROOT = Path(__file__).parents[2]
EVEN = {"plain": 0.5, "paced": 0.5}
TRIAL = Experiment(
    key="trial",
    salt="trial-1",
    unit=Unit.CALLER,
    strata=(Stratum("*", EVEN, {0.0: 1.0}),),
    primary_metric=PrimaryMetric.TOP_BOX,
    minimum_sample=100,
    stop_rule=StopRule.CONFIDENCE_SEQUENCE,
    control="plain",
)
STARTED = ExperimentDecision("trial", START, "ada", DecisionKind.STARTED, definition=definition_of(TRIAL))


def _site(best: dict[str, float] | None = None) -> Site:
    site = Site()
    site.experiments.calls["trial"] = drawn_calls(
        1, 3000, layouts=EVEN, answers={"plain": 0.5, "paced": 0.5}, best=best or {"plain": 0.4, "paced": 0.8}
    )
    site.decisions.decisions.append(STARTED)
    site.defined["trial"] = TRIAL
    site.history = MemoryHistory(given=[AllocationSpan("trial", "*", START, None, EVEN, {0.0: 1.0})])
    return site


async def _read(site: Site, question):
    return pickle.loads(pickle.dumps(await ReadHere(site.sources()).read(question)))


async def test_every_experiment_is_listed_that_anything_knows() -> None:
    site = _site()
    site.experiments.calls["imported"] = site.experiments.calls["trial"]
    site.defined["later"] = replace(TRIAL, key="later")
    found = await _read(site, ExperimentsQuestion())
    assert [(each.key, each.state, each.has_file) for each in found] == [
        ("trial", ExperimentState.RUNNING, True),
        ("imported", ExperimentState.CARRIED, False),
        ("later", ExperimentState.NOT_STARTED, True),
    ]
    assert found[0].declared.is_locked
    assert not found[2].declared.is_locked
    assert found[1].declared is None


async def test_one_shows_terms_shares_effects_verdict_and_log() -> None:
    answer = await _read(_site(), ExperimentQuestion("trial"))
    assert (answer.handled, answer.reference, answer.unit) == (3000, "plain", "caller")
    assert answer.summary.declared.minimum_sample == 100
    assert [each.what for each in answer.ratios] == ["assigned", "started", "delays"]
    assert answer.mismatch is None
    assert sum(answer.ratios[0].observed.values()) > 0
    paced = next(arm for arm in answer.arms if arm.layout == "paced")
    by_metric = {each.metric: each for each in paced.effects}
    score = by_metric[PrimaryMetric.TOP_BOX]
    assert score.at_every_look == score.looks[-1].figure
    assert score.at_every_look.lo < score.at_one_look.lo
    assert score.at_every_look.hi > score.at_one_look.hi
    assert score.at_every_look.lo > 0
    assert by_metric[PrimaryMetric.RESPONSE_RATE].at_every_look.n > score.at_every_look.n
    assert paced.verdict.startswith("decided on")
    assert paced.higher == "paced"
    plain = next(arm for arm in answer.arms if arm.layout == "plain")
    assert (plain.effects, plain.verdict) == ((), None)
    assert [(each.decision, each.definition) for each in answer.decisions] == [(DecisionKind.STARTED, None)]
    assert answer.allocations[0].layouts == EVEN


async def test_another_metric_that_decides_is_shown_beside_score_and_response() -> None:
    site = _site()
    other = replace(TRIAL, primary_metric=PrimaryMetric.WIN_PROBABILITY)
    site.decisions.decisions[:] = [replace(STARTED, definition=definition_of(other))]
    answer = await _read(site, ExperimentQuestion("trial"))
    paced = next(arm for arm in answer.arms if arm.layout == "paced")
    assert [each.metric for each in paced.effects] == [
        PrimaryMetric.RESPONSE_RATE,
        PrimaryMetric.TOP_BOX,
        PrimaryMetric.WIN_PROBABILITY,
    ]
    assert paced.effects[2].looks[-1].figure.lo > 0.5


async def test_a_mismatch_withholds_every_effect() -> None:
    site = _site()
    lost = [call for number, call in enumerate(site.experiments.calls["trial"]) if call.layout == "plain" or number % 3]
    site.experiments.calls["trial"] = lost
    answer = await _read(site, ExperimentQuestion("trial"))
    assert answer.mismatch is not None
    paced = next(arm for arm in answer.arms if arm.layout == "paced")
    for effect in paced.effects:
        assert effect.at_every_look.estimate is None
        assert effect.looks == ()
        assert "withheld" in effect.at_every_look.reasons[0]
    assert paced.verdict.startswith("nothing is concluded")


async def test_the_document_has_the_looks_that_the_page_draws() -> None:
    site = _site()
    page = await _read(site, ExperimentQuestion("trial"))
    document = json.loads(await _read(site, ExperimentDocumentQuestion("trial")))
    paced = next(arm for arm in document["arms"] if arm["layout"] == "paced")
    drawn = next(arm for arm in page.arms if arm.layout == "paced").effects[1].looks
    assert [each["day"] for each in paced["looks"]["top_box"]] == [each.day for each in drawn]
    none = json.loads(await _read(site, ExperimentDocumentQuestion("trial", ReportWindow(site="nowhere"))))
    assert none["handled"] == 0


async def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(ExperimentUnknown, match="trail: no experiment and no call has this key; name one of trial"):
        await _read(_site(), ExperimentQuestion("trail"))


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([], ExperimentState.NOT_STARTED),
        ([DecisionKind.STARTED], ExperimentState.RUNNING),
        ([DecisionKind.STARTED, DecisionKind.RAMPED], ExperimentState.RUNNING),
        ([DecisionKind.STARTED, DecisionKind.STOPPED], ExperimentState.STOPPED),
        ([DecisionKind.STARTED, DecisionKind.STOPPED_BY_GUARDRAIL], ExperimentState.STOPPED_BY_GUARDRAIL),
        ([DecisionKind.STARTED, DecisionKind.ENDED], ExperimentState.ENDED),
    ],
)
def test_the_state_is_what_the_log_says(decisions: list[DecisionKind], state: ExperimentState) -> None:
    log = [ExperimentDecision("trial", NOON, "ada", kind) for kind in decisions]
    assert state_of(declared_of(TRIAL, log), log) is state


def test_what_was_declared_is_read_back_from_the_lock() -> None:
    layouts = load_layouts(ROOT / "config" / "layouts")
    shipped = load_experiments(ROOT / "config" / "experiments", layouts)["default"]
    shipped = replace(shipped, control="sequential-123", holdout=0.05, ends=NOON + timedelta(days=90))
    declared = declared_of(
        None, [ExperimentDecision("default", NOON, "ada", DecisionKind.STARTED, definition=definition_of(shipped))]
    )
    assert declared is not None
    assert (declared.control, declared.holdout, declared.is_locked) == ("sequential-123", 0.05, True)
    assert declared.strata[0].layouts == shipped.strata[0].layouts
    assert declared.strata[0].delays == shipped.strata[0].delays
    assert declared.guardrail == shipped.guardrail
