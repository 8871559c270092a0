"""Allocation faults: calls that came with an allocation which cannot be what their layout was drawn from.

Calls of this program's own have none; a file that is imported may. Of an allocation a fit reads which layouts could
have been given to the same call, and nothing else, so a wrong number moves no fitted figure. An experiment tests how
often each layout was given, and is refused.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ivr.domain.draws import READ_TOLERANCE, read_spelled
from ivr.domain.kpi.period_cells import Contact, PeriodCell

_REMEDY = "correct the column allocation and import the calls again with --update"
_REFUSED = "an experiment with them is refused"


class _Fault(NamedTuple):
    """What is wrong, what comes of it, and where."""

    what: str
    effect: str
    where: str


def allocation_faults(cells: Sequence[PeriodCell]) -> tuple[str, ...]:
    """Say how many calls of ``cells`` have an allocation that is none, or a layout that theirs cannot give."""
    of_cells = [cell.contact for cell in cells]
    # Cells share the objects of their contacts, so each is looked at once, not once a cell.
    contacts = dict(zip(map(id, of_cells), of_cells, strict=True))
    faults = {place: fault for place, contact in contacts.items() if (fault := _fault(contact)) is not None}
    if not faults:
        return ()
    calls: Counter[_Fault] = Counter()
    for cell in cells:
        if id(cell.contact) in faults:
            calls[faults[id(cell.contact)]] += cell.calls
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for fault, count in sorted(calls.items()):
        if count:
            kinds.setdefault((fault.what, fault.effect), Counter())[fault.where] += count
    return tuple(_sentence(*kind, places) for kind, places in kinds.items())


def _fault(contact: Contact) -> _Fault | None:
    if contact.allocation is None:
        return None
    shares = read_spelled(contact.allocation)
    if shares is None:
        effect = "nobody knows what they could have been given, so their layout is not taken for chance's"
        return _Fault("an allocation that nobody can read", effect, contact.allocation)
    if min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > READ_TOLERANCE:
        effect = f"fitted figures take from it which layouts could be drawn, and nothing else; {_REFUSED}"
        return _Fault("an allocation whose probabilities do not sum to 1", effect, contact.allocation)
    if contact.layout is not None and not shares.get(contact.layout):
        effect = f"they join this layout to no other, as chance cannot have given it; {_REFUSED}"
        where = f"{contact.layout} by {contact.allocation}"
        return _Fault("a layout to which their allocation gives no chance", effect, where)
    return None


def _sentence(what: str, effect: str, places: Counter[str]) -> str:
    calls, (most, _) = sum(places.values()), places.most_common(1)[0]
    others = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f"{calls:,} {'call has' if calls == 1 else 'calls have'} {what} ({most}{others}): {effect}; {_REMEDY}"
