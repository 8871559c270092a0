"""Looks at the running service: its web port, its readiness, its AGI port, and how many files it may open.

That the service itself stands behind an AGI address is proven by its own count: a knock that asks for a script
nobody serves must raise ``ivr_agi_refused_total{reason="unknown_script"}`` of the service at the web port by one.
"""

import http.client
import json
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from enum import StrEnum

from ivr.bootstrap.house_checks import HouseCheck
from ivr.bootstrap.open_files import files_for
from ivr.settings import Bind, Settings
from ivr.telephony.agi.admission import Refusal
from ivr.telephony.probe.findings import Finding
from ivr.telephony.probe.knock import AgiAddress, Knock, knock

_DEADLINE_SECONDS = 4.0
_REFUSED = re.compile(r'^ivr_agi_refused_total\{reason="(\w+)"\} (\S+)$', re.MULTILINE)
_FILES = re.compile(r"^process_max_fds (\S+)$", re.MULTILINE)
_FEWEST_FILES = 512
"""Below this even a small call centre runs out; a shell usually allows 1024."""
_START = "start the service: ivr serve (systemctl start ivr-rating)"
_MEND = "set IVR_AGI in the dialplan to where IVR_AGI_BIND listens"
_NOT_THE_SERVICE = {
    Knock.NOBODY: ("nobody listens on {}: callers are asked by the dialplan alone", f"{_START}; {_MEND}"),
    Knock.SILENT: ("{} takes connections and says nothing", "restart the service, see its log"),
    Knock.STRANGER: ("another program answers on {}", f"stop it, or {_MEND}"),
}
_ANOTHER = ("{} answers, but it is not the service of the web port", f"stop the other one, or {_MEND}")
_REFUSED_THERE = {
    Refusal.WRONG_SECRET: (
        "the service on {} refuses the shared secret: nobody is asked",
        "in the dialplan write IVR_AGI = agi://HOST:PORT/SECRET with the secret of IVR_AGI_SECRET",
    ),
    Refusal.PEER_NOT_ALLOWED: (
        "the service on {} turns the PBX away: nobody is asked",
        "add the PBX's address to IVR_AGI_ALLOW",
    ),
}


def service(settings: Settings) -> list[Finding]:
    """Look at the service that these settings describe."""
    own = AgiAddress(_reachable(settings.agi_bind[0]), settings.agi_bind[1], _secret(settings))
    return [_web(settings.web_bind), visit(settings, HouseCheck.AGI, own), _open_files(settings)]


def visit(settings: Settings, check: StrEnum, address: AgiAddress) -> Finding:
    """Knock at ``address`` and say whether the service of these settings stands behind it."""
    where = f"agi://{address}"
    found, counted = _knock(settings, address)
    if found is not Knock.CLOSED:
        fault, remedy = _NOT_THE_SERVICE[found]
        return Finding.wrong(check, fault.format(where), remedy)
    if counted is None:
        remedy = "mend the line of the web service, then run this again"
        return Finding.note(check, f"{where} answers; that it is the service could not be proven", remedy)
    if Refusal.UNKNOWN_SCRIPT in counted:
        return _of_service(settings, check, address)
    if Refusal.PEER_NOT_ALLOWED in counted and check is HouseCheck.AGI:
        remedy = "look at the line of IVR_AGI; add 127.0.0.1 to IVR_AGI_ALLOW to have this looked at"
        return Finding.note(check, f"the service on {where} turns this machine away, as IVR_AGI_ALLOW says", remedy)
    fault, remedy = next((told for refusal, told in _REFUSED_THERE.items() if refusal in counted), _ANOTHER)
    return Finding.wrong(check, fault.format(where), remedy)


def _of_service(settings: Settings, check: StrEnum, address: AgiAddress) -> Finding:
    """Tell the service that knows the secret in the path from one that has none and reads it as a script's name."""
    where = f"agi://{address}"
    if address.prefix:
        _found, counted = _knock(settings, replace(address, prefix=f"not-{address.prefix}"))
        if counted is not None and Refusal.WRONG_SECRET not in counted:
            remedy = "set IVR_AGI_SECRET for the service, or agi://HOST:PORT in the dialplan"
            detail = f"a secret stands in the path of {where}, and the service there has none: nobody is asked"
            return Finding.wrong(check, detail, remedy)
    return Finding.sound(check, f"the service answers on {where}")


def _knock(settings: Settings, address: AgiAddress) -> tuple[Knock, set[str] | None]:
    """Knock, and return the reasons for refusals that the service counted meanwhile; None where it tells none."""
    before = _counts(settings.web_bind)
    found = knock(address, deadline_seconds=_DEADLINE_SECONDS)
    after = _counts(settings.web_bind)
    if before is None or after is None or Refusal.UNKNOWN_SCRIPT not in after:
        return found, None
    return found, {reason for reason, count in after.items() if count > before.get(reason, 0)}


def _web(bind: Bind) -> Finding:
    check, where = HouseCheck.WEB, f"http://{bind}"
    answer = _get(bind, "/readyz")
    if answer is None:
        return Finding.wrong(check, f"nothing answers on {where}", f"{_START}, or set IVR_WEB_BIND")
    status, body = answer
    try:
        answered = json.loads(body)
        if status == http.HTTPStatus.OK:
            remarks = "; ".join(map(str, answered.get("remarks", {}).values()))
            remedy = "mend what it names, then have it read again: systemctl reload ivr-rating"
            ready = f"{where} is ready"
            return Finding.note(check, f"{ready}, but {remarks}", remedy) if remarks else Finding.sound(check, ready)
        reasons = answered["reasons"]
        told = ", ".join(f"{part}: {reason}" for part, reason in reasons.items())
    except (ValueError, KeyError, TypeError, AttributeError):
        return Finding.wrong(check, f"another program answers on {where}", f"{_START}, or set IVR_WEB_BIND")
    return Finding.wrong(check, f"{where} is not ready: {told}", "mend what it names, see the service's log")


def _open_files(settings: Settings) -> Finding:
    check, needed = HouseCheck.OPEN_FILES, files_for(settings.agi_sessions)
    remedy = f"set LimitNOFILE={needed} in the service's unit, or ulimit -n {needed} before ivr serve"
    answer = _get(settings.web_bind, "/metrics")
    found = _FILES.search(answer[1]) if answer is not None else None
    if found is None:
        return Finding.note(check, "the service did not say how many files it may open", f"mend the web line; {remedy}")
    most = int(float(found[1]))
    detail = f"the service may open {most}, {settings.agi_sessions} calls at once want {needed}"
    if most < _FEWEST_FILES:
        return Finding.wrong(check, detail, remedy)
    if most < needed:
        return Finding.note(check, f"{detail}: further ones are turned away", f"{remedy}, or lower IVR_AGI_SESSIONS")
    return Finding.sound(check, detail)


def _counts(bind: Bind) -> Mapping[str, float] | None:
    answer = _get(bind, "/metrics")
    return None if answer is None else {reason: float(count) for reason, count in _REFUSED.findall(answer[1])}


def _get(bind: Bind, path: str) -> tuple[int, str] | None:
    with closing(http.client.HTTPConnection(_reachable(bind[0]), bind[1], timeout=_DEADLINE_SECONDS)) as link:
        try:
            link.request("GET", path)
            response = link.getresponse()
            return response.status, response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return None


def _reachable(host: str) -> str:
    """Return where a listener on every address is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _secret(settings: Settings) -> str:
    return "" if settings.agi_secret is None else settings.agi_secret.get_secret_value()
