"""Looks at the ledger's database: reachable, of this schema, writable, quick enough, with room on its disk."""

import os
import tempfile
from pathlib import Path
from statistics import median

from ivr.bootstrap.fit_checks import fits
from ivr.bootstrap.house_checks import HouseCheck, refused
from ivr.bootstrap.machine import Machine
from ivr.bootstrap.tally_checks import tallies
from ivr.errors import IvrError
from ivr.settings import Settings
from ivr.store.database import Database, open_database
from ivr.store.soundness import commit_seconds, keeps_commits, require_writable, sqlite_file
from ivr.telephony.probe.findings import Finding

_SLOW_SECONDS = 0.1
_TRIES = 5
_LEAST_FREE = 512 * 1024 * 1024


def database(settings: Settings, machine: Machine) -> list[Finding]:
    """Look at the database that the settings name; one that is missing is not made."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists() and file.parent.is_dir():
        remedy = "start `ivr serve`, which makes it"
        return [Finding.note(HouseCheck.DATABASE, f"there is no database at {file} yet", remedy), *_disk(file, machine)]
    try:
        opened = open_database(settings.database_url, create=False)
    except IvrError as refusal:
        return [refused(HouseCheck.DATABASE, refusal)]
    try:
        return [
            Finding.sound(HouseCheck.DATABASE, f"{opened.place}, its schema is this program's"),
            _writes(opened),
            _commit(opened, file, machine),
            *_disk(file, machine),
            tallies(settings, opened),
            fits(settings, opened, machine),
        ]
    except IvrError as refusal:
        return [refused(HouseCheck.DATABASE, refusal)]
    finally:
        opened.close()


def _writes(opened: Database) -> Finding:
    check = HouseCheck.DATABASE_WRITES
    try:
        require_writable(opened)
    except IvrError as refusal:
        remedy = "let this user write every table, free its lock, or restore a whole backup"
        return Finding.wrong(check, str(refusal).partition("; ")[0], remedy)
    return Finding.sound(check, "every table takes writes")


def _commit(opened: Database, file: Path | None, machine: Machine) -> Finding:
    check = HouseCheck.DATABASE_COMMIT
    if not keeps_commits(opened):
        detail = "fsync = off on the server: a power cut loses ratings that callers were thanked for"
        return Finding.wrong(check, detail, "set fsync = on in postgresql.conf and reload it")
    try:
        seconds = median(
            commit_seconds(opened) if file is None else _sync_seconds(file.parent, machine) for _ in range(_TRIES)
        )
    except OSError as fault:
        remedy = "let this user write in the database's folder: SQLite keeps its log there"
        return Finding.wrong(check, f"no file can be made in {fault.filename} ({fault.strerror})", remedy)
    detail = f"a durable commit takes {seconds * 1000:.1f} ms (median of {_TRIES})"
    if seconds > _SLOW_SECONDS:
        remedy = "put the database on a local SSD: callers wait for it before they are thanked"
        return Finding.wrong(check, detail, remedy)
    return Finding.sound(check, detail)


def _sync_seconds(folder: Path, machine: Machine) -> float:
    """Return how long the disk takes to keep one page."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        os.write(probe.fileno(), bytes(4096))
        started = machine.seconds()
        machine.sync(probe.fileno())
        return machine.seconds() - started


def _disk(file: Path | None, machine: Machine) -> list[Finding]:
    check, least = HouseCheck.DISK, f"{_LEAST_FREE >> 20} MiB"
    if file is None:
        remedy = "watch the free space of the database server's disk"
        return [Finding.note(check, "the database server's disk is not seen from here", remedy)]
    try:
        free = machine.free_bytes(file.parent)
    except OSError as fault:
        return [
            Finding.note(check, f"{file.parent} cannot be seen ({fault.strerror})", "run this as the service's user")
        ]
    detail = f"{free >> 20} MiB free in {file.parent}"
    if free < _LEAST_FREE:
        return [Finding.wrong(check, detail, f"free {least} or more: without room no rating is kept")]
    return [Finding.sound(check, detail)]
