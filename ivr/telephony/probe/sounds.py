"""The prompts where Asterisk looks for them: there, the same as were built, and readable by Asterisk's user."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.view import PbxView

Prompts = Mapping[str, Mapping[str, Path]]
"""The built files by language and by name."""
_CHECK = PbxCheck.SOUNDS


def sounds(view: PbxView, built: Prompts, *, same_machine: bool) -> list[Finding]:
    """Compare Asterisk's sounds with those that were ``built``; one finding a language."""
    data = Path(view.variable("ASTDATADIR") or "/var/lib/asterisk")
    if not same_machine or not data.is_dir():
        where = "Asterisk is on another machine" if not same_machine else f"{data} is not seen from here"
        remedy = f"copy the built prompts to {data}/sounds/LANGUAGE/ivr-rating there after each `ivr prompts build`"
        return [Finding.note(_CHECK, f"could not be seen: {where}", remedy)]
    there = {
        language: {name: path for name, path in files.items() if path.is_file()} for language, files in built.items()
    }
    if not there or not all(there.values()):
        return [Finding.note(_CHECK, "could not be compared: no prompts are built here", "run `ivr prompts build`")]
    found = [_language(view, data / "sounds" / language / "ivr-rating", files) for language, files in there.items()]
    return [finding for finding in found if finding.ok is not True] or found


def _language(view: PbxView, folder: Path, files: Mapping[str, Path]) -> Finding:
    source = next(iter(files.values())).parent
    link = f"ln -sfn {source} {folder}"
    pairs = {name: (folder / path.name, path) for name, path in files.items()}
    missing = [name for name, (seen, _built) in pairs.items() if not seen.is_file()]
    if missing:
        return Finding.wrong(_CHECK, f"{folder} lacks {_some(missing)}: those callers cannot be asked", link)
    old = [name for name, (seen, built) in pairs.items() if not _is_same(seen, built)]
    if old:
        return Finding.wrong(_CHECK, f"{folder} has other recordings of {_some(old)} than were built", link)
    uid, name = _user(view)
    if uid is None:
        detail = f"{folder} has all {len(pairs)}; whether Asterisk may read them could not be seen"
        return Finding.note(_CHECK, detail, f"as Asterisk's user: cat {folder}/*.wav > /dev/null")
    closed = next((seen for seen, _built in pairs.values() if not may_read(seen.resolve(), uid)), None)
    if closed is not None:
        remedy = f"chmod o+r {closed} and chmod o+x on the folders above it"
        return Finding.wrong(_CHECK, f"Asterisk's user {name} may not read {closed.resolve()}", remedy)
    return Finding.sound(_CHECK, f"{folder} has all {len(pairs)}, readable by Asterisk's user {name}")


def may_read(path: Path, uid: int) -> bool:
    """Say whether the user may read a file by its mode and those of the folders above; ACLs are not looked at."""
    if uid == 0:
        return True
    try:
        account = pwd.getpwuid(uid)
        groups = set(os.getgrouplist(account.pw_name, account.pw_gid))
    except KeyError:
        groups = set()
    return all(_has_bit(folder, uid, groups, 0o1) for folder in path.parents) and _has_bit(path, uid, groups, 0o4)


def _has_bit(path: Path, uid: int, groups: set[int], bit: int) -> bool:
    status = path.stat()
    if status.st_uid == uid:
        return bool(status.st_mode & bit << 6)
    return bool(status.st_mode & (bit << 3 if status.st_gid in groups else bit))


def _user(view: PbxView) -> tuple[int | None, str]:
    """Return who runs Asterisk: the owner of its control socket, which the process itself makes."""
    try:
        uid = (Path(view.variable("ASTRUNDIR") or "/var/run/asterisk") / "asterisk.ctl").stat().st_uid
    except OSError:
        return None, ""
    try:
        return uid, pwd.getpwuid(uid).pw_name
    except KeyError:
        return uid, str(uid)


def _is_same(seen: Path, built: Path) -> bool:
    try:
        return seen.samefile(built) or seen.read_bytes() == built.read_bytes()
    except OSError:
        return False


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
