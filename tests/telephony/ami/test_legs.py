"""Legs: recorded calls and hand-made ones become facts. The table is what the telephones really did."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.calls import CallArrived, CallGone, EndedBy, Fact, Leg
from ivr.telephony.ami.events import (
    AgentCompleted,
    AgentConnected,
    AgentRang,
    BridgeEntered,
    BridgeLeft,
    CallEvent,
    Channel,
    ChannelCreated,
    ChannelListed,
    DialAnswered,
    DialBegan,
    HangupRequested,
    HungUp,
    QueueJoined,
)
from tests.telephony.ami.fake_manager import TRANSCRIPTS, transcript
from tests.telephony.ami.told import events_in, follow, table, tracker

# call, then: arrived at, caller, language | leg, agent, queue, from, to, ended by, wait, talk | gone at
RECORDED = {
    "direct_agent_leaves": """
        #58 arrived 0.0 h1:4567 en
        #58 leg 59 anna None 1.2 ? talking wait=? talk=?
        #58 leg 59 anna None 1.2 3.7 agent wait=? talk=2.5
        #58 gone 4.7
    """,
    "direct_caller_leaves": """
        #60 arrived 0.0 h1:4567 en
        #60 leg 61 anna None 1.2 ? talking wait=? talk=?
        #60 leg 61 anna None 1.2 2.5 caller wait=? talk=1.3
        #60 gone 2.5
    """,
    "queue_abandoned": """
        #4 arrived 0.0 h1:4567 en
        #4 gone 2.5
    """,
    "queue_agent_leaves": """
        #54 arrived 0.0 h1:4567 en
        #54 leg 55 anna support 1.2 ? talking wait=0.7 talk=?
        #54 leg 55 anna support 1.2 3.7 agent wait=0.7 talk=2.5
        #54 gone 4.7
    """,
    "queue_caller_leaves": """
        #56 arrived 0.0 h1:4567 en
        #56 leg 57 anna support 1.2 ? talking wait=0.7 talk=?
        #56 leg 57 anna support 1.2 2.5 caller wait=0.7 talk=1.3
        #56 gone 2.5
    """,
    "queue_local_caller_leaves": """
        #28 arrived 0.0 h1:4567 en
        #28 leg 29 Local/201@agents/n locals 1.2 ? talking wait=0.7 talk=?
        #28 leg 29 Local/201@agents/n locals 1.2 2.5 caller wait=0.7 talk=1.3
        #28 gone 2.5
    """,
    "queue_local_member": """
        #62 arrived 0.0 h1:4567 en
        #62 leg 63 Local/201@agents/n locals 1.2 ? talking wait=0.7 talk=?
        #62 leg 63 Local/201@agents/n locals 1.2 3.7 agent wait=0.7 talk=2.5
        #62 gone 4.7
    """,
    "refer_to_extension": """
        #69 arrived 0.0 h1:4567 en
        #69 leg 70 anna support 1.2 ? talking wait=0.7 talk=?
        #69 leg 70 anna support 1.2 3.7 transfer wait=0.7 talk=2.5
        #69 leg 71 李娜 None 4.4 ? talking wait=? talk=?
        #69 leg 71 李娜 None 4.4 6.9 agent wait=? talk=2.5
        #69 gone 7.9
    """,
    "refer_to_queue": """
        #66 arrived 0.0 h1:4567 en
        #66 leg 67 anna support 1.2 ? talking wait=0.7 talk=?
        #66 leg 67 anna support 1.2 3.7 transfer wait=0.7 talk=2.5
        #66 leg 68 李娜 sales 4.4 ? talking wait=0.7 talk=?
        #66 leg 68 李娜 sales 4.4 6.9 agent wait=0.7 talk=2.5
        #66 gone 7.9
    """,
}

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALLER = Channel("1.1", "PJSIP/trunk-00000001", "1.1", "15551234567", "en")
AGENT = Channel("1.2", "PJSIP/agent1-00000002", "1.1", "201", "en")
LOCAL = Channel("1.3", "Local/201@agents-00000003;1", "1.1")
BEHIND_LOCAL = Channel("1.4", "Local/201@agents-00000003;2", "1.1")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def legs(facts: list[Fact]) -> list[Leg]:
    return [fact for fact in facts if isinstance(fact, Leg)]


def connected(seconds: float, agent: Channel = AGENT, interface: str = "PJSIP/agent1") -> AgentConnected:
    return AgentConnected(CALLER, agent, "support", interface, 5.0, at(seconds))


def completed(
    seconds: float, reason: EndedBy, talk: float, agent: Channel = AGENT, interface: str = "PJSIP/agent1"
) -> AgentCompleted:
    return AgentCompleted(CALLER, agent, "support", interface, reason, 5.0, talk, at(seconds))


def bridged(seconds: float, agent: Channel = AGENT) -> list[CallEvent]:
    return [BridgeEntered(agent.uniqueid, at(seconds)), BridgeEntered(CALLER.uniqueid, at(seconds))]


def test_every_recording_is_in_the_table() -> None:
    assert {path.stem for path in TRANSCRIPTS.glob("*.txt")} == set(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_call(name: str) -> None:
    calls = tracker()
    expected = [line.strip() for line in RECORDED[name].strip().splitlines()]
    assert table(follow(calls, events_in(transcript(name)))) == expected
    assert len(calls.contacts) == 0, "a call that is over is forgotten"
    assert not calls._rung


@pytest.mark.parametrize("name", RECORDED)
def test_events_of_the_same_moment_may_come_in_either_order(name: str) -> None:
    """Asterisk's topics are not ordered among each other: AgentComplete may pass BridgeLeave."""

    def settled(events: list[CallEvent]) -> list[object]:
        last = {leg.leg: (leg.agent, leg.queue, leg.ended_by) for leg in legs(follow(tracker(), events))}
        return [last, [fact for fact in follow(tracker(), events) if isinstance(fact, CallGone | CallArrived)]]

    events = events_in(transcript(name))
    swapped = 0
    for i, (first, second) in enumerate(itertools.pairwise(events)):
        if second.at - first.at < timedelta(milliseconds=3):
            assert settled([*events[:i], second, first, *events[i + 2 :]]) == settled(events)
            swapped += 1
    assert swapped > 3


