"""Looks at the comments' folder, as far as it can be seen: Asterisk writes there, this program deletes there."""

import os
from pathlib import Path

from ivr.bootstrap import experiments, parts
from ivr.bootstrap.house_checks import HouseCheck
from ivr.bootstrap.machine import Machine
from ivr.domain.questionnaires import following
from ivr.errors import IvrError
from ivr.settings import Settings
from ivr.telephony.loopback import is_loopback
from ivr.telephony.probe.findings import Finding

_ASTERISK = "asterisk"
_TEST_CALL = "leave a comment in a test call (IVR_TEST=1), and look whether it is there"


def comments(settings: Settings, machine: Machine) -> Finding:
    """Look whether comments can be recorded, and deleted when they are kept long enough."""
    check, folder = HouseCheck.COMMENTS, Path(settings.comments_dir)
    if not _records(settings):
        return Finding.sound(check, "no layout that the experiment assigns, or that can follow one, records any")
    make = f"install -d -o ASTERISK'S USER -g A GROUP OF BOTH -m 2770 {folder}, or set IVR_COMMENTS_DIR"
    if not folder.is_dir():
        if not is_loopback(settings.ami_host):
            detail = f"{folder} lies on Asterisk's machine and is not seen here: nothing is deleted there in time"
            return Finding.note(check, detail, "mount it here by the same name, or delete there by a timer")
        return Finding.wrong(check, f"{folder} is not there: no comment is recorded", make)
    if not machine.may_write(folder):
        detail = f"this user may not delete in {folder}: comments stay longer than their layouts say"
        return Finding.wrong(check, detail, make)
    if not is_loopback(settings.ami_host):
        detail = f"{folder} can be written from here; whether Asterisk may, on its machine, is not seen"
        return Finding.note(check, detail, _TEST_CALL)
    return _as_asterisk(folder, machine, make)


def _as_asterisk(folder: Path, machine: Machine, make: str) -> Finding:
    """Look whether every user who runs an Asterisk here may write in ``folder``."""
    check, users, status = HouseCheck.COMMENTS, machine.users_of(_ASTERISK), folder.stat()
    barred = [uid for uid, groups in users if not _may_write(status, uid, groups)]
    if barred:
        return Finding.wrong(
            check, f"Asterisk's user {barred[0]} may not write in {folder}: no comment is recorded", make
        )
    if not users:
        detail = f"{folder} can be written from here; no Asterisk is seen to run, whose user has to write there as well"
        return Finding.note(check, detail, _TEST_CALL)
    return Finding.sound(check, f"Asterisk's user and this one may write in {folder}")


def _records(settings: Settings) -> bool:
    """Say whether callers can hear a request for a comment, at first or by what follows.

    What is wrong with layouts or experiments is told by their own line.
    """
    try:
        layouts = parts.layouts(settings)
        assigned = experiments.experiment(settings, settings.experiment).layout_keys()
    except IvrError:
        return False
    heard = {key for first in assigned for key in (first, *following(layouts[first], layouts))}
    return any(layouts[key].comment is not None for key in heard)


def _may_write(status: os.stat_result, uid: int, groups: frozenset[int]) -> bool:
    if uid == 0:
        return True
    bits = (
        status.st_mode >> 6
        if uid == status.st_uid
        else status.st_mode >> 3
        if status.st_gid in groups
        else status.st_mode
    )
    return bits & 0o3 == 0o3
