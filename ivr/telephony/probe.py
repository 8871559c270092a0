"""The probe of ``ivr doctor``: signs in to Asterisk's manager, looks, and says what is amiss and how to mend it.

It changes nothing and needs no more than the listener's own account (``write = reporting``): what the account may
do is read from ListCommands, which names exactly the actions that it may use, and modules, options and the
dialplan through Getvar and read-only dialplan functions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from ivr.errors import AmiRefused
from ivr.telephony.ami.manager_session import ManagerSession
from ivr.usecases.ports import Clock

_NEEDED_MODULES = {
    "res_agi.so": "calls the rating service",
    "app_queue.so": "brings the agent's leg to an end and the caller on",
    "app_stack.so": "runs Gosub(ivr-rating,...)",
    "app_dtmfstore.so": "keeps a key that is pressed between two prompts; without it such a key is lost",
    "app_read.so": "takes the rating while the service is away",
    "func_channel.so": "tells the call's Linkedid and language",
    "func_timeout.so": "frees a caller whom the service forgot",
}
_RISKY_MODULES = ("func_shell.so", "app_system.so")
_DANGEROUS = ("Originate", "Redirect", "Command", "Setvar", "Hangup", "UpdateConfig", "ModuleLoad", "DBPut", "AGI")
_USED = ("CoreStatus", "CoreShowChannels")
_NEEDED_CLASSES = frozenset({"call", "agent"})
_LEAST_CLASSES = frozenset({"call", "agent", "user", "cdr"})
_CLOCK_SECONDS = 2.0
_RELOAD = "then: asterisk -rx 'manager reload'"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``ok`` is None where it could not be seen, or is advice only."""

    check: str
    ok: bool | None
    detail: str
    remedy: str = ""


def probe_ami(
    host: str,
    port: int,
    user: str,
    secret: str,
    *,
    clock: Clock,
    queues: Iterable[str] = (),
    deadline_seconds: float = 5.0,
) -> list[Finding]:
    """Look at the Asterisk behind ``host:port`` and return what was found; blocks, raises nothing for its faults.

    ``queues`` are the queues that the configuration counts; all that Asterisk has where there are none.
    ``deadline_seconds`` bounds each answer. Raises :class:`SettingsRefused` where a value cannot be sent.
    """
    where = f"{host}:{port}"
    try:
        session = ManagerSession.sign_in(host, port, user, secret, deadline_seconds=deadline_seconds)
    except AmiRefused as refusal:
        return [
            Finding(
                "AMI sign-in",
                ok=False,
                detail=str(refusal),
                remedy=f"compare IVR_AMI_USER and IVR_AMI_SECRET with manager.conf; {_RELOAD}",
            )
        ]
    except OSError as fault:
        return [
            Finding(
                "AMI address",
                ok=False,
                detail=f"nothing usable answers on {where}: {fault}",
                remedy="start Asterisk; set enabled = yes in manager.conf, IVR_AMI_HOST and IVR_AMI_PORT here",
            )
        ]
    findings = [Finding("AMI sign-in", ok=True, detail=f"signed in to {where} as {user}")]
    checks: tuple[Callable[[ManagerSession], list[Finding]], ...] = (
        _version,
        _write_rights,
        partial(_read_rights, user=user),
        _modules,
        partial(_queues, wanted=tuple(queues)),
        _dialplan,
        partial(_clock, clock=clock),
    )
    with session:
        try:
            for check in checks:
                findings += check(session)
        except OSError as fault:
            findings.append(
                Finding("AMI link", ok=False, detail=str(fault), remedy="see Asterisk's log, and run the check again")
            )
    return findings


def _version(session: ManagerSession) -> list[Finding]:
    version = session.ask("CoreSettings").get("AsteriskVersion", "")
    status = session.ask("CoreStatus")
    since = f"{status.get('CoreStartupDate', '?')} {status.get('CoreStartupTime', '?')} (its local time)"
    major = int(lead) if (lead := version.partition(".")[0]).isdigit() else None
    return [
        Finding(
            "Asterisk version",
            ok=None if major is None else major >= 18,
            detail=f"Asterisk {version or 'of unknown version'}, up since {since}",
            remedy="" if major is not None and major >= 18 else "use Asterisk 18.6 or newer (StoreDTMF is needed)",
        )
    ]


def _write_rights(session: ManagerSession) -> list[Finding]:
    allowed = session.ask("ListCommands")
    dangerous = [name for name in _DANGEROUS if name in allowed]
    missing = [name for name in _USED if name not in allowed]
    if dangerous or missing:
        fault = f"may use {', '.join(dangerous)}" if dangerous else f"may not use {', '.join(missing)}"
        return [
            Finding(
                "AMI write rights",
                ok=False,
                detail=f"the account {fault}",
                remedy=f"in manager.conf set write = reporting, and nothing more, for this user; {_RELOAD}",
            )
        ]
    return [Finding("AMI write rights", ok=True, detail="reporting only: no action that touches a call is allowed")]


