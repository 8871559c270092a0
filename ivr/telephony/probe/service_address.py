"""Where the dialplan goes for the service, and under which name it reports this Asterisk."""

import re
from collections.abc import Callable

from ivr.telephony.probe.dialplan import loaded_steps
from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.knock import DEFAULT_PORT, AgiAddress, read_address
from ivr.telephony.probe.rating_context import CONTEXTS
from ivr.telephony.probe.view import PbxView

Visit = Callable[[PbxCheck, AgiAddress], Finding]
"""Goes to an address as Asterisk would, and says what was found there."""
_SHIPPED = f"agi://127.0.0.1:{DEFAULT_PORT}"
_SHOWN = re.compile(r"(agi://[^/]+).*")


def service_address(view: PbxView, visit: Visit, *, same_machine: bool) -> list[Finding]:
    """Follow IVR_AGI: the global variable, else what the loaded context falls back to."""
    check = PbxCheck.SERVICE_ADDRESS
    url = view.variable("IVR_AGI") or _fallback(view)
    address = read_address(url)
    # What stands behind the port may be the shared secret.
    shown = _SHOWN.sub(r"\1", url)
    if address is None:
        detail = f"{shown} is no plain agi://host:port, and could not be followed"
        return [Finding.note(check, detail, "write agi://HOST:PORT, with /SECRET behind it where agi_secret is set")]
    if not same_machine:
        detail = f"{shown}; Asterisk is on another machine, from here it could not be followed"
        return [Finding.note(check, detail, f"on the PBX: nc -vz {address.host} {address.port}; then a test call")]
    return [visit(check, address)]


def pbx_name(view: PbxView, name: str) -> list[Finding]:
    """Compare IVR_PBX with the name under which the service books what this manager tells."""
    check = PbxCheck.PBX_NAME
    said = view.variable("IVR_PBX")
    if said and said != name:
        detail = f"the dialplan says {said}, the service says {name}: one call becomes two"
        return [
            Finding.wrong(check, detail, f"set IVR_PBX={said} for the service, or IVR_PBX = {name} in the dialplan")
        ]
    return [Finding.sound(check, f"{name}{'' if said else ' (the dialplan leaves it to the service)'}")]


def _fallback(view: PbxView) -> str:
    for step in loaded_steps(view.dialplan):
        if step.context in CONTEXTS and step.deed.startswith("Set(IVR_AGI="):
            return step.data.partition("=")[2]
    return _SHIPPED