def complete_without(header: str, name: str) -> bytes:
    """Return a recording whose AgentComplete lacks a party's channel, as where it was gone before the event."""
    lacks = (b"Channel", b"CallerID", b"Connected", b"Language", b"Account", b"Context", b"Exten", b"Priority")
    lacks = tuple(header.encode() + each for each in (*lacks, b"Uniqueid", b"Linkedid"))
    frames = transcript(name).split(b"\r\n\r\n")
    for at, frame in enumerate(frames):
        if frame.startswith(b"Event: AgentComplete"):
            frames[at] = b"\r\n".join(line for line in frame.split(b"\r\n") if not line.startswith(lacks))
            assert frames[at] != frame
    return b"\r\n\r\n".join(frames)


QUEUED = [name for name in RECORDED if b"Event: AgentComplete" in transcript(name)]


@pytest.mark.parametrize("name", QUEUED)
@pytest.mark.parametrize("header", ["", "Dest"], ids=["caller", "agent"])
def test_an_end_tells_the_same_where_a_party_s_channel_was_gone_before_it(header: str, name: str) -> None:
    expected = [line.strip() for line in RECORDED[name].strip().splitlines()]
    assert table(follow(tracker(), events_in(complete_without(header, name)))) == expected


@pytest.mark.parametrize("name", QUEUED)
def test_an_end_without_its_caller_may_come_behind_the_caller_s_own(name: str) -> None:
    events = events_in(complete_without("", name))
    whole = follow(tracker(), events_in(transcript(name)))
    last = max(at for at, event in enumerate(events) if isinstance(event, AgentCompleted))
    for behind in range(last, len(events)):
        late = [*events[:last], *events[last + 1 : behind + 1], events[last], *events[behind + 1 :]]
        calls = tracker()
        facts = follow(calls, late)
        assert {leg.leg: leg.ended_by for leg in legs(facts)} == {leg.leg: leg.ended_by for leg in legs(whole)}
        assert [type(fact) for fact in facts] == [type(fact) for fact in whole]
        assert len(calls.contacts) == 0


