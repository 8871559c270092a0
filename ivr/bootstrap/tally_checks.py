"""Looks whether the tallies are built, and count the days of the site."""

from ivr.bootstrap.house_checks import HouseCheck
from ivr.settings import Settings
from ivr.store.database import Database
from ivr.store.tally_writes import read_state
from ivr.store.tally_zone import has_calls
from ivr.telephony.probe.findings import Finding


def tallies(settings: Settings, database: Database) -> Finding:
    """Look at the tallies of an open ledger; they are not compared with the calls, which may take long."""
    check, command = HouseCheck.TALLIES, "`ivr db tallies --rebuild`"
    state = database.read_now(read_state)
    if state.book is None:
        return Finding.wrong(check, "calls of before are not tallied yet, so nothing can be fitted", f"run {command}")
    if state.zone == settings.time_zone or not has_calls(database):
        return Finding.sound(check, f"kept in days of {settings.time_zone}")
    detail = f"they count days of {state.zone}, and time_zone is {settings.time_zone}: fits have the months of before"
    return Finding.note(check, detail, f"{command} counts them in the new one")