def _read_rights(session: ManagerSession, *, user: str) -> list[Finding]:
    check = "AMI read rights"
    least = f"in manager.conf set read = {','.join(sorted(_LEAST_CLASSES))} for this user; {_RELOAD}"
    text = session.function(f"AST_CONFIG(manager.conf,{user},read)")
    classes = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not classes:
        findings = [Finding(check, ok=None, detail="could not be seen (func_config is not loaded?)", remedy=least)]
    elif "all" not in classes and (missing := _NEEDED_CLASSES - classes):
        findings = [
            Finding(check, ok=False, detail=f"no events of class {', '.join(sorted(missing))} arrive", remedy=least)
        ]
    elif extra := classes - _LEAST_CLASSES:
        findings = [Finding(check, ok=None, detail=f"wider than needed: {', '.join(sorted(extra))}", remedy=least)]
    else:
        findings = [Finding(check, ok=True, detail=", ".join(sorted(classes)))]
    stamped = session.function("AST_CONFIG(manager.conf,general,timestampevents)")
    if stamped != "yes":
        findings.append(
            Finding(
                "AMI timestamps",
                ok=None,
                detail="events carry no time of their own: talk and wait times are those of reading",
                remedy=f"in manager.conf set timestampevents = yes under [general]; {_RELOAD}",
            )
        )
    return findings


def _modules(session: ManagerSession) -> list[Finding]:
    if session.function("IFMODULE(func_module.so)") != "1":
        return [
            Finding(
                "Asterisk modules",
                ok=None,
                detail="could not be seen (func_module is not loaded)",
                remedy="asterisk -rx 'module show' must list " + ", ".join(_NEEDED_MODULES),
            )
        ]
    findings = [_needed_module(session, module, purpose) for module, purpose in _NEEDED_MODULES.items()]
    return findings + [
        Finding(
            f"module {module}",
            ok=None,
            detail="loaded: whoever can answer the AGI port can run a shell on the PBX",
            remedy=f"noload => {module} in modules.conf, where no dialplan needs it",
        )
        for module in _RISKY_MODULES
        if session.function(f"IFMODULE({module})") == "1"
    ]


def _needed_module(session: ManagerSession, module: str, purpose: str) -> Finding:
    loaded = session.function(f"IFMODULE({module})") == "1"
    return Finding(
        f"module {module}",
        ok=loaded,
        detail=f"{'loaded' if loaded else 'not loaded'}; it {purpose}",
        remedy="" if loaded else f"asterisk -rx 'module load {module}', and no noload line in modules.conf",
    )


def _queues(session: ManagerSession, *, wanted: tuple[str, ...]) -> list[Finding]:
    rows = session.ask_list("QueueStatus")
    present = [row["Queue"] for row in rows if row["Event"] == "QueueParams"]
    findings = [_queue(session, name) for name in (wanted or present) if name in present]
    findings += [
        Finding(
            f"queue {name}",
            ok=False,
            detail="Asterisk has no such queue",
            remedy=f"write it as in queues.conf, which has {', '.join(present) or 'none'}; set IVR_QUEUES",
        )
        for name in wanted
        if name not in present
    ]
    return findings or [Finding("queues", ok=None, detail="Asterisk has no queue; only direct calls can be rated")]


def _queue(session: ManagerSession, name: str) -> Finding:
    option = session.function(f"AST_CONFIG(queues.conf,{name},setinterfacevar)")
    remedy = f"in queues.conf set setinterfacevar = yes under [{name}]; then: asterisk -rx 'queue reload all'"
    if option in {"yes", "true", "on", "1"}:
        return Finding(f"queue {name}", ok=True, detail="setinterfacevar = yes")
    seen = option or session.function(f"AST_CONFIG(queues.conf,{name},strategy)")
    return Finding(
        f"queue {name}",
        ok=False if seen else None,
        detail="MEMBERINTERFACE is not set after Queue(): the dialplan cannot say who answered"
        if seen
        else "its options could not be seen (a realtime queue?)",
        remedy=remedy,
    )


def _dialplan(session: ManagerSession) -> list[Finding]:
    there = session.function("DIALPLAN_EXISTS(ivr-rating,s,1)") == "1"
    return [
        Finding(
            "dialplan ivr-rating",
            ok=there,
            detail="the context is loaded" if there else "Asterisk has no context ivr-rating",
            remedy="" if there else "#include ivr-rating.conf in extensions.conf; then: asterisk -rx 'dialplan reload'",
        )
    ]


def _clock(session: ManagerSession, *, clock: Clock) -> list[Finding]:
    before = clock().timestamp()
    stamp = session.ask("Ping").get("Timestamp", "")
    middle = (before + clock().timestamp()) / 2
    try:
        ahead_seconds = float(stamp) - middle
    except ValueError:
        return [Finding("clock", ok=None, detail="Asterisk did not say its time")]
    near = abs(ahead_seconds) <= _CLOCK_SECONDS
    return [
        Finding(
            "clock",
            ok=near,
            detail=f"Asterisk's clock is {ahead_seconds:+.3f} s from this machine's",
            remedy="" if near else "run a time service (chrony, systemd-timesyncd) on both machines",
        )
    ]
