"""Informed answers and endings: counted by hand."""

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.endings import endings
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.informed import informed_answers
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.tallies import EndingCount, HearingCount
from ivr.domain.outcomes import Outcome

KNOWN = Instruments({"three": Instrument(("a", "b", "c"), options=3), "bare": Instrument(("a", "b"))})


def test_a_rating_is_informed_once_every_option_was_played() -> None:
    heard = [HearingCount("ana", "three", "v1", options, calls) for options, calls in ((0, 5), (2, 3), (3, 12))]
    (row,) = informed_answers(heard, KNOWN)
    assert (row.layout, row.share.estimate, row.share.n, row.unknown) == ("three", 0.6, 20, 0)


def test_what_does_not_say_how_far_it_was_heard_is_counted_apart() -> None:
    heard = [
        HearingCount("ana", "three", "v1", None, 4),
        HearingCount("ana", "three", "v1", 3, 1),
        HearingCount("ana", "bare", "v1", 2, 6),
        HearingCount("ana", None, None, 2, 9),
    ]
    bare, three = informed_answers(heard, KNOWN)
    assert (three.share.n, three.unknown) == (1, 4)
    assert (bare.share.status, bare.share.estimate, bare.unknown) == (Status.INSUFFICIENT, None, 6)


def test_an_older_version_is_read_by_its_own_number_of_options() -> None:
    known = Instruments(KNOWN.current, {("three", "v0"): Instrument(("a", "b"), options=2)})
    (row,) = informed_answers(
        [HearingCount("ana", "three", "v0", 2, 1), HearingCount("ana", "three", "v1", 2, 1)], known
    )
    assert row.share.estimate == 0.5


def test_who_hung_up_first_is_a_share_of_what_the_two_hung_up() -> None:
    found = endings(
        [
            EndingCount("ana", EndedBy.AGENT, Outcome.RATED, 6),
            EndingCount("ana", EndedBy.CALLER, Outcome.CALLER_LEFT_FIRST, 18),
            EndingCount("ana", EndedBy.TRANSFER, Outcome.TRANSFERRED_AWAY, 4),
            EndingCount("ana", EndedBy.UNKNOWN, Outcome.UNKNOWN, 2),
            EndingCount("ana", None, Outcome.RATED, 1),
        ]
    )
    assert (found.agent, found.caller, found.transfer, found.unseen, found.calls) == (6, 18, 4, 3, 31)
    assert (found.agent_share.estimate, found.agent_share.n) == (0.25, 24)
