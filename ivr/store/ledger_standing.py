"""The ledger's standing: a few numbers that are others as soon as anything has changed that figures are made of."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ivr.store.tables import fits, layout_decisions, layout_versions, tally_changes, tally_state


class LedgerStanding(NamedTuple):
    """``book`` is None where the tallies are not built; ``revision`` grows with every change of a counted call."""

    book: int | None
    zone: str
    revision: int
    newest_fit: int | None
    noted_versions: int
    newest_decision: int | None


# A change that is noted counts at once, and once it is in the cells it counts in the revision.
_STANDING = select(
    tally_state.c.book,
    tally_state.c.zone,
    tally_state.c.revision + select(func.count()).select_from(tally_changes).scalar_subquery(),
    select(func.max(fits.c.id)).scalar_subquery(),
    select(func.count()).select_from(layout_versions).scalar_subquery(),
    select(func.max(layout_decisions.c.id)).scalar_subquery(),
)


def read_ledger_standing(connection: Connection) -> LedgerStanding:
    """Return the standing as of now."""
    return LedgerStanding(*connection.execute(_STANDING).one())
