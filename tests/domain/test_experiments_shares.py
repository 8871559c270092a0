"""Experiments: holdout, ramp, queues and window; whoever does not take part gets the control, with its chances told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.consents import Consent
from ivr.domain.draws import mixed
from ivr.domain.experiments import (
    Assignment,
    Experiment,
    PrimaryMetric,
    RampStep,
    StopRule,
    Stratum,
    Unit,
    assign,
)
from ivr.domain.invitations import NONE, InvitationAssignment, assign_invitation
from ivr.errors import ExperimentRefused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LAYOUTS = {"sequential-123": 0.5, "sparse-531": 0.3, "reversed-123": 0.2}
DELAYS = {0.0: 0.8, 2.0: 0.2}
RAMP = (RampStep(NOON, 0.1), RampStep(NOON + DAY, 0.5), RampStep(NOON + 2 * DAY, 0.9))
TRIAL = Experiment(
    key="trial",
    salt="trial-1",
    unit=Unit.CALLER,
    strata=(Stratum("*", LAYOUTS, DELAYS, {NONE: 0.5, "stay": 0.5}, {NONE: 0.25, "be-kind": 0.75}),),
    primary_metric=PrimaryMetric.TOP_BOX,
    minimum_sample=1000,
    stop_rule=StopRule.NONE,
    control="sequential-123",
)
CALLERS = [f"h1:{number:x}" for number in range(20_000)]
CONTROL = Assignment(None, "*", "sequential-123", 1.0, "sequential-123:1", 0.0, 1.0)
# Twenty comparisons or so on fixed draws; a right hash passes 4.5 all but once in 150,000 tries.
Z_BOUND = 4.5


def given_to(
    trial: Experiment, caller: str = "h1:0", at: datetime = NOON, site: str | None = None, queue: str | None = None
) -> Assignment:
    return assign(trial, site=site, queue=queue, caller=caller, call="1.1", at=at)


def invited(trial: Experiment, caller: str = "h1:0", at: datetime = NOON) -> InvitationAssignment | None:
    return assign_invitation(trial, site=None, queue=None, caller=caller, call="1.1", at=at)


def z_score(count: int, share: float, total: int) -> float:
    return (count - total * share) / (total * share * (1 - share)) ** 0.5


def require_as_promised(drawn: Sequence[tuple[str, float]]) -> None:
    """Require that every arm comes as often as its own probability says, and that those sum to 1."""
    counts = Counter(arm for arm, _ in drawn)
    told = dict(drawn)
    assert all(told[arm] == probability for arm, probability in drawn)
    assert sum(told.values()) == pytest.approx(1, abs=1e-12)
    for arm, count in counts.items():
        assert abs(z_score(count, told[arm], len(drawn))) < Z_BOUND, arm


TRIALS = {
    "all": TRIAL,
    "holdout": replace(TRIAL, holdout=0.2),
    "ramp": replace(TRIAL, ramp=RAMP),
    "ramp and holdout": replace(TRIAL, ramp=RAMP[:2], holdout=0.4),
    "a control that is no arm": replace(TRIAL, control="plain", holdout=0.3),
}


@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS.keys())
@pytest.mark.parametrize("days", [0, 1, 2])
def test_what_is_logged_is_what_callers_get(trial: Experiment, days: int) -> None:
    everybody = [given_to(trial, caller, NOON + days * DAY) for caller in CALLERS]
    require_as_promised([(each.layout, each.layout_probability) for each in everybody])
    require_as_promised([(f"{each.delay_seconds:g}", each.delay_probability) for each in everybody])
    both = Counter((each.layout, each.delay_seconds) for each in everybody)
    chances = {
        (each.layout, each.delay_seconds): each.layout_probability * each.delay_probability for each in everybody
    }
    for pair, chance in chances.items():
        assert abs(z_score(both[pair], chance, len(CALLERS))) < Z_BOUND, pair
    (allocation,) = {each.allocation for each in everybody}
    spelled = dict(part.split(":") for part in allocation.split())
    assert {layout: float(share) for layout, share in spelled.items()} == pytest.approx(
        {each.layout: each.layout_probability for each in everybody}
    )


@given(
    shares=st.lists(st.floats(0.01, 1), min_size=1, max_size=5),
    share=st.floats(0.01, 1),
    control=st.sampled_from(["a0", "a1", "elsewhere"]),
)
@settings(max_examples=60, deadline=None)
def test_mixtures_sum_to_1_and_hold_what_they_are_made_of(shares: list[float], share: float, control: str) -> None:
    arms = {f"a{number}": each / sum(shares) for number, each in enumerate(shares)}
    mixture = mixed(share, arms, control)
    assert sum(mixture.values()) == pytest.approx(1, abs=1e-9)
    for arm, probability in arms.items():
        assert mixture[arm] == pytest.approx(share * probability + (1 - share) * (arm == control))


def test_who_takes_part_at_one_step_does_so_at_every_later_one_with_the_same_arm() -> None:
    trial = replace(TRIAL, ramp=RAMP, control="plain")
    moments = [NOON - DAY, NOON, NOON + DAY, NOON + 2 * DAY, NOON + 9 * DAY]
    taking_part = []
    for caller in CALLERS[:3000]:
        path = [given_to(trial, caller, at).layout for at in moments]
        inside = [layout != "plain" for layout in path]
        assert inside == sorted(inside)
        assert len(set(path) - {"plain"}) <= 1
        taking_part.append(inside)
    shares = [sum(at) / len(taking_part) for at in zip(*taking_part, strict=True)]
    assert shares == pytest.approx([0, 0.1, 0.5, 0.9, 0.9], abs=0.03)


def test_the_held_out_never_take_part() -> None:
    whole = replace(TRIAL, control="plain", holdout=0.25)
    ramped = replace(whole, ramp=(RampStep(NOON, 0.4), RampStep(NOON + DAY, 0.75)))
    for caller in CALLERS[:3000]:
        held_out = given_to(whole, caller, NOON).layout == "plain"
        assert held_out == (given_to(ramped, caller, NOON + DAY).layout == "plain")
        assert not held_out or given_to(ramped, caller, NOON).layout == "plain"


def test_a_holdout_changes_nobody_else() -> None:
    held = replace(TRIAL, holdout=0.3, control="plain")
    for caller in CALLERS[:2000]:
        assert given_to(held, caller).layout in {"plain", given_to(TRIAL, caller).layout}


def test_before_the_ramp_everybody_gets_the_control() -> None:
    assert given_to(replace(TRIAL, ramp=RAMP), at=NOON - timedelta(seconds=1)) == CONTROL


def test_only_callers_of_the_configured_queues_are_randomised() -> None:
    trial = replace(TRIAL, queues=("support", "sales"))
    assert {given_to(trial, caller, queue="support").layout for caller in CALLERS[:200]} == set(LAYOUTS)
    for queue in ("billing", None):
        assert {given_to(trial, caller, queue=queue) for caller in CALLERS[:200]} == {CONTROL}
        assert assign_invitation(trial, site=None, queue=queue, caller="h1:0", call="1.1", at=NOON) is None


SPANS = {
    "window": {"starts": NOON, "ends": NOON + DAY},
    "as the log says": {"started_at": NOON, "stopped_at": NOON + DAY},
    "both": {"starts": NOON - DAY, "ends": NOON + 2 * DAY, "started_at": NOON, "stopped_at": NOON + DAY},
}


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS.keys())
def test_outside_its_time_everybody_gets_the_control(span: dict[str, datetime]) -> None:
    trial = replace(TRIAL, **span)
    second = timedelta(seconds=1)
    for at in (NOON - second, NOON + DAY, NOON + DAY + second):
        assert {given_to(trial, caller, at) for caller in CALLERS[:200]} == {CONTROL}
        assert invited(trial, at=at) is None
        assert not trial.is_running_at(at)
    for at in (NOON, NOON + DAY - second):
        assert {given_to(trial, caller, at).layout for caller in CALLERS[:200]} == set(LAYOUTS)
        assert trial.is_running_at(at)


def test_a_call_from_before_the_stop_that_closes_after_it_keeps_its_arm() -> None:
    stopped = replace(TRIAL, started_at=NOON, stopped_at=NOON + DAY)
    for caller in CALLERS[:100]:
        assert given_to(stopped, caller, NOON + DAY / 2) == given_to(TRIAL, caller)


def test_without_a_named_control_most_callers_layout_is_it() -> None:
    assert replace(TRIAL, control=None).control_layout == "sequential-123"
    assert replace(TRIAL, control="plain").layout_keys() == {*LAYOUTS, "plain"}


def test_a_stratum_of_another_language_has_a_control_of_its_own() -> None:
    german = Stratum("*/hotline", {"rating-de": 0.5, "reversed-de": 0.5}, {0.0: 1.0}, control="rating-de")
    trial = replace(TRIAL, strata=(*TRIAL.strata, german), holdout=0.4, stopped_at=NOON + DAY, queues=("hotline",))
    inside = [given_to(trial, caller, queue="hotline") for caller in CALLERS]
    require_as_promised([(each.layout, each.layout_probability) for each in inside])
    assert {each.layout for each in inside} == {"rating-de", "reversed-de"}
    stopped = given_to(trial, at=NOON + DAY, queue="hotline")
    assert (stopped.layout, stopped.allocation, stopped.experiment) == ("rating-de", "rating-de:1", None)
    assert given_to(trial, queue="support").layout == "sequential-123"
    assert trial.layout_keys() == {*LAYOUTS, "rating-de", "reversed-de"}
    assert trial.given_in(german, NOON + DAY) == ({"rating-de": 1.0}, {0.0: 1.0})
    assert trial.given_in(german, NOON)[0] == pytest.approx({"rating-de": 0.7, "reversed-de": 0.3})


def test_the_order_of_the_strata() -> None:
    def only(name: str) -> Stratum:
        return Stratum(name, {f"of {name}": 1.0}, {0.0: 1.0})

    names = ("*", "*/sales", "north", "north/sales")
    every = replace(TRIAL, strata=tuple(only(name) for name in names))
    expected = {
        ("north", "sales"): "north/sales",
        ("north", "support"): "north",
        ("south", "sales"): "*/sales",
        (None, "sales"): "*/sales",
        ("south", "support"): "*",
        (None, None): "*",
    }
    for (site, queue), name in expected.items():
        assert given_to(every, site=site, queue=queue).stratum == name
    assert replace(TRIAL, strata=(only("*"), only("None/sales"))).stratum(None, "sales").name == "*"


def test_invitations_and_scripts_are_drawn_with_their_chances_apart_from_all_else() -> None:
    trial = replace(TRIAL, holdout=0.1)
    everybody = [(invited(trial, caller), given_to(trial, caller)) for caller in CALLERS]
    drawn = [(invitation, assignment) for invitation, assignment in everybody if invitation is not None]
    assert len(drawn) == len(CALLERS)
    require_as_promised([(each.invitation, each.invitation_probability) for each, _ in drawn])
    require_as_promised([(each.script, each.script_probability) for each, _ in drawn])
    assert drawn[0][0].invitation_probability == pytest.approx(
        0.9 * 0.5 + (0.1 if drawn[0][0].invitation == NONE else 0)
    )
    together = Counter((each.invitation, each.script, assignment.layout) for each, assignment in drawn)
    chance = {
        (each.invitation, each.script, assignment.layout): each.invitation_probability
        * each.script_probability
        * assignment.layout_probability
        for each, assignment in drawn
    }
    for triple, probability in chance.items():
        assert abs(z_score(together[triple], probability, len(CALLERS))) < Z_BOUND, triple


def test_an_experiment_without_invitations_has_none_to_assign() -> None:
    plain = replace(TRIAL, strata=(Stratum("*", LAYOUTS, DELAYS),))
    assert invited(plain) is None
    scripts_only = replace(TRIAL, strata=(Stratum("*", LAYOUTS, DELAYS, scripts={"be-kind": 1.0}),))
    assert invited(scripts_only) == InvitationAssignment("trial", "*", NONE, 1.0, "be-kind", 1.0)


REFUSALS = {
    "holdout of all": ({"holdout": 1.0}, ("holdout",), "holdout is 1; write a share from 0 to less than 1"),
    "holdout below 0": ({"holdout": -0.1}, ("holdout",), "holdout is -0.1"),
    "no sample": ({"minimum_sample": 0}, ("minimum_sample",), "minimum_sample is 0; write a number of ratings"),
    "end before the start": ({"starts": NOON, "ends": NOON}, ("to",), "not after from; write a later moment"),
    "ramp of nothing": ({"ramp": (RampStep(NOON, 0.0),)}, ("ramp", 1, "share"), "share is 0; write a share above 0"),
    "ramp over all": ({"ramp": (RampStep(NOON, 1.1),)}, ("ramp", 1, "share"), "share is 1.1; write a share"),
    "ramp back in time": ({"ramp": (RAMP[1], RAMP[0])}, ("ramp", 2, "from"), "write the steps in their order"),
    "ramp down": (
        {"ramp": (RampStep(NOON, 0.5), RampStep(NOON + DAY, 0.5))},
        ("ramp", 2, "share"),
        "ramp goes from 0.5 to 0.5; let each share be larger than the last",
    ),
    "ramp after the end": ({"ramp": RAMP, "ends": NOON + DAY}, ("ramp", 2, "from"), "not before the end"),
    "ramp and holdout": (
        {"ramp": RAMP, "holdout": 0.2},
        ("ramp", 3, "share"),
        "ramp to 0.9 and holdout 0.2 are more than 1; lower one of them",
    ),
    "consent of nothing": (
        {"consents": {"other": Consent("1", "2")}},
        ("consent", "other"),
        "consent of other, which no stratum invites with; name an invitation",
    ),
}


@pytest.mark.parametrize(("change", "place", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_what_makes_no_sense_is_refused_with_its_place(
    change: dict, place: tuple[str | int, ...], sentence: str
) -> None:
    with pytest.raises(ExperimentRefused) as refused:
        replace(TRIAL, **change)
    assert str(refused.value).startswith("experiment trial: ")
    assert sentence in str(refused.value)
    assert refused.value.place == place


@pytest.mark.parametrize("name", ["", "/sales", "north/", "north/sales/late"])
def test_a_stratum_is_a_place(name: str) -> None:
    with pytest.raises(ExperimentRefused, match=r"is no place; write site, site/queue, \*/queue or \*"):
        Stratum(name, {"a": 1.0}, {0.0: 1.0})


@pytest.mark.parametrize("kind", ["invitations", "scripts"])
@pytest.mark.parametrize("arms", [{"a": 0.5}, {"a": 2.0, "b": -1.0}])
def test_arms_of_prompts_are_distributions_too(kind: str, arms: dict[str, float]) -> None:
    with pytest.raises(ExperimentRefused, match=f"stratum north: {kind}") as refused:
        Stratum("north", {"a": 1.0}, {0.0: 1.0}, **{kind: arms})
    assert refused.value.place == ("strata", "north", kind)
