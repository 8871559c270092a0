"""Who is asked: each rule alone, their order, and what holds whatever the rules are."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.asking_rules import (
    OUTCOMES,
    AskedSoFar,
    AskingRules,
    CallerPast,
    Caps,
    QueueRules,
    Rule,
    Throttle,
    is_spoken,
    judge,
)
from ivr.domain.calls import CallId
from ivr.domain.eligibility import Candidate, Decision, Sampling
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.domain.schedules import Hours, Schedule

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
CALL = CallId("default", "1700000000.1")
MONDAYS = Schedule({0: (Hours(8 * 60, 18 * 60),)})
NOBODY_YET = AskedSoFar()


def candidate(
    call: CallId = CALL,
    at: datetime = NOON,
    *,
    caller: str | None = "h1:a",
    queue: str | None = "sales",
    agent: str | None = "ana",
    site: str | None = None,
    language: str | None = "en",
    talk_seconds: float | None = 60.0,
    test: bool = False,
) -> Candidate:
    return Candidate(call, at, caller, queue, agent, site, language, talk_seconds, test)


def rules(queue: QueueRules | None = None, **further: object) -> AskingRules:
    return AskingRules(queues={"sales": queue or QueueRules()}, **further)  # type: ignore[arg-type]


def asked(*ago: timedelta) -> dict[CallId, datetime]:
    return {CallId("default", f"earlier.{number}"): NOON - each for number, each in enumerate(ago)}


def test_without_rules_everybody_is_asked_for_certain() -> None:
    assert judge(AskingRules(), candidate(), CallerPast(), NOBODY_YET) == Decision(1.0)


@pytest.mark.parametrize(
    ("given_rules", "past", "so_far", "who", "by", "outcome"),
    [
        (rules(), CallerPast(refuses=True), NOBODY_YET, candidate(), "do_not_ask", Outcome.DO_NOT_ASK),
        (
            rules(QueueRules(minimum_talk_seconds=60.5)),
            CallerPast(),
            NOBODY_YET,
            candidate(),
            "minimum_talk",
            Outcome.TOO_SHORT,
        ),
        (
            rules(throttle=Throttle(2, 7)),
            CallerPast(asked=asked(timedelta(days=1), timedelta(days=6, hours=23))),
            NOBODY_YET,
            candidate(),
            "caller_throttle",
            Outcome.THROTTLED,
        ),
        (
            rules(agents={"ana": Caps(day=3)}),
            CallerPast(),
            AskedSoFar(agent_day=3),
            candidate(),
            "agent_day_cap",
            Outcome.THROTTLED,
        ),
        (
            rules(agents={"*": Caps(total=9)}),
            CallerPast(),
            AskedSoFar(agent_total=9),
            candidate(),
            "agent_total_cap",
            Outcome.THROTTLED,
        ),
        (
            rules(QueueRules(caps=Caps(day=1))),
            CallerPast(),
            AskedSoFar(queue_day=1),
            candidate(),
            "queue_day_cap",
            Outcome.THROTTLED,
        ),
        (
            rules(QueueRules(caps=Caps(total=5))),
            CallerPast(),
            AskedSoFar(queue_total=6),
            candidate(),
            "queue_total_cap",
            Outcome.THROTTLED,
        ),
        (
            rules(QueueRules(schedule=MONDAYS)),
            CallerPast(),
            NOBODY_YET,
            candidate(at=NOON + timedelta(days=1)),
            "schedule",
            Outcome.NOT_SELECTED,
        ),
        (
            rules(QueueRules(languages=frozenset({"de"}))),
            CallerPast(),
            NOBODY_YET,
            candidate(),
            "language",
            Outcome.NOT_SELECTED,
        ),
    ],
)
def test_a_rule_that_declines_leaves_no_chance_and_is_named(
    given_rules: AskingRules, past: CallerPast, so_far: AskedSoFar, who: Candidate, by: str, outcome: Outcome
) -> None:
    assert judge(given_rules, who, past, so_far) == Decision(0.0, outcome, by)


@pytest.mark.parametrize(
    ("given_rules", "past", "so_far", "who"),
    [
        # One under the cap, or just outside of the rule.
        (
            rules(agents={"ana": Caps(day=3, total=4)}),
            CallerPast(),
            AskedSoFar(agent_day=2, agent_total=3),
            candidate(),
        ),
        (rules(QueueRules(minimum_talk_seconds=60)), CallerPast(), NOBODY_YET, candidate()),
        (rules(throttle=Throttle(1, 7)), CallerPast(asked=asked(timedelta(days=7))), NOBODY_YET, candidate()),
        (rules(QueueRules(schedule=MONDAYS)), CallerPast(), NOBODY_YET, candidate()),
        (rules(QueueRules(languages=frozenset({"de", "en"}))), CallerPast(), NOBODY_YET, candidate(language="en_GB")),
        # What nobody knows breaks no rule.
        (rules(QueueRules(minimum_talk_seconds=60)), CallerPast(), NOBODY_YET, candidate(talk_seconds=None)),
        (rules(QueueRules(languages=frozenset({"de"}))), CallerPast(), NOBODY_YET, candidate(language=None)),
        (rules(agents={"*": Caps(day=1)}), CallerPast(), AskedSoFar(agent_day=9), candidate(agent=None)),
        # Another queue's, another agent's.
        (rules(QueueRules(caps=Caps(day=1))), CallerPast(), AskedSoFar(queue_day=9), candidate(queue="support")),
        (rules(agents={"ben": Caps(day=1)}), CallerPast(), AskedSoFar(agent_day=9), candidate()),
        # A name of its own takes nothing from the others' rules.
        (
            rules(agents={"*": Caps(day=1), "ana": Caps(total=100)}),
            CallerPast(),
            AskedSoFar(agent_day=9, agent_total=9),
            candidate(),
        ),
        # The call itself is no earlier one.
        (rules(throttle=Throttle(1, 7)), CallerPast(asked={CALL: NOON}), NOBODY_YET, candidate()),
    ],
)
def test_a_rule_that_does_not_hold_asks_for_certain(
    given_rules: AskingRules, past: CallerPast, so_far: AskedSoFar, who: Candidate
) -> None:
    assert judge(given_rules, who, past, so_far) == Decision(1.0)


def test_a_test_call_is_asked_whatever_the_rules_say() -> None:
    strict = rules(
        QueueRules(Sampling(1e-9), 1e9, Caps(1, 1), frozenset({"xx"}), Schedule({})), throttle=Throttle(1, 1)
    )
    so_far = AskedSoFar(9, 9, 9, 9)
    assert judge(strict, candidate(test=True), CallerPast(refuses=True), so_far) == Decision(1.0)
    assert judge(strict, candidate(), CallerPast(), so_far).declined is not None


def test_one_in_four_asks_a_quarter_and_keeps_the_chance_of_all() -> None:
    quarter = rules(QueueRules(Sampling(1 / 4)))
    calls = [CallId("default", f"1700000000.{number}") for number in range(4000)]
    decisions = [judge(quarter, candidate(call), CallerPast(), NOBODY_YET) for call in calls]
    assert {each.selection_probability for each in decisions} == {0.25}
    assert {(each.declined, each.declined_by) for each in decisions} == {
        (None, None),
        (Outcome.NOT_SELECTED, "sampling"),
    }
    # Four standard errors of a share of 0.25 in 4000 calls.
    assert abs(sum(each.declined is None for each in decisions) / 4000 - 0.25) < 0.028


def test_hours_are_read_on_the_clock_of_the_call_s_site() -> None:
    office = rules(
        QueueRules(schedule=MONDAYS),
        zones={"berlin": ZoneInfo("Europe/Berlin"), "tokyo": ZoneInfo("Asia/Tokyo")},
        zone=ZoneInfo("America/New_York"),
    )
    morning = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)  # 8:30 in Berlin, 16:30 in Tokyo, 2:30 in New York
    asked_at = {
        site: judge(office, candidate(at=morning, site=site), CallerPast(), NOBODY_YET).declined is None
        for site in ("berlin", "tokyo", "lima", None)
    }
    assert asked_at == {"berlin": True, "tokyo": True, "lima": False, None: False}


def test_office_hours_follow_the_change_of_clocks() -> None:
    every_day = Schedule(dict.fromkeys(range(7), (Hours(8 * 60, 9 * 60),)))
    berlin = rules(QueueRules(schedule=every_day), zone=ZoneInfo("Europe/Berlin"))

    def opened(day: date) -> set[int]:
        hours = (datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) for hour in range(24))
        return {at.hour for at in hours if judge(berlin, candidate(at=at), CallerPast(), NOBODY_YET).declined is None}

    assert opened(date(2026, 3, 28)) == {7}
    assert opened(date(2026, 3, 29)) == {6}
    assert opened(date(2026, 10, 24)) == {6}
    assert opened(date(2026, 10, 25)) == {7}


@pytest.mark.parametrize(
    ("language", "languages", "spoken"),
    [
        ("en", {"en"}, True),
        ("en_GB", {"en"}, True),
        ("en-gb", {"EN_GB"}, True),
        ("en", {"en_GB"}, False),
        ("eng", {"en"}, False),
        ("de", {"en", "fr"}, False),
    ],
)
def test_a_language_is_spoken_where_it_or_its_family_is_named(language: str, languages: set[str], spoken: bool) -> None:
    assert is_spoken(language, frozenset(languages)) is spoken


MOMENTS = st.integers(-10 * 86_400, 10 * 86_400).map(lambda seconds: NOON + timedelta(seconds=seconds))
SOME = st.one_of(st.none(), st.integers(1, 4))
RULES = st.builds(
    lambda queue, agent, throttle: AskingRules(queues={"*": queue}, agents={"*": agent}, throttle=throttle),
    st.builds(
        QueueRules,
        sampling=st.builds(Sampling, st.sampled_from([1.0, 0.5, 0.25, 1e-6])),
        minimum_talk_seconds=st.one_of(st.none(), st.floats(0.1, 200)),
        caps=st.builds(Caps, SOME, SOME),
        languages=st.one_of(st.none(), st.just(frozenset({"en"})), st.just(frozenset({"de"}))),
        schedule=st.one_of(st.none(), st.just(MONDAYS)),
    ),
    st.builds(Caps, SOME, SOME),
    st.one_of(st.none(), st.builds(Throttle, st.integers(1, 3), st.integers(1, 30))),
)
CANDIDATES = st.builds(
    candidate,
    call=st.builds(CallId, st.just("default"), st.text("0123456789.", min_size=1)),
    at=MOMENTS,
    talk_seconds=st.one_of(st.none(), st.floats(0, 300)),
    language=st.sampled_from([None, "en", "de", "fr"]),
)
PASTS = st.builds(
    CallerPast,
    refuses=st.booleans(),
    asked=st.dictionaries(
        st.builds(CallId, st.just("default"), st.text("ab", min_size=1)),
        MOMENTS,
        max_size=5,
    ),
)
SO_FAR = st.builds(AskedSoFar, *[st.integers(0, 5)] * 4)


@given(RULES, CANDIDATES, PASTS, SO_FAR)
def test_a_decision_is_one_of_few_kinds_whatever_comes(
    given_rules: AskingRules, who: Candidate, past: CallerPast, so_far: AskedSoFar
) -> None:
    decision = judge(given_rules, who, past, so_far)
    assert decision == judge(given_rules, who, past, so_far)
    share = given_rules.of_queue(who.queue).sampling.probability
    if decision.declined is None:
        assert (decision.selection_probability, decision.declined_by) == (share, None)
        assert not past.refuses
        return
    assert decision.declined_by is not None
    rule = Rule(decision.declined_by)
    assert decision.declined is OUTCOMES[rule]
    assert DISPOSITIONS[decision.declined].aapor is None, "what we chose not to ask is not in the sample"
    assert decision.selection_probability == (share if rule is Rule.SAMPLING else 0.0)
    if past.refuses:
        assert rule is Rule.DO_NOT_ASK


@given(RULES, CANDIDATES, PASTS, SO_FAR, SO_FAR)
def test_having_asked_more_never_asks_somebody_who_was_not(
    given_rules: AskingRules, who: Candidate, past: CallerPast, so_far: AskedSoFar, more: AskedSoFar
) -> None:
    higher = AskedSoFar(
        so_far.agent_day + more.agent_day,
        so_far.agent_total + more.agent_total,
        so_far.queue_day + more.queue_day,
        so_far.queue_total + more.queue_total,
    )
    later = CallerPast(past.refuses, {**past.asked, CallId("default", "just now"): who.at})
    if judge(given_rules, who, past, so_far).declined is not None:
        assert judge(given_rules, who, past, higher).declined is not None
        assert judge(given_rules, who, later, so_far).declined is not None


def test_every_rule_has_its_outcome() -> None:
    outcomes: Mapping[Rule, Outcome] = OUTCOMES
    assert set(outcomes) == set(Rule)
