"""The comparison of what callers really sent with what the ledger stored, call by call."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ivr.domain.calls import HandledCall
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.rig.record import CallRecord

_TOO_LATE = timedelta(milliseconds=50)
"""The end of a call is noticed at most so late; see CallRecord."""


@dataclass(frozen=True, slots=True)
class ComparedCall:
    """One call: the keys that its handset sent in the rating stage, and the row that the ledger has for it.

    ``difference`` is None where both agree, else what is wrong in a few words.
    """

    uniqueid: str
    record: CallRecord | None
    row: HandledCall | None
    pressed: str
    stored: str
    difference: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All calls of a run, in their order; calls that nobody answered are not among them."""

    calls: tuple[ComparedCall, ...]
    attempted: int

    @property
    def mismatches(self) -> int:
        """How many calls differ."""
        return sum(call.difference is not None for call in self.calls)

    @property
    def rows(self) -> tuple[HandledCall, ...]:
        """The ledger's rows."""
        return tuple(call.row for call in self.calls if call.row is not None)

    def outcomes(self) -> dict[str, int]:
        """Return how many calls ended in each outcome that occurred, most frequent first."""
        return dict(Counter(row.outcome.value for row in self.rows).most_common())

    def offered(self) -> int:
        """Return how many callers reached the rating."""
        return sum(DISPOSITIONS[row.outcome].offered is True for row in self.rows)

    def rated(self) -> int:
        """Return how many calls were rated."""
        return sum(row.outcome is Outcome.RATED for row in self.rows)


def compare(records: Sequence[CallRecord], rows: Mapping[str, HandledCall], persons: Mapping[str, str]) -> Comparison:
    """Lay ``records`` beside the ledger's ``rows`` (by Uniqueid); a row without a record is a difference too.

    ``persons`` names the person whom the ledger should credit, by the agent's end point.
    """
    handled = [record for record in records if record.legs and record.uniqueid is not None]
    compared = [_compare(record, rows.get(record.uniqueid or ""), persons) for record in handled]
    known = {record.uniqueid for record in handled}
    strays = [
        ComparedCall(uniqueid, None, row, "", _stored(row), "stored, but no such call was answered")
        for uniqueid, row in rows.items()
        if uniqueid not in known
    ]
    return Comparison((*compared, *strays), attempted=len(records))


def _compare(record: CallRecord, row: HandledCall | None, persons: Mapping[str, str]) -> ComparedCall:
    stored = _stored(row)
    pressed = record.keys
    if stored != pressed and stored == _surely_heard(record):
        pressed = stored
    difference = _difference(row, pressed, stored, persons[record.legs[-1].agent])
    return ComparedCall(record.uniqueid or "", record, row, pressed, stored, difference)


def _surely_heard(record: CallRecord) -> str:
    """Return the keys without those that went up just as Asterisk itself ended the call: perhaps too late."""
    if record.left_by != "pbx" or record.left_at is None:
        return record.keys
    last = record.left_at - _TOO_LATE
    return "".join(press.key for press in record.sent if press.up_at < last)


def _difference(row: HandledCall | None, pressed: str, stored: str, person: str) -> str | None:
    if row is None:
        return "answered, but not in the ledger"
    if stored != pressed:
        return f"pressed {pressed or 'nothing'}, stored {stored or 'nothing'}"
    if row.key is not None and row.key not in pressed:
        return f"the answer {row.key} was never pressed"
    if row.agent != person:
        return f"{person} talked last, {row.agent or 'nobody'} is credited"
    return None


def _stored(row: HandledCall | None) -> str:
    return "" if row is None else "".join(press.key for press in row.keys)
