"""The ledger's check: whether the calls that figures are made of are all the calls that were handled."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What comparing the tallies with the rows of the calls has found.

    ``checked_at`` is when the day was compared that was not for longest; None until all have been. ``missed`` is how
    many calls the tallies lack, below 0 where they have too many: then the scores of these days are refused.
    """

    checked_at: datetime | None = None
    missed: int = 0


NOT_CHECKED = LedgerCheck()
