"""The comparison of what callers really did with what the ledger stored, call by call and question by question."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ivr.domain.asking_rules import OUTCOMES, Rule
from ivr.domain.calls import PRIMARY_QUESTION, CallFacts, HandledCall
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.rig.record import CallRecord

_TOO_LATE = timedelta(milliseconds=50)
"""The end of a call is noticed at most so late; see CallRecord."""
_DECIDED = frozenset(OUTCOMES.values())
"""The outcomes of callers who were not asked because of a rule."""


@dataclass(frozen=True, slots=True)
class StoredCall:
    """What the ledger has of a call: its one row, and the facts that the row was made of."""

    row: HandledCall
    facts: CallFacts | None = None


@dataclass(frozen=True, slots=True)
class ComparedCall:
    """One call: the keys that its handset sent in the rating stage, and the row that the ledger has for it.

    ``answers`` is what is stored as keyed, by question, the primary's among them.
    ``difference`` is None where both agree, else what is wrong in a few words.
    """

    uniqueid: str
    record: CallRecord | None
    row: HandledCall | None
    pressed: str
    stored: str
    difference: str | None
    answers: Mapping[str, str]


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

    def checked(self) -> int:
        """Return how many calls had a determined outcome, which was compared too."""
        return sum(call.record is not None and _is_determined(call.record) for call in self.calls)


def compare(records: Sequence[CallRecord], stored: Mapping[str, StoredCall], persons: Mapping[str, str]) -> Comparison:
    """Lay ``records`` beside what is ``stored`` (by Uniqueid); a row without a record is a difference too.

    ``persons`` names the person whom the ledger should credit, by the agent's end point.
    """
    handled = [record for record in records if record.legs and record.uniqueid is not None]
    compared = [_compare(record, stored.get(record.uniqueid or ""), persons) for record in handled]
    known = {record.uniqueid for record in handled}
    strays = [
        ComparedCall(
            uniqueid, None, call.row, "", _keys(call.row), "stored, but no such call was answered", _answers(call)
        )
        for uniqueid, call in stored.items()
        if uniqueid not in known
    ]
    return Comparison((*compared, *strays), attempted=len(records))


def _compare(record: CallRecord, stored: StoredCall | None, persons: Mapping[str, str]) -> ComparedCall:
    pressed, uniqueid = record.keys, record.uniqueid or ""
    if stored is None:
        return ComparedCall(uniqueid, record, None, pressed, "", "answered, but not in the ledger", {})
    keys = _keys(stored.row)
    if keys != pressed and keys == _surely_heard(record):
        pressed = keys
    difference = (
        _of_keys(stored.row, pressed, keys)
        or _of_agent(stored.row, persons[record.legs[-1].agent])
        or _of_outcome(record, stored)
        or _of_questions(record, stored)
    )
    return ComparedCall(uniqueid, record, stored.row, pressed, keys, difference, _answers(stored))


def _surely_heard(record: CallRecord) -> str:
    """Return the keys without those that went up just as Asterisk itself ended the call: perhaps too late."""
    if record.left_by != "pbx" or record.left_at is None:
        return record.keys
    last = record.left_at - _TOO_LATE
    return "".join(press.key for press in record.sent if press.up_at < last)


def _of_keys(row: HandledCall, pressed: str, stored: str) -> str | None:
    if stored != pressed:
        return f"pressed {pressed or 'nothing'}, stored {stored or 'nothing'}"
    if row.key is not None and row.key not in pressed:
        return f"the answer {row.key} was never pressed"
    return None


def _of_agent(row: HandledCall, person: str) -> str | None:
    return None if row.agent == person else f"{person} talked last, {row.agent or 'nobody'} is credited"


def _is_determined(record: CallRecord) -> bool:
    return bool(record.plan.outcomes) and record.done and record.fault is None


def _of_outcome(record: CallRecord, stored: StoredCall) -> str | None:
    outcome = stored.row.outcome
    if _is_determined(record) and outcome not in record.plan.outcomes:
        return f"is {outcome.value}, not {' or '.join(sorted(record.plan.outcomes))}"
    entered = None if stored.facts is None else stored.facts.entered
    if outcome in _DECIDED and entered is not None:
        rule = entered.declined_by
        if rule is None or rule not in set(Rule) or rule == Rule.UNAVAILABLE or OUTCOMES[Rule(rule)] is not outcome:
            return f"is {outcome.value} by {rule or 'no rule'}"
    return None


def _of_questions(record: CallRecord, stored: StoredCall) -> str | None:
    if stored.row.outcome in _DECIDED:
        return None
    for sent, press in zip(
        record.sent, stored.row.keys if stored.facts is None else stored.facts.presses, strict=False
    ):
        if sent.question is not None and press.question not in {None, sent.question}:
            return f"the key {sent.key} was meant for {sent.question} and stored for {press.question}"
    answers = _answers(stored)
    for planned in record.plan.answers if record.done else ():
        keyed = answers.get(planned.question)
        if keyed != planned.keyed:
            return f"answered {planned.question} with {planned.keyed or 'nothing'}, stored {keyed or 'nothing'}"
    return None


def _answers(stored: StoredCall) -> dict[str, str]:
    primary = {} if stored.row.key is None else {PRIMARY_QUESTION: stored.row.key}
    further = () if stored.facts is None else stored.facts.further
    return primary | {answer.question: answer.key for answer in further if answer.key is not None}


def _keys(row: HandledCall) -> str:
    return "".join(press.key for press in row.keys)