def test_an_end_without_its_caller_is_nobody_s_where_the_agent_s_channel_is_not_known() -> None:
    """Its Linkedid may be that of another caller, so no leg is made up for the one whom it names."""
    calls = tracker()
    follow(calls, [QueueJoined(CALLER, "support", at(0))])
    unnamed = AgentCompleted(None, AGENT, "support", "PJSIP/agent1", EndedBy.CALLER, 5.0, 60.0, at(60))
    assert calls.asks(unnamed) == ()
    assert follow(calls, [unnamed]) == []


def test_facts_of_one_event_are_of_one_call() -> None:
    calls = tracker()
    for name in RECORDED:
        for event in events_in(transcript(name)):
            assert len({fact.call for fact in follow(calls, [event])}) <= 1


def test_numbers_never_enter_facts() -> None:
    for name in RECORDED:
        assert "15551234567" not in str(follow(tracker(), events_in(transcript(name))))


def test_an_agent_complete_that_comes_only_with_the_whole_call_is_not_believed() -> None:
    """Reported of some versions: reason caller and too long a talk, though the agent put the telephone down."""
    facts = follow(
        tracker(),
        [
            QueueJoined(CALLER, "support", at(0)),
            AgentRang(AGENT.uniqueid, at(1)),
            connected(5),
            *bridged(5),
            HangupRequested(AGENT.uniqueid, at(65)),
            BridgeLeft(AGENT.uniqueid, at(65)),
            BridgeLeft(CALLER.uniqueid, at(65)),
            HungUp(AGENT.uniqueid, at(65)),
            HangupRequested(CALLER.uniqueid, at(95)),
            completed(95, EndedBy.CALLER, 90),
            HungUp(CALLER.uniqueid, at(95)),
        ],
    )
    (_, leg) = legs(facts)
    assert (leg.ended_by, leg.ended_at, leg.talk_seconds) == (EndedBy.AGENT, at(65), 60.0)
    assert facts[-1] == CallGone(leg.call, at(95))


def test_a_leg_whose_start_fell_into_a_gap_is_told_by_its_end() -> None:
    facts = follow(
        tracker(),
        [completed(100, EndedBy.AGENT, 60), HungUp(AGENT.uniqueid, at(100)), HungUp(CALLER.uniqueid, at(101))],
    )
    (leg,) = legs(facts)
    assert (leg.connected_at, leg.ended_at, leg.talk_seconds, leg.wait_seconds) == (at(40), at(100), 60.0, 5.0)
    assert (leg.agent, leg.queue, leg.ended_by) == ("anna", "support", EndedBy.AGENT)
    assert [type(fact) for fact in facts] == [CallArrived, Leg, CallGone]


def test_a_wait_that_was_read_in_a_burst_gives_way_to_asterisks_own() -> None:
    (leg,) = legs(follow(tracker(), [QueueJoined(CALLER, "support", at(0)), connected(0)]))
    assert leg.wait_seconds == 5.0


def test_a_talk_goes_on_while_the_caller_is_parked() -> None:
    facts = follow(
        tracker(),
        [
            connected(0),
            *bridged(0),
            BridgeLeft(CALLER.uniqueid, at(10)),
            BridgeEntered(CALLER.uniqueid, at(20)),
            HangupRequested(AGENT.uniqueid, at(30)),
            BridgeLeft(AGENT.uniqueid, at(30)),
            completed(30, EndedBy.AGENT, 30),
        ],
    )
    assert legs(facts)[-1].talk_seconds == 30.0


