"""Deciding who is asked: at once or not at all, exact among calls that come together, and soon."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.asking_rules import AskingRules, CallerPast, Caps, QueueRules, Throttle
from ivr.domain.calls import CallId
from ivr.domain.eligibility import Candidate, Decision, Sampling
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused
from ivr.usecases.asked_counts import AskedCall, AskedTotals
from ivr.usecases.decide_asking import DecideAsking

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
UNAVAILABLE = Decision(0.0, Outcome.NOT_SELECTED, "unavailable")


@dataclass
class MemoryCallers:
    """A ledger in which ``stored`` calls were asked; ``wait`` is how long it takes to look."""

    stored: list[tuple[str | None, AskedCall]] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    wait: float = 0.0
    fault: Exception | None = None
    looked_up: list[str] = field(default_factory=list)
    counted: int = 0

    async def past_of(self, caller: str, at: datetime, throttle: Throttle | None) -> CallerPast:
        self.looked_up.append(caller)
        asked = {
            call.call: call.at
            for known, call in self.stored
            if known == caller and throttle is not None and call.at > throttle.since(at)
        }
        await asyncio.sleep(self.wait)
        if self.fault is not None:
            raise self.fault
        return CallerPast(caller in self.refusing, asked)

    async def asked_since(self, moment: datetime) -> Sequence[AskedCall]:
        self.counted += 1
        found = [call for _, call in self.stored if call.at >= moment]
        await asyncio.sleep(self.wait)
        if self.fault is not None:
            raise self.fault
        return found

    async def asked_before(self, moment: datetime, since: datetime | None) -> AskedTotals:
        agents: dict[str, int] = {}
        queues: dict[str, int] = {}
        for _, call in self.stored:
            if call.at < moment and (since is None or call.at >= since):
                agents[call.agent or ""] = agents.get(call.agent or "", 0) + 1
                queues[call.queue or ""] = queues.get(call.queue or "", 0) + 1
        return AskedTotals(agents, queues)


@dataclass
class Measured:
    """Remembers what it was told."""

    declined_by: list[str | None] = field(default_factory=list)

    def decided(self, seconds: float, declined_by: str | None) -> None:
        assert seconds >= 0
        self.declined_by.append(declined_by)


def call(number: int) -> CallId:
    return CallId("default", f"1772452800.{number}")


def candidate(number: int, *, at: datetime = NOON, caller: str | None = None, **further: object) -> Candidate:
    return replace(Candidate(call(number), at, caller, "sales", "ana"), **further)  # type: ignore[arg-type]


def stored(
    number: int, at: datetime, *, caller: str | None = None, site: str | None = None
) -> tuple[str | None, AskedCall]:
    return caller, AskedCall(call(number), at, "ana", "sales", site)


async def deciding(
    rules: AskingRules, callers: MemoryCallers | None = None, *, now: datetime = NOON, meter: Measured | None = None
) -> DecideAsking:
    known = callers or MemoryCallers()
    made = DecideAsking(callers=known, asked_calls=known, clock=lambda: now, meter=meter, longest_wait_seconds=0.05)
    await made.exchange(rules)
    return made


def asked(decisions: Sequence[Decision]) -> int:
    return sum(decision.declined is None for decision in decisions)


DAY_CAP_OF_ONE = AskingRules(agents={"*": Caps(day=1)})


async def test_two_calls_at_once_cannot_pass_a_cap_of_one() -> None:
    decide = (await deciding(DAY_CAP_OF_ONE)).decide
    decisions = await asyncio.gather(*(decide(candidate(number, caller=f"h1:{number}")) for number in range(20)))
    assert asked(decisions) == 1
    assert {each.declined_by for each in decisions} == {None, "agent_day_cap"}


async def test_a_caller_on_two_lines_is_asked_on_one() -> None:
    decide = (await deciding(AskingRules(throttle=Throttle(1, 7)))).decide
    decisions = await asyncio.gather(*(decide(candidate(number, caller="h1:a")) for number in range(5)))
    assert [each.declined_by for each in decisions] == [None, *["caller_throttle"] * 4]
    assert asked(await asyncio.gather(*(decide(candidate(9 + n, caller=f"h1:b{n}")) for n in range(5)))) == 5


async def test_a_call_that_is_stored_by_now_is_counted_once() -> None:
    callers = MemoryCallers()
    decide = (await deciding(AskingRules(throttle=Throttle(2, 7)), callers)).decide
    assert (await decide(candidate(1, caller="h1:a"))).declined is None
    callers.stored.append(stored(1, NOON, caller="h1:a"))
    assert (await decide(candidate(2, caller="h1:a"))).declined is None
    assert (await decide(candidate(3, caller="h1:a"))).declined_by == "caller_throttle"


async def test_a_caller_who_is_led_through_the_rating_twice_in_one_call_counts_once() -> None:
    rules = AskingRules(agents={"*": Caps(day=2)}, throttle=Throttle(1, 7))
    decide = (await deciding(rules)).decide
    first, again = await decide(candidate(1, caller="h1:a")), await decide(candidate(1, caller="h1:a"))
    assert first == again == Decision(1.0)
    assert (await decide(candidate(2, caller="h1:b"))).declined is None
    assert (await decide(candidate(3, caller="h1:c"))).declined_by == "agent_day_cap"


async def test_a_caller_whose_word_is_no_is_not_asked_and_an_unknown_one_is_not_looked_up() -> None:
    callers = MemoryCallers(refusing={"h1:a"})
    decide = (await deciding(AskingRules(), callers)).decide
    assert await decide(candidate(1, caller="h1:a")) == Decision(0.0, Outcome.DO_NOT_ASK, "do_not_ask")
    assert await decide(candidate(2, caller=None)) == Decision(1.0)
    assert callers.looked_up == ["h1:a"]


async def test_who_said_no_to_the_invitation_uses_up_no_cap_and_is_counted_by_name() -> None:
    meter = Measured()
    rules = AskingRules(agents={"*": Caps(day=1)}, throttle=Throttle(1, 7))
    decide = (await deciding(rules, meter=meter)).decide
    refused = Decision(1.0, Outcome.OPTED_OUT, "invitation")
    assert await decide(candidate(1, caller="h1:a", consent=False)) == refused
    assert await decide(candidate(2, caller="h1:a", consent=False)) == refused
    assert await decide(candidate(3, caller="h1:a", consent=True)) == Decision(1.0)
    assert meter.declined_by == ["invitation", "invitation", None]


async def test_a_no_to_the_invitation_counts_only_of_who_would_have_been_asked() -> None:
    rules = AskingRules(queues={"*": QueueRules(sampling=Sampling(1e-9))})
    decide = (await deciding(rules)).decide
    assert await decide(candidate(1, consent=False)) == Decision(1e-9, Outcome.NOT_SELECTED, "sampling")


async def test_a_test_call_is_asked_and_counts_nowhere() -> None:
    rules = AskingRules(agents={"*": Caps(day=1)}, throttle=Throttle(1, 7))
    decide = (await deciding(rules, MemoryCallers(refusing={"h1:a"}))).decide
    for number in range(3):
        assert await decide(candidate(number, caller="h1:a", test=True)) == Decision(1.0)
    assert (await decide(candidate(9, caller="h1:b"))).declined is None


async def test_caps_count_what_the_ledger_has_of_the_site_s_day() -> None:
    berlin, today = ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    rules = AskingRules(queues={"*": QueueRules(caps=Caps(day=2))}, zone=berlin)
    day_before = stored(1, datetime(2026, 3, 28, 22, 59, tzinfo=UTC))
    midnight = stored(2, datetime(2026, 3, 28, 23, 0, tzinfo=UTC))
    decide = (await deciding(rules, MemoryCallers([day_before, midnight]), now=today)).decide
    assert (await decide(candidate(3, at=today))).declined is None
    assert (await decide(candidate(4, at=today))).declined_by == "queue_day_cap"
    # The day ends an hour early, as Berlin's clocks went forward on it.
    assert (await decide(candidate(5, at=datetime(2026, 3, 29, 21, 59, tzinfo=UTC)))).declined_by == "queue_day_cap"
    assert (await decide(candidate(6, at=datetime(2026, 3, 29, 22, 0, tzinfo=UTC)))).declined is None


async def test_a_day_is_that_of_the_call_s_own_site() -> None:
    zones = {"tokyo": ZoneInfo("Asia/Tokyo"), "lima": ZoneInfo("America/Lima")}
    rules = AskingRules(agents={"ana": Caps(day=1)}, zones=zones)
    evening = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)  # the 3rd in Tokyo, the 2nd in Lima
    decide = (await deciding(rules, MemoryCallers([stored(1, NOON, site="lima")]), now=evening)).decide
    assert (await decide(candidate(2, at=evening, site="lima"))).declined_by == "agent_day_cap"
    assert (await decide(candidate(3, at=evening, site="tokyo"))).declined is None
    assert (await decide(candidate(4, at=evening, site="tokyo"))).declined_by == "agent_day_cap"
    next_day = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert (await decide(candidate(5, at=next_day, site="lima"))).declined_by == "agent_day_cap"


async def test_a_total_counts_from_its_first_day_on() -> None:
    years = [stored(number, NOON - timedelta(days=100 * number)) for number in range(1, 5)]
    all_of_it = AskingRules(queues={"*": QueueRules(caps=Caps(total=5))})
    since = replace(all_of_it, totals_since=NOON - timedelta(days=250))
    for rules, left in ((all_of_it, 1), (since, 3)):
        decide = (await deciding(rules, MemoryCallers(list(years)))).decide
        decisions = [await decide(candidate(number)) for number in range(10, 16)]
        assert [each.declined_by for each in decisions] == [None] * left + ["queue_total_cap"] * (6 - left)


async def test_the_ledger_is_counted_once_and_again_only_for_other_counts() -> None:
    callers = MemoryCallers([stored(1, NOON)])
    made = await deciding(AskingRules(), callers)
    assert callers.counted == 0
    await made.exchange(AskingRules(agents={"*": Caps(day=2)}))
    await made.exchange(AskingRules(agents={"*": Caps(day=3)}, queues={"sales": QueueRules(Sampling(0.5))}))
    assert callers.counted == 1
    await made.exchange(AskingRules(agents={"*": Caps(day=3)}, zone=ZoneInfo("Europe/Berlin")))
    assert callers.counted == 2


async def test_what_is_asked_while_the_ledger_is_counted_is_counted_too() -> None:
    callers = MemoryCallers(wait=0.02)
    made = await deciding(AskingRules(), callers)
    before = await made.decide(candidate(1))
    callers.stored.append(stored(1, NOON))
    exchanging = asyncio.create_task(made.exchange(AskingRules(agents={"*": Caps(day=3)})))
    await asyncio.sleep(0.01)
    during = await made.decide(candidate(2))
    await exchanging
    after = [await made.decide(candidate(number)) for number in (3, 4)]
    assert [each.declined_by for each in (before, during, *after)] == [None, None, None, "agent_day_cap"]


async def test_rules_that_cannot_be_counted_change_nothing() -> None:
    callers = MemoryCallers()
    made = await deciding(AskingRules(throttle=Throttle(1, 1)), callers)
    callers.fault = DatabaseRefused("the disk is gone")
    with pytest.raises(DatabaseRefused):
        await made.exchange(DAY_CAP_OF_ONE)
    callers.fault = None
    assert (await made.decide(candidate(1, caller="h1:a"))).declined is None
    assert (await made.decide(candidate(2, caller="h1:a"))).declined_by == "caller_throttle"
    assert (await made.decide(candidate(3, caller="h1:b"))).declined is None


@pytest.mark.parametrize("fault", [DatabaseRefused("the disk is gone"), RuntimeError("a fault of ours")])
async def test_in_doubt_nobody_is_asked(fault: Exception) -> None:
    meter = Measured()
    decide = (await deciding(AskingRules(), MemoryCallers(fault=fault), meter=meter)).decide
    assert await decide(candidate(1, caller="h1:a")) == UNAVAILABLE
    assert meter.declined_by == ["unavailable"]


async def test_a_caller_does_not_wait_for_a_ledger_that_hangs() -> None:
    callers = MemoryCallers(wait=3600)
    decide = (await deciding(DAY_CAP_OF_ONE, MemoryCallers())).decide
    slow = await deciding(AskingRules(), callers)
    assert await asyncio.wait_for(slow.decide(candidate(1, caller="h1:a")), 60) == UNAVAILABLE
    assert (await decide(candidate(2, caller="h1:a"))).declined is None


async def test_a_caller_is_looked_up_beside_what_else_is_read_and_only_once() -> None:
    callers = MemoryCallers(wait=0.03, refusing={"h1:a"})
    made = await deciding(AskingRules(), callers)
    with made.foreseen(call(1), "h1:a"), made.foreseen(call(2), None):
        await asyncio.sleep(0)
        assert callers.looked_up == ["h1:a"]
        assert (await made.decide(candidate(1, caller="h1:a"))).declined_by == "do_not_ask"
        assert (await made.decide(candidate(2))).declined is None
    assert callers.looked_up == ["h1:a"]


@pytest.mark.parametrize("fault", [None, DatabaseRefused("the disk is gone")])
async def test_a_look_up_that_nobody_needs_any_more_ends_in_silence(fault: Exception | None) -> None:
    callers = MemoryCallers(fault=fault)
    made = await deciding(AskingRules(), callers)
    with made.foreseen(call(1), "h1:a"):
        await asyncio.sleep(0.01)
    with made.foreseen(call(1), "h1:a"):
        pass
    await asyncio.sleep(0.01)
    assert made._foreseen == {}
    assert callers.looked_up == ["h1:a"]


async def test_a_foreseen_caller_does_not_wait_longer_either() -> None:
    made = await deciding(AskingRules(), MemoryCallers(wait=3600))
    with made.foreseen(call(1), "h1:a"):
        assert await asyncio.wait_for(made.decide(candidate(1, caller="h1:a")), 60) == UNAVAILABLE


async def test_whoever_is_drawn_out_counts_towards_no_cap() -> None:
    rules = AskingRules(queues={"*": QueueRules(Sampling(0.2), caps=Caps(day=3))})
    meter = Measured()
    decide = (await deciding(rules, meter=meter)).decide
    decisions = [await decide(candidate(number)) for number in range(60)]
    by = [each.declined_by for each in decisions]
    assert by.count(None) == 3
    last_asked = len(by) - 1 - by[::-1].index(None)
    assert set(by[:last_asked]) == {None, "sampling"}
    assert set(by[last_asked + 1 :]) == {"queue_day_cap"}
    assert meter.declined_by == by


async def test_reservations_do_not_pile_up() -> None:
    made = await deciding(AskingRules(throttle=Throttle(1, 1)))
    for number in range(200):
        await made.decide(candidate(number, at=NOON + timedelta(seconds=number), caller=f"h1:{number}"))
    assert len(made._reserved.all()) <= 61
    assert len(made._reserved._by_caller) <= 61


COMING = st.lists(
    st.tuples(
        st.integers(0, 3 * 24 * 60),  # minutes after the start
        st.sampled_from(["h1:a", "h1:b", "h1:c", None]),
        st.sampled_from(["ana", "ben", None]),
        st.sampled_from(["sales", "support", None]),
        st.sampled_from(["tokyo", "lima", None]),
    ),
    max_size=40,
)
SOME = st.one_of(st.none(), st.integers(1, 4))


@settings(deadline=None)
@given(COMING, SOME, SOME, SOME, st.one_of(st.none(), st.tuples(st.integers(1, 2), st.integers(1, 2))))
def test_no_cap_and_no_throttle_is_ever_passed(
    coming: list[tuple[int, str | None, str | None, str | None, str | None]],
    agent_day: int | None,
    queue_day: int | None,
    queue_total: int | None,
    throttle: tuple[int, int] | None,
) -> None:
    rules = AskingRules(
        agents={"*": Caps(day=agent_day)},
        queues={"*": QueueRules(caps=Caps(queue_day, queue_total))},
        throttle=None if throttle is None else Throttle(*throttle),
        zones={"tokyo": ZoneInfo("Asia/Tokyo"), "lima": ZoneInfo("America/Lima")},
        zone=ZoneInfo("Europe/Berlin"),
    )
    callers = MemoryCallers()
    those = [
        Candidate(call(number), NOON + timedelta(minutes=minutes), caller, queue, agent, site)
        for number, (minutes, caller, agent, queue, site) in enumerate(sorted(coming, key=lambda each: each[0]))
    ]

    async def decide_all() -> list[Candidate]:
        made = await deciding(rules, callers)
        found = []
        # Those of one minute come at once, and are in the ledger before the next.
        for _, together in groupby(those, key=lambda each: each.at):
            group = list(together)
            decisions = await asyncio.gather(*(made.decide(each) for each in group))
            for each, decision in zip(group, decisions, strict=True):
                if decision.declined is None:
                    found.append(each)
                    callers.stored.append(
                        (each.caller, AskedCall(each.call, each.at, each.agent, each.queue, each.site))
                    )
        return found

    asked_ones = asyncio.run(decide_all())
    days = {each.call: each.at.astimezone(rules.zone_of(each.site)).date() for each in asked_ones}
    by_agent = Counter((each.agent, days[each.call]) for each in asked_ones if each.agent)
    by_queue = Counter((each.queue, days[each.call]) for each in asked_ones if each.queue)
    in_all = Counter(each.queue for each in asked_ones if each.queue)
    for counts, cap in ((by_agent, agent_day), (by_queue, queue_day), (in_all, queue_total)):
        assert cap is None or max(counts.values(), default=0) <= cap
    for each in asked_ones if throttle is not None else ():
        since = each.at - timedelta(days=throttle[1])
        lately = [one for one in asked_ones if one.caller == each.caller and since < one.at <= each.at]
        assert each.caller is None or len(lately) <= throttle[0]
    if not rules.throttle and agent_day is queue_day is queue_total is None:
        assert asked_ones == those
