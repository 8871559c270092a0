"""Upgrading the ledger: its schema, then the tallies of a ledger that had none."""

from ivr.bootstrap.parts import make_default_folder
from ivr.settings import Settings
from ivr.store.database import open_database, upgrade
from ivr.store.tally_building import rebuild_tallies
from ivr.store.tally_writes import read_state
from ivr.store.tally_zone import adopt_zone


def upgrade_ledger(settings: Settings) -> None:
    """Bring the ledger to what this program writes, making it where it is missing; again, it changes nothing.

    Raises:
        DatabaseRefused: a place that cannot be used, or a ledger of a newer program.
    """
    make_default_folder(settings)
    upgrade(settings.database_url)
    database = open_database(settings.database_url)
    try:
        if database.read_now(read_state).book is None:
            rebuild_tallies(database, settings.time_zone)
        else:
            adopt_zone(database, settings.time_zone)
    finally:
        database.close()