def test_a_local_channel_may_be_optimised_away_under_the_talk() -> None:
    facts = follow(
        tracker(),
        [
            connected(0, LOCAL, "Local/201@agents"),
            *bridged(0, LOCAL),
            BridgeLeft(LOCAL.uniqueid, at(1)),
            HungUp(LOCAL.uniqueid, at(1)),
            BridgeLeft(CALLER.uniqueid, at(60)),
            completed(60, EndedBy.AGENT, 60, LOCAL, "Local/201@agents"),
        ],
    )
    (_, leg) = legs(facts)
    assert (leg.ended_at, leg.talk_seconds, leg.ended_by) == (at(60), 60.0, EndedBy.AGENT)


def test_the_inside_of_a_local_channel_is_no_call() -> None:
    inside: list[CallEvent] = [
        ChannelCreated(BEHIND_LOCAL, at(0)),
        DialBegan(BEHIND_LOCAL, AGENT, at(0)),
        DialAnswered(BEHIND_LOCAL, AGENT, at(1)),
        HungUp(BEHIND_LOCAL.uniqueid, at(2)),
        HungUp(AGENT.uniqueid, at(2)),
    ]
    assert follow(tracker(), inside) == []


OUTSIDE = Channel("2.2", "PJSIP/trunk-00000009", "1.2")


def dial(caller: Channel, dialled: Channel) -> list[CallEvent]:
    return [
        ChannelCreated(caller, at(0)),
        ChannelCreated(dialled, at(0)),
        DialBegan(caller, dialled, at(0)),
        DialAnswered(caller, dialled, at(1)),
        HungUp(dialled.uniqueid, at(2)),
        HungUp(caller.uniqueid, at(2)),
    ]


@pytest.mark.parametrize("strangers", [False, True])
def test_an_agent_who_dials_out_is_no_caller(*, strangers: bool) -> None:
    assert follow(tracker(strangers=strangers), dial(AGENT, OUTSIDE)) == []


def test_a_dial_to_a_stranger_is_a_leg_only_where_strangers_count() -> None:
    assert [type(fact) for fact in follow(tracker(), dial(CALLER, OUTSIDE))] == [CallGone]
    facts = follow(tracker(strangers=True), dial(CALLER, OUTSIDE))
    assert [type(fact) for fact in facts] == [CallArrived, Leg, Leg, CallGone]
    assert legs(facts)[0].agent == "PJSIP/trunk"


def test_a_queues_member_counts_though_nobody_is_entered_for_it() -> None:
    (leg,) = legs(follow(tracker(), [connected(0, interface="PJSIP/new")]))
    assert (leg.agent, leg.interface) == ("PJSIP/new", "PJSIP/new")


def test_a_directory_that_cannot_be_asked_leaves_the_agent_open() -> None:
    (leg,) = legs(tracker().follow(connected(0), {}))
    assert (leg.agent, leg.interface) == (None, "PJSIP/agent1")


def row(channel: Channel, application: str) -> ChannelListed:
    return ChannelListed(channel, application, "x")


def test_after_a_gap_what_is_gone_is_forgotten_and_nothing_is_made_up() -> None:
    calls = tracker()
    follow(calls, [QueueJoined(CALLER, "support", at(0)), connected(1), *bridged(1)])
    calls.resume([])
    assert len(calls.contacts) == 0
    follow(calls, [QueueJoined(CALLER, "support", at(0)), connected(1), *bridged(1)])
    calls.resume([row(CALLER, "AGI")])
    facts = follow(calls, [HungUp(CALLER.uniqueid, at(500))])
    assert [type(fact) for fact in facts] == [CallGone], "the end of the talk was not seen"


def test_the_end_of_a_talk_may_still_come_behind_the_list() -> None:
    calls = tracker()
    follow(calls, [connected(1), *bridged(1)])
    calls.resume([row(CALLER, "AGI")])
    (leg,) = legs(follow(calls, [HangupRequested(AGENT.uniqueid, at(9)), completed(9, EndedBy.AGENT, 8)]))
    assert (leg.ended_by, leg.talk_seconds) == (EndedBy.AGENT, 8.0)


