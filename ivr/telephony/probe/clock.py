"""Asterisk's clock and time zone beside this machine's and the site's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.view import PbxView
from ivr.usecases.ports import Clock

_NEAR_SECONDS = 2.0


def clock(view: PbxView, now: Clock) -> list[Finding]:
    """Compare Asterisk's clock with this machine's: Ping tells the time of its answer."""
    check = PbxCheck.CLOCK
    remedy = "run a time service (chrony, systemd-timesyncd) on both machines"
    before = now().timestamp()
    stamp = view.session.ask("Ping").get("Timestamp", "")
    middle = (before + now().timestamp()) / 2
    try:
        ahead_seconds = float(stamp) - middle
    except ValueError:
        return [Finding.note(check, "Asterisk did not say its time", f"compare `date` on both machines; {remedy}")]
    detail = f"Asterisk's clock is {ahead_seconds:+.3f} s from this machine's"
    if abs(ahead_seconds) > _NEAR_SECONDS:
        return [Finding.wrong(check, detail, remedy)]
    return [Finding.sound(check, detail)]


def time_zone(view: PbxView, now: Clock, zone: tzinfo) -> list[Finding]:
    """Compare the hours that Asterisk shows now and half a year on with those of the site's zone."""
    check = PbxCheck.TIME_ZONE
    moments = [now().astimezone(UTC) + timedelta(days=days) for days in (0, 182)]
    theirs = [view.session.function(f"STRFTIME({int(moment.timestamp())},,%z)") for moment in moments]
    ours = [_offset(zone)(moment) for moment in moments]
    if not all(theirs):
        remedy = "compare `date` on the PBX with IVR_TIME_ZONE"
        return [Finding.note(check, "could not be seen (func_strings is not loaded)", remedy)]
    if theirs != ours:
        detail = f"days are cut in {zone} ({'/'.join(ours)}), Asterisk's own in another zone ({'/'.join(theirs)})"
        return [Finding.note(check, detail, "set IVR_TIME_ZONE to the site's zone if it is not")]
    return [Finding.sound(check, f"{zone}, as Asterisk's")]


def _offset(zone: tzinfo) -> Callable[[datetime], str]:
    return lambda moment: moment.astimezone(zone).strftime("%z")
