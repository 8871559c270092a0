"""Looks at what this program needs of its own machine: layouts, prompts, pepper, files, addresses, libraries."""

from enum import StrEnum
from pathlib import Path

from ivr.bootstrap import parts
from ivr.bootstrap.machine import Machine
from ivr.catalogue.check import check_prompts
from ivr.errors import IvrError
from ivr.privacy.pepper import load_or_make_pepper
from ivr.settings import Settings
from ivr.store.soundness import sqlite_file
from ivr.telephony.loopback import is_loopback
from ivr.telephony.probe.findings import Finding


class HouseCheck(StrEnum):
    """Everything that is looked at on this side, as the line names it."""

    CATALOGUE = "layouts and experiments"
    PROMPTS = "prompts"
    PEPPER = "pepper"
    COMMENTS = "comments"
    DATABASE = "database"
    DATABASE_WRITES = "database writes"
    DATABASE_COMMIT = "database commit"
    DISK = "disk space"
    TALLIES = "tallies"
    FITS = "fitted figures"
    OWNER = "files' owner"
    EVENT_LOOP = "event loop"
    AGI_BIND = "AGI exposure"
    WEB_BIND = "web exposure"
    WEB = "web service"
    AGI = "AGI service"
    OPEN_FILES = "open files"
    AMI_ACCOUNT = "AMI account"


def refused(check: HouseCheck, refusal: IvrError) -> Finding:
    """Return the finding of a refusal, whose sentence ends with its remedy."""
    fault, semicolon, remedy = str(refusal).rpartition("; ")
    remedy = "see its own log" if "ivr doctor" in remedy else remedy
    return Finding.wrong(check, fault, remedy) if semicolon else Finding.wrong(check, remedy, "mend that")


def catalogue(settings: Settings) -> Finding:
    """Look whether layouts, experiments and their recordings make sense together."""
    try:
        loaded = parts.catalogue(settings)
        running = parts.experiment(settings, loaded)
    except IvrError as refusal:
        return refused(HouseCheck.CATALOGUE, refusal)
    count = len(running.layout_keys())
    return Finding.sound(
        HouseCheck.CATALOGUE, f"{len(loaded.layouts)} layouts; experiment {running.key} assigns {count} of them"
    )


def prompts(settings: Settings) -> list[Finding]:
    """Look at every recording: there, of the right format, as loud as the others, of the present text."""
    try:
        faults = check_prompts(settings.transcripts_dir, settings.sounds_dir, parts.layouts(settings).values())
    except IvrError as refusal:
        return [refused(HouseCheck.PROMPTS, refusal)]
    remedies = [str(fault).rpartition("; ") for fault in faults]
    return [Finding.wrong(HouseCheck.PROMPTS, fault, remedy) for fault, _, remedy in remedies] or [
        Finding.sound(HouseCheck.PROMPTS, f"all there, under {settings.sounds_dir}")
    ]


def pepper(settings: Settings) -> Finding:
    """Look at the pepper's file; unlike the service this does not make a missing one."""
    check, path = HouseCheck.PEPPER, settings.pepper_file
    try:
        if not path.exists():
            remedy = "start `ivr serve`, which makes it once, or restore its backup: callers' hashes depend on it"
            return Finding.note(check, f"{path} is not there yet", remedy)
        load_or_make_pepper(path)
    except OSError as fault:
        return Finding.wrong(check, f"{path} cannot be seen ({fault.strerror})", "run this as the service's user")
    except IvrError as refusal:
        return refused(check, refusal)
    return Finding.sound(check, f"kept in {path}, readable by its owner only")


def owner(settings: Settings, machine: Machine) -> Finding:
    """Look whether this runs as the service's user: what root can read and write proves nothing for others."""
    check, here = HouseCheck.OWNER, machine.user_id()
    files = [path for path in (sqlite_file(settings.database_url), settings.pepper_file) if path is not None]
    owners = {path: uid for path in files if (uid := _owner(path)) is not None}
    if not owners:
        remedy = "start `ivr serve` as its own user, then run this as that user"
        return Finding.note(check, "no file of the service's user is seen", remedy)
    strange = [path for path, uid in owners.items() if uid != here]
    if strange:
        detail = f"{strange[0]} belongs to user {owners[strange[0]]}, this ran as user {here}"
        return Finding.note(check, detail, f"run it as the service's user: sudo -u '#{owners[strange[0]]}' ivr doctor")
    return Finding.sound(
        check, f"{' and '.join(path.name for path in owners)} belong to user {here}, which this ran as"
    )


def event_loop(machine: Machine) -> Finding:
    """Look whether the fast event loop can be loaded."""
    check = HouseCheck.EVENT_LOOP
    try:
        machine.load("uvloop")
    except ImportError as fault:
        remedy = "make install, or pip install uvloop into the service's environment"
        return Finding.note(check, f"uvloop cannot be loaded ({fault}): fewer calls at once", remedy)
    return Finding.sound(check, "uvloop is installed")


def agi_bind(settings: Settings) -> Finding:
    """Look whether the AGI port is open to others: who answers there commands the PBX, who asks there can rate."""
    check, bind = HouseCheck.AGI_BIND, settings.agi_bind
    if is_loopback(bind[0]):
        return Finding.sound(check, f"{bind} is reached from this machine only")
    if not settings.agi_allow:
        remedy = "set IVR_AGI_BIND to 127.0.0.1, or IVR_AGI_ALLOW to the addresses of your Asterisk"
        return Finding.wrong(check, f"{bind} is open to everybody: `ivr serve` refuses that", remedy)
    allowed = ", ".join(map(str, settings.agi_allow))
    if settings.agi_secret is None:
        remedy = "set IVR_AGI_SECRET, and put it behind the port in IVR_AGI of the dialplan"
        return Finding.note(check, f"{bind} is open to {allowed}, without a shared secret", remedy)
    return Finding.sound(check, f"{bind} is open to {allowed}, with a shared secret")


def web_bind(settings: Settings) -> Finding:
    """Look whether passwords cross the network in clear."""
    check, bind = HouseCheck.WEB_BIND, settings.web_bind
    if is_loopback(bind[0]):
        return Finding.sound(check, f"{bind} is reached from this machine only")
    if settings.web_tls:
        return Finding.sound(check, f"{bind}, behind a proxy with TLS")
    remedy = "set IVR_WEB_BIND to 127.0.0.1 and put a proxy with TLS before it, with IVR_WEB_TLS=true"
    return Finding.note(check, f"{bind} is open to others without TLS: passwords can be read on the way", remedy)


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None
