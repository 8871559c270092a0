"""The manager account and the version: what the service may see, and what it should not be able to do."""

import re

from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.view import PbxView, is_yes

RELOAD = "then: asterisk -rx 'manager reload'"
UNSEEN = "could not be seen (func_config is not loaded)"
_OLDEST = (18, 6)
_NEWEST_TRIED = 22
_DANGEROUS = (
    "Originate", "Redirect", "Command", "Setvar", "Hangup", "UpdateConfig", "ModuleLoad", "DBPut", "AGI",
    "QueueAdd", "QueueRemove", "DialplanExtensionAdd", "MessageSend", "UserEvent", "Filter",
)  # fmt: skip
_USED = ("CoreStatus", "CoreShowChannels", "Getvar", "ShowDialPlan")
_NEEDED_CLASSES = frozenset({"call", "agent"})
_LEAST_CLASSES = frozenset({"call", "agent", "user", "cdr"})
_LOOPBACK = re.compile(r"127\.|::1$|localhost$")


def version(view: PbxView) -> list[Finding]:
    """Look whether this Asterisk is one that the service is known to work with."""
    text = view.settings.get("AsteriskVersion", "")
    status = view.session.ask("CoreStatus")
    since = f"{status.get('CoreStartupDate', '?')} {status.get('CoreStartupTime', '?')} (its local time)"
    detail = f"Asterisk {text or 'of unknown version'}, up since {since}"
    remedy = f"use Asterisk {_OLDEST[0]}.{_OLDEST[1]} or newer (StoreDTMF is needed)"
    # certified/18.9-cert5, GIT-20-1234abcd, 22.10.1+dfsg
    found = re.search(r"(\d+)(?:\.(\d+))?", text)
    if found is None:
        return [Finding.note(PbxCheck.VERSION, detail, f"see `asterisk -V`; {remedy}")]
    number = (int(found[1]), int(found[2] or 0))
    if number[0] > _NEWEST_TRIED:
        return [
            Finding.note(
                PbxCheck.VERSION,
                f"{detail}, newer than this program was tried with",
                "place a test call (IVR_TEST=1) and look at it in the dashboard",
            )
        ]
    if number < _OLDEST:
        return [Finding.wrong(PbxCheck.VERSION, detail, remedy)]
    return [Finding.sound(PbxCheck.VERSION, detail)]


def write_rights(view: PbxView) -> list[Finding]:
    """Look at what the account may do."""
    dangerous = [name for name in _DANGEROUS if name in view.actions]
    missing = [name for name in _USED if name not in view.actions]
    faults = [f"may use {', '.join(dangerous)}"] if dangerous else []
    faults += [f"may not use {', '.join(missing)}"] if missing else []
    if faults:
        unseen = "; nothing else of Asterisk was looked at" if "Getvar" in missing else ""
        remedy = f"in manager.conf set write = reporting, and nothing more, for this user; {RELOAD}"
        return [Finding.wrong(PbxCheck.WRITE_RIGHTS, f"the account {' and '.join(faults)}{unseen}", remedy)]
    return [Finding.sound(PbxCheck.WRITE_RIGHTS, "reporting only: no calls placed, no variables set, no commands run")]


def read_rights(view: PbxView) -> list[Finding]:
    """Look at which events the account hears."""
    check = PbxCheck.READ_RIGHTS
    least = f"in manager.conf set read = {','.join(sorted(_LEAST_CLASSES))} for this user; {RELOAD}"
    if not view.sees_configuration:
        return [Finding.note(check, UNSEEN, f"look at it yourself: {least}")]
    text = view.option("manager.conf", view.user, "read")
    classes = frozenset(part.strip() for part in text.split(",") if part.strip())
    if "all" not in classes and (missing := _NEEDED_CLASSES - classes):
        return [Finding.wrong(check, f"no events of class {', '.join(sorted(missing))} arrive", least)]
    if extra := classes - _LEAST_CLASSES:
        return [Finding.note(check, f"wider than needed: {', '.join(sorted(extra))}", least)]
    return [Finding.sound(check, ", ".join(sorted(classes)))]


def event_filter(view: PbxView) -> list[Finding]:
    """Look whether Asterisk holds back events that the class alone would let through."""
    check = PbxCheck.EVENT_FILTER
    remedy = (
        f"remove eventfilter from the user in manager.conf, or let AgentConnect and AgentComplete through; {RELOAD}"
    )
    if not view.sees_configuration:
        return [Finding.note(check, UNSEEN, f"look at it yourself: {remedy}")]
    if rule := view.option("manager.conf", view.user, "eventfilter"):
        return [Finding.note(check, f"eventfilter = {rule}: calls whose events it stops are not counted", remedy)]
    return [Finding.sound(check, "no plain eventfilter (one with criteria in brackets cannot be seen)")]


def timestamps(view: PbxView) -> list[Finding]:
    """Look whether events carry Asterisk's own time."""
    check = PbxCheck.TIMESTAMPS
    remedy = f"in manager.conf set timestampevents = yes under [general]; {RELOAD}"
    if not view.sees_configuration:
        return [Finding.note(check, UNSEEN, f"look at it yourself: {remedy}")]
    if is_yes(view.option("manager.conf", "general", "timestampevents")):
        return [Finding.sound(check, "events carry Asterisk's own time")]
    detail = "events carry no time of their own: talk and wait times are those of reading"
    return [Finding.note(check, detail, remedy)]


def exposure(view: PbxView) -> list[Finding]:
    """Look whether the manager listens for others: it speaks in clear, and this account reads any configuration."""
    check = PbxCheck.EXPOSURE
    remedy = (
        "in manager.conf set bindaddr = 127.0.0.1 under [general], and restart Asterisk; tunnel to it from elsewhere"
    )
    if not view.sees_configuration:
        return [Finding.note(check, UNSEEN, f"look at it yourself: {remedy}")]
    address = view.option("manager.conf", "general", "bindaddr")
    if _LOOPBACK.match(address):
        return [Finding.sound(check, f"listens on {address} only")]
    return [
        Finding.note(check, f"listens on {address or 'every address'}, unencrypted: secrets can be read there", remedy)
    ]


def dangerous_functions(view: PbxView) -> list[Finding]:
    """Look whether AGI and AMI may call functions that run programs and write files."""
    check = PbxCheck.DANGEROUS_FUNCTIONS
    remedy = "in asterisk.conf set live_dangerously = no under [options], and restart Asterisk"
    if not view.sees_configuration:
        return [Finding.note(check, UNSEEN, f"look at it yourself: {remedy}")]
    if is_yes(view.option("asterisk.conf", "options", "live_dangerously")):
        detail = "live_dangerously = yes: this account can read and write files of the PBX"
        return [Finding.wrong(check, detail, remedy)]
    return [Finding.sound(check, "live_dangerously is off")]
