"""The time zone of the tallies: the site's, which a ledger takes up before its first call.

It is kept in the ledger, as days that were counted in one zone cannot be read in another. Where the settings name
another one later, figures of whole days are counted from the rows until the tallies are built anew.
"""

from sqlalchemy import exists, not_, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.store.database import Database
from ivr.store.faults import refusal
from ivr.store.tables import calls, daily_tallies, tally_state
from ivr.store.tally_writes import hold_tallies, read_state

_HAS_CALLS = exists(select(daily_tallies.c.day)) | exists(select(calls.c.state))


def has_calls(database: Database) -> bool:
    """Say whether anything has been counted or may be soon."""
    return bool(database.read_now(lambda connection: connection.execute(select(_HAS_CALLS)).scalar()))


def adopt_zone(database: Database, zone: str) -> bool:
    """Have a ledger without calls count in ``zone``; return whether the tallies are in it now."""
    if database.read_now(read_state).zone == zone:
        return True
    if has_calls(database):
        return False
    try:
        with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
            hold_tallies(connection)
            connection.execute(update(tally_state).where(not_(_HAS_CALLS)).values(zone=zone))
    except SQLAlchemyError as error:
        raise refusal(error, database.place) from error
    return database.read_now(read_state).zone == zone
