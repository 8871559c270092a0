"""Asterisk's modules: those that the shipped dialplan and the prompts need, and those that run programs."""

from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.view import PbxView

NEEDED = {
    "res_agi.so": "calls the rating service",
    "app_queue.so": "brings the agent's leg to an end and the caller on",
    "app_stack.so": "runs Gosub(ivr-rating,...) and keeps the dialplan's local variables",
    "app_dtmfstore.so": "keeps a key that is pressed between two prompts; without it such a key is lost",
    "app_exec.so": "lets the dialplan go on where a module is missing (TryExec)",
    "app_read.so": "takes the rating while the service is away",
    "func_channel.so": "tells the call's Linkedid and language, and brings the last keys of a caller who hangs up",
    "func_timeout.so": "frees a caller whom the service forgot",
    "func_uri.so": "lets a name with a comma reach the service whole",
    "format_wav.so": "plays the prompts",
}
"""What a rating needs, and what for."""

_CHANNELS = ("chan_pjsip.so", "chan_sip.so", "chan_dahdi.so", "chan_iax2.so", "chan_mobile.so", "chan_ooh323.so")
_RUN_PROGRAMS = ("func_shell.so", "app_system.so", "app_externalivr.so")


def modules(view: PbxView) -> list[Finding]:
    """Look whether all needed modules are loaded; each missing one is a finding."""
    if not view.sees_modules:
        listed = ", ".join(NEEDED)
        remedy = f"asterisk -rx 'module show' must list {listed}"
        return [Finding.note(PbxCheck.MODULES, "could not be seen (func_module is not loaded)", remedy)]
    findings = [
        Finding.wrong(
            PbxCheck.MODULES,
            f"{module} is not loaded; it {purpose}",
            f"asterisk -rx 'module load {module}', and no noload line for it in modules.conf",
        )
        for module, purpose in NEEDED.items()
        if not view.has_module(module)
    ]
    if not any(map(view.has_module, _CHANNELS)):
        remedy = "asterisk -rx 'module load chan_pjsip.so', and see pjsip.conf"
        findings.append(Finding.wrong(PbxCheck.MODULES, "no channel driver is loaded: no call can come in", remedy))
    return findings or [Finding.sound(PbxCheck.MODULES, f"all {len(NEEDED)} that a rating needs are loaded")]


def program_modules(view: PbxView) -> list[Finding]:
    """Look for modules that run programs: whoever can answer the AGI port can use them.

    Without them ``EXEC AGI /path`` still starts a program, so this is advice; the port's place is what counts.
    """
    check = PbxCheck.PROGRAM_MODULES
    remedy = "in modules.conf write noload => {} where no dialplan needs it, and restart Asterisk"
    if not view.sees_modules:
        detail = "could not be seen (func_module is not loaded)"
        return [Finding.note(check, detail, remedy.format(" and ".join(_RUN_PROGRAMS)))]
    loaded = [module for module in _RUN_PROGRAMS if view.has_module(module)]
    return [
        Finding.note(
            check,
            f"{module} is loaded: whoever can answer the AGI port can run a shell on the PBX",
            remedy.format(module),
        )
        for module in loaded
    ] or [Finding.sound(check, f"none of {', '.join(_RUN_PROGRAMS)} is loaded")]
