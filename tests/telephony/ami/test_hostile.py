"""Hostile input: it is read or counted as the corpus says, however it is cut, and the link lives."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import CallGone
from ivr.telephony.ami.events import AmiEvent
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.framing import Framer, NotAManager
from ivr.telephony.ami.meter import Discard
from ivr.telephony.ami.reading import WANTED, EventMangled, read_event
from tests.telephony.ami.fake_manager import GREETING, fake_manager, listed, wire
from tests.telephony.ami.hostile import AT, CORPUS, END, GREETINGS, Hostile
from tests.telephony.ami.office import Office, call, listener_for, running, until

BEHIND = wire("Event: BridgeLeave\nUniqueid: 9.9")


def answer(data: bytes, cuts: list[int]) -> tuple[list[AmiEvent], Counter[Discard]]:
    """Return the events that are read of ``data``, cut at ``cuts``, and what is thrown away."""
    framer = Framer(WANTED)
    events: list[AmiEvent] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for frame in (frame for lo, hi in pairwise(edges) for frame in framer.feed(data[lo:hi])):
        if not frame.lower().startswith(b"event: "):
            framer.discarded[Discard.UNASKED] += 1
            continue
        try:
            event = read_event(Frame(frame), AT)
            if event is not None:
                events.append(event)
        except EventMangled:
            framer.discarded[Discard.MALFORMED] += 1
    return events, framer.discarded


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
@given(cuts=st.lists(st.integers(min_value=0), max_size=20))
def test_it_gets_its_answer_and_the_next_event_is_read(case: Hostile, cuts: list[int]) -> None:
    events, discarded = answer(GREETING + case.sent + BEHIND, cuts)
    assert events[:-1] == list(case.events)
    assert events[-1:] == answer(GREETING + BEHIND, [])[0]
    assert discarded == case.discarded


@pytest.mark.parametrize("case", [case for case in CORPUS if len(case.sent) < 2000], ids=lambda case: case.name)
def test_it_gets_its_answer_cut_at_every_byte(case: Hostile) -> None:
    data = GREETING + case.sent + BEHIND
    whole = answer(data, [])
    assert all(answer(data, [cut]) == whole for cut in range(len(data)))
    assert answer(data, list(range(len(data)))) == whole


@given(st.binary(max_size=400), st.lists(st.integers(min_value=0), max_size=10))
def test_no_bytes_whatever_break_the_framing(noise: bytes, cuts: list[int]) -> None:
    data = GREETING + noise + END + BEHIND
    events, discarded = answer(data, cuts)
    assert events[-1:] == answer(GREETING + BEHIND, [])[0]
    assert (events, discarded) == answer(data, [])


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"Event: ", b"Hangup", b"BridgeLeave", b": ", b"\0", b"x"])))
def test_no_arrangement_of_line_ends_makes_the_cuts_matter(pieces: list[bytes]) -> None:
    data = GREETING + b"".join(pieces) + END + BEHIND
    assert answer(data, list(range(len(data)))) == answer(data, [])


@pytest.mark.parametrize("first", GREETINGS.values(), ids=GREETINGS.keys())
def test_what_is_no_greeting_is_told_however_it_is_cut(first: bytes) -> None:
    with pytest.raises(NotAManager):
        answer(first, [])
    with pytest.raises(NotAManager):
        answer(first, list(range(len(first))))


async def test_the_whole_corpus_over_one_link_costs_no_call() -> None:
    office = Office()
    expected: Counter[str] = Counter()
    async with fake_manager() as manager:
        listening = listener_for(manager, office)
        async with running(listening):
            await until(lambda: office.snapshots)
            for number, case in enumerate(CORPUS):
                manager.send(case.sent + call(number))
                expected += Counter(case.discarded)
                ends = f"9.{number}"
                await until(lambda ends=ends: CallGone in {type(f) for f in office.facts if f.call.uniqueid == ends})
            assert office.discarded == expected
            assert listening.handler_failures == 0
        assert manager.links == 1


@pytest.mark.parametrize("first", [*GREETINGS.values(), b""], ids=[*GREETINGS, "silence"])
async def test_nobody_signs_in_to_what_is_no_manager(first: bytes) -> None:
    office = Office()
    async with fake_manager(greeting=first) as manager:
        async with running(listener_for(manager, office, connect_seconds=0.1)):
            await until(lambda: manager.links >= 2)
        assert manager.actions == []
    assert office.up == []


async def test_a_second_answer_to_one_action_is_not_used() -> None:
    office = Office()
    twice = ("Response: Success\nActionID: {id}", "Response: Error\nActionID: {id}")
    async with fake_manager(answers={"Login": twice, "Ping": twice}) as manager:
        async with running(listener_for(manager, office, ping_every_seconds=0.01)):
            await until(lambda: office.discarded["unasked"] >= 3)
        assert manager.links == 1
    assert office.discarded.keys() == {"unasked"}


ROWS = (listed("5.1"), listed("5.2"))
SHORT = ("Event: CoreShowChannel\nActionID: {id}\nChannel: PJSIP/x-1",)


@pytest.mark.parametrize(
    ("settings", "discarded"),
    [
        ({"live": ROWS, "rows_lost": 1}, {"list_spoilt": 1}),
        ({"live": ROWS, "rows_more": 1}, {"list_spoilt": 3}),
        ({"live": (*ROWS, *SHORT)}, {"malformed": 1, "list_spoilt": 2}),
    ],
    ids=["a row missing", "a row too many", "a row without its Uniqueid"],
)
async def test_a_spoilt_list_closes_no_live_call(settings: dict[str, object], discarded: dict[str, int]) -> None:
    office = Office()
    async with fake_manager(**settings) as manager, running(listener_for(manager, office)):
        await until(lambda: manager.named("CoreShowChannels"))
        manager.send(call(1))
        await until(lambda: len(office.facts) == 4)
    assert office.snapshots == []
    assert office.discarded == discarded


async def test_rows_and_ends_of_a_list_that_nobody_asked_for_are_not_used() -> None:
    office = Office()
    row = listed("5.1").replace("{id}", "somebody-else")
    end = "Event: CoreShowChannelsComplete\nActionID: somebody-else\nListItems: 1"
    async with fake_manager() as manager, running(listener_for(manager, office)):
        await until(lambda: office.snapshots)
        manager.send(wire(row, end) + call(1))
        await until(lambda: len(office.facts) == 4)
    assert office.snapshots == [frozenset()]
    assert office.discarded == {"unasked": 2}
