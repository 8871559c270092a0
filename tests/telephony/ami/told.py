"""Runs a stream of events through the tracker, and writes the facts as a table that a person can read."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from ivr.domain.calls import CallArrived, CallGone, Fact, Leg
from ivr.telephony.ami.events import AmiEvent, ChannelListed, ChannelsListed
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.framing import Framer
from ivr.telephony.ami.legs import CallTracker
from ivr.telephony.ami.reading import WANTED, read_event

PEOPLE = {"PJSIP/agent1": "anna", "PJSIP/agent2": "李娜"}


def events_in(data: bytes) -> list[AmiEvent]:
    """Return the events of a recorded session."""
    read = (read_event(Frame(raw), datetime.fromtimestamp(0, UTC)) for raw in Framer(WANTED).feed(data))
    return [event for event in read if event is not None]


def tracker(**settings: object) -> CallTracker:
    """Return a tracker whose pseudonyms can be recognised."""
    return CallTracker("main", lambda number: f"h1:{number[-4:]}", **settings)  # type: ignore[arg-type]


def follow(calls: CallTracker, events: Iterable[AmiEvent], people: Mapping[str, str] = PEOPLE) -> list[Fact]:
    """Return every fact that ``events`` settle."""
    facts: list[Fact] = []
    for event in events:
        assert not isinstance(event, ChannelListed | ChannelsListed)
        facts += calls.follow(event, {interface: people.get(interface) for interface in calls.asks(event)})
    return facts


def table(facts: Iterable[Fact]) -> list[str]:
    """Return one line a fact; times are seconds since the first fact's moment."""
    lines: list[str] = []
    start: datetime | None = None

    def since(at: datetime | None) -> str:
        nonlocal start
        start = start or at
        return "?" if at is None or start is None else f"{(at - start).total_seconds():.1f}"

    for fact in facts:
        assert fact.call.pbx == "main"
        call = fact.call.uniqueid.partition(".")[2]
        match fact:
            case CallArrived():
                words = ["arrived", since(fact.arrived_at), str(fact.caller), str(fact.language)]
            case Leg():
                words = [
                    "leg",
                    fact.leg.partition(".")[2],
                    f"{fact.agent}",
                    f"{fact.queue}",
                    since(fact.connected_at),
                    since(fact.ended_at),
                    "talking" if fact.ended_by is None else fact.ended_by.value,
                    f"wait={_seconds(fact.wait_seconds)}",
                    f"talk={_seconds(fact.talk_seconds)}",
                ]
            case CallGone():
                words = ["gone", since(fact.gone_at)]
            case _:
                raise AssertionError(fact)
        lines.append(" ".join([f"#{call}", *words]))
    return lines


def _seconds(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f}"
