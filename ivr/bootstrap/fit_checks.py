"""Looks whether fitted figures are made, and how old they are."""

import asyncio

from ivr.bootstrap.house_checks import HouseCheck, refused
from ivr.bootstrap.machine import Machine
from ivr.errors import TalliesNotBuilt
from ivr.settings import Settings
from ivr.store.database import Database
from ivr.store.fits import SqlFits
from ivr.store.period_reads import SqlPeriodTallies
from ivr.store.writer import Writer
from ivr.telephony.probe.findings import Finding
from ivr.usecases.find_fit import fit_command
from ivr.usecases.fits import ALL_MONTHS, Fit
from ivr.usecases.report_table import age_text

_LATE = 3
"""So many times ``fit_minutes`` a fit may be behind the calls."""


def fits(settings: Settings, database: Database, machine: Machine) -> Finding:
    """Look at the fit of all calls in an open ledger."""
    check, command = HouseCheck.FITS, f"`{fit_command(ALL_MONTHS)}`"
    if not settings.fit_minutes:
        remedy = f"set IVR_FIT_MINUTES above 0, or run {command} by a timer"
        return Finding.note(check, "the service makes none (fit_minutes is 0)", remedy)
    try:
        revision, fit = asyncio.run(_read(database))
    except TalliesNotBuilt as refusal:
        return refused(check, refusal)
    if fit is None and not revision:
        return Finding.sound(check, "no handled call to fit yet")
    remedy = f"{command} shows what keeps the service from it"
    if fit is None:
        return Finding.note(check, "calls wait for their first fit", remedy)
    seconds = (machine.now() - fit.computed_at).total_seconds()
    detail = f"made {age_text(max(0.0, seconds))} ago from {fit.handled:,} calls"
    if fit.is_of(revision) or seconds <= _LATE * 60 * settings.fit_minutes:
        return Finding.sound(check, detail)
    return Finding.note(check, f"{detail}; calls have come in or changed since", remedy)


async def _read(database: Database) -> tuple[int, Fit | None]:
    """Return the revision of the tallies and the newest fit of all months; nothing is written."""
    async with Writer(database) as writer:
        kept = SqlFits(database, writer)
        version = await kept.newest(ALL_MONTHS)
        fit = None if version is None else await kept.load(version)
    return await SqlPeriodTallies(database).revision(), fit
