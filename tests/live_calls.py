"""Calls as a live centre leaves them: legs, exposures, presses exact and between bounds, comments, questions behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ivr.domain.calls import (
    CONFIRMATION,
    PRIMARY_QUESTION,
    Answer,
    AskingEnded,
    CallArrived,
    CallGone,
    CallId,
    Comment,
    EndedBy,
    Exposure,
    Fact,
    HandledCall,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.closing import close_call
from ivr.domain.experiments import Assignment
from ivr.domain.outcomes import Outcome
from ivr.store.ledger import SqlLedger
from tests.specimens import COMMENT, layout, solved
from tests.specimens import CONFIRMATION as ASKS_AGAIN
from tests.specimens import questionnaire as joined

PBX = "default"
DAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ASKED = joined(replace(layout(), then=("comment", "solved-12"), confirmation=ASKS_AGAIN, comment=COMMENT), solved())
TRANSFERRED, WRONG_KEYS, HUNG_UP, DECLINED, NOT_ASKED = range(5)
"""The places of the calls that are told about one by one; all others are rated."""


def live_id(number: int) -> CallId:
    """Return the key of a call, as Asterisk makes it."""
    began = DAY + timedelta(minutes=9 * number)
    return CallId(PBX, f"{began.timestamp():.0f}.{100 + number}")


async def record_live_calls(ledger: SqlLedger, many: int = 14) -> None:
    """Record and close ``many`` calls of one morning: of ann (team north), and some of bob."""
    for number in range(many):
        facts = _facts(number)
        await ledger.record(*facts)
        known = await ledger.facts_of(live_id(number))
        assert known is not None
        exposure = known.exposure
        row = close_call(
            known,
            assignment=Assignment("default", "", ASKED.layout.key, 0.5, _SHARES, 0.0, 1.0)
            if exposure is None
            else exposure.assignment,
            layout=ASKED.layout,
            layout_version=ASKED.version,
            team="north",
        )
        await ledger.close(_counted(row))


_SHARES = "sequential-123:0.5 paced-123:0.3 reversed-123:0.2"


def _counted(row: HandledCall) -> HandledCall:
    return replace(row, language="en", site="berlin")


def _facts(number: int) -> list[Fact]:
    call, began = live_id(number), DAY + timedelta(minutes=9 * number)

    def at(seconds: float) -> datetime:
        return began + timedelta(seconds=seconds)

    delay = 1.5 if number % 4 == 0 else 0.0
    assignment = Assignment("default", "berlin", ASKED.layout.key, 0.5, _SHARES, delay, 0.1 if delay else 0.9)
    talk = 60.0 + 25 * number
    first = [CallArrived(call, f"link-{number}", at(0), None, "berlin", "billing", "en")]
    legs = [
        Leg(call, f"{call.uniqueid}-b", "ann", "PJSIP/ann", "support", at(20), at(20 + talk), EndedBy.AGENT, 20.0, talk)
    ]
    if number == TRANSFERRED:
        earlier = Leg(
            call, f"{call.uniqueid}-a", "bob", "PJSIP/bob", "sales", at(12), at(80), EndedBy.TRANSFER, 12.0, 68.0
        )
        legs = [earlier, replace(legs[0], connected_at=at(95), ended_at=at(95 + talk), wait_seconds=15.0)]
    end = max((leg.ended_at or at(0)) for leg in legs)
    entered = RatingEntered(call, end + timedelta(seconds=0.2), "ann", "support", 1.0)
    if number == NOT_ASKED:
        declined = replace(
            entered, declined=Outcome.THROTTLED, declined_by="caller_throttle", selection_probability=0.5
        )
        return [*first, *legs, declined, CallGone(call, end + timedelta(seconds=1))]
    exposed = end + timedelta(seconds=0.3)
    given = Exposure(call, assignment, ASKED.version, exposed, 0.05)
    zero = exposed + timedelta(seconds=delay)
    asked = _asked(call, number, zero)
    return [*first, *legs, entered, given, *asked, CallGone(call, zero + timedelta(seconds=30))]


def _asked(call: CallId, number: int, zero: datetime) -> list[Fact]:
    if number == WRONG_KEYS:
        # A key that means nothing, one known between bounds only, a doubled press, asked once more, a comment.
        return [
            Press(call, 1, "7", 3400, 3400, PRIMARY_QUESTION),
            Press(call, 2, "1", 5600, 6100, PRIMARY_QUESTION),
            Press(call, 3, "1", 6300, 6300, CONFIRMATION),
            Press(call, 4, "1", 8600, 8600, CONFIRMATION),
            Press(call, 5, "2", 21_000, 21_000, "solved-12"),
            Answer(call, PRIMARY_QUESTION, Outcome.RATED, 1, "1", 2, None),
            Answer(call, CONFIRMATION, Outcome.RATED, 0, "1", 2, 8600),
            Comment(call, PRIMARY_QUESTION, "c1", "wav", 6.5, zero + timedelta(seconds=17), zero + timedelta(days=60)),
            Answer(call, "solved-12", Outcome.RATED, 1, "2", 0, 21_000, ASKED.further["solved-12"].version),
            AskingEnded(call, 24.0),
        ]
    if number == HUNG_UP:
        return [Answer(call, PRIMARY_QUESTION, Outcome.LEFT_IN_MENU, 1), AskingEnded(call, 4.6)]
    if number == DECLINED:
        press = Press(call, 1, "9", 1500, 1500, PRIMARY_QUESTION)
        return [press, Answer(call, PRIMARY_QUESTION, Outcome.OPTED_OUT, 0), AskingEnded(call, 4.0)]
    key = "123"[number % 3]
    moment = 3100 + 370 * number
    return [
        Press(call, 1, key, moment, moment, PRIMARY_QUESTION),
        Answer(
            call, PRIMARY_QUESTION, Outcome.RATED, min(3, max(0, (moment - 3000) // 1000)), key, 3 - int(key), moment
        ),
        Answer(call, "solved-12", Outcome.NO_KEY, 2, version=ASKED.further["solved-12"].version),
    ]