def test_a_caller_who_was_there_before_us_is_told_when_gone() -> None:
    calls = tracker()
    calls.resume([row(CALLER, "Queue"), row(AGENT, "AppQueue"), row(LOCAL, "Queue")])
    assert len(calls.contacts) == 1
    facts = follow(
        calls, [HungUp(AGENT.uniqueid, at(1)), HungUp(LOCAL.uniqueid, at(1)), HungUp(CALLER.uniqueid, at(2))]
    )
    assert [type(fact) for fact in facts] == [CallGone]


def test_a_thousand_calls_whose_end_is_never_seen_stay_within_the_limit() -> None:
    calls = tracker(limit=50)
    for n in range(1000):
        caller = Channel(f"7.{n}", f"PJSIP/trunk-{n:08x}")
        agent = Channel(f"8.{n}", f"PJSIP/agent1-{n:08x}")
        follow(
            calls,
            [QueueJoined(caller, "q", at(0)), AgentConnected(caller, agent, "q", "PJSIP/agent1", 1, at(1))],
        )
    assert len(calls.contacts) == 50
    assert calls.contacts.forgotten == 950
    assert len(calls.contacts._caller_of) == 50


def test_interfaces_lose_the_channels_suffix_only() -> None:
    names = {
        "PJSIP/agent1-00000010": "PJSIP/agent1",
        "PJSIP/anna-maria-0000001f": "PJSIP/anna-maria",
        "Local/201@agents-00000003;1": "Local/201@agents",
        "SIP/gw-12": "SIP/gw-12",
    }
    assert {name: Channel("1", name).interface for name in names} == names


def test_a_talk_ends_although_the_agent_s_channel_was_gone_before_the_event_was_written() -> None:
    unnamed = AgentCompleted(CALLER, None, "support", "PJSIP/agent1", EndedBy.CALLER, 5.0, 60.0, at(60))
    last = legs(follow(tracker(), [QueueJoined(CALLER, "support", at(-5)), connected(0), *bridged(0.1), unnamed]))[-1]
    assert (last.leg, last.agent, last.ended_by, last.talk_seconds) == (AGENT.uniqueid, "anna", EndedBy.CALLER, 59.9)


def test_a_talk_ends_although_the_caller_s_channel_was_gone_before_the_event_was_written() -> None:
    unnamed = AgentCompleted(None, AGENT, "support", "PJSIP/agent1", EndedBy.CALLER, 5.0, 60.0, at(60))
    last = legs(follow(tracker(), [QueueJoined(CALLER, "support", at(-5)), connected(0), *bridged(0.1), unnamed]))[-1]
    assert (last.leg, last.agent, last.ended_by, last.talk_seconds) == (AGENT.uniqueid, "anna", EndedBy.CALLER, 59.9)


def test_an_end_without_the_agent_s_channel_tells_nothing_twice() -> None:
    calls = tracker()
    follow(calls, [QueueJoined(CALLER, "support", at(-5)), connected(0), HungUp(AGENT.uniqueid, at(60))])
    unnamed = AgentCompleted(CALLER, None, "support", "PJSIP/agent1", EndedBy.AGENT, 5.0, 60.0, at(60))
    assert follow(calls, [unnamed]) == []


def test_the_language_is_the_one_with_which_the_caller_joined_the_queue() -> None:
    """The channel comes to be in the PBX's own language; the dialplan sets the caller's."""
    german = Channel(CALLER.uniqueid, CALLER.name, CALLER.linkedid, CALLER.number, "de")
    facts = follow(tracker(), [ChannelCreated(CALLER, at(-9)), QueueJoined(german, "support", at(-5))])
    assert [(fact.language, fact.arrived_at) for fact in facts if isinstance(fact, CallArrived)] == [("de", at(-9))]


def test_ringing_whose_end_is_never_seen_is_forgotten_in_the_end() -> None:
    calls = tracker(limit=10)
    for number in range(100):
        follow(calls, [AgentRang(f"8.{number}", datetime(2026, 3, 2, tzinfo=UTC))])
    assert len(calls._rung) == 10
    assert "8.99" in calls._rung
