"""The context ``ivr-rating``: that it is loaded, of this program's version, with its guards.

Compared is what Asterisk has in memory, so a file that was mended but not reloaded is found too. A line that was
taken out is told from lines that were added: the first may cost ratings, the second are the administrator's own.
"""

from collections import Counter
from collections.abc import Sequence

from ivr.telephony.probe.dialplan import Step, loaded_steps
from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.view import PbxView

CONTEXTS = ("ivr-rating", "ivr-rating-left")
GUARDS = {
    "StoreDTMF(RX": "keeps keys that are pressed between two prompts",
    "hangup_handler_push": "brings the last keys of a caller who hangs up",
    "AGIEXITONHANGUP=yes": "frees a caller from a service that hangs",
    "TIMEOUT(absolute)=8": "frees a caller from a service that hangs",
    "/rate,": "calls the service",
    "/left,": "brings the last keys to the service",
    "IVR_RESULT": "tells whether the service has asked",
    "SURVEY": "keeps the rating while the service is away",
}
"""Lines by what they hold, with what is lost without them."""
# The wording of the fallback and the address are the administrator's to change.
_FREE = ("NoOp(", "Read(IVR_FALLBACK_KEY,", "Set(IVR_FALLBACK=", "Set(IVR_AGI=")
_RELOAD = "install dialplans/ivr-rating.conf of this program anew; then: asterisk -rx 'dialplan reload'"


def rating_context(view: PbxView, shipped: Sequence[Step]) -> list[Finding]:
    """Compare the loaded context with ``shipped``, the steps of this program's dialplan."""
    check = PbxCheck.CONTEXT
    if not view.dialplan:
        there = view.session.function("DIALPLAN_EXISTS(ivr-rating,s,1)") == "1"
        detail = f"its lines could not be seen (ShowDialPlan is refused); {'it is there' if there else 'none is seen'}"
        return [
            Finding.note(check, detail, "give the account write = reporting; asterisk -rx 'dialplan show ivr-rating'")
        ]
    loaded = [step for step in loaded_steps(view.dialplan) if step.context in CONTEXTS]
    if not loaded:
        remedy = "#include ivr-rating.conf in extensions.conf; then: asterisk -rx 'dialplan reload'"
        return [Finding.wrong(check, "Asterisk has no context ivr-rating: nobody is asked", remedy)]
    wanted = Counter(_deed(step) for step in shipped)
    missing = wanted - Counter(_deed(step) for step in loaded)
    own = Counter(_deed(step) for step in loaded) - wanted
    fixed = [step for step in shipped if _deed(step) in missing and not step.deed.startswith(_FREE)]
    if fixed:
        return [Finding.wrong(check, _loss(fixed), _RELOAD)]
    if [_deed(step) for step in _sorted(loaded)] != [_deed(step) for step in _sorted(shipped)]:
        own_lines = ", ".join(sorted({step.place for step in loaded if _deed(step) in own})) or "its order"
        return [
            Finding.note(check, f"has lines of your own ({own_lines})", f"keep them if you know them; else {_RELOAD}")
        ]
    return [Finding.sound(check, f"ivr-rating is loaded, all {len(shipped)} lines as in this program's dialplan")]


def _deed(step: Step) -> tuple[str, str, str, str]:
    return step.context, step.extension, step.deed, step.label


def _sorted(steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (step.context, step.extension, step.priority))


def _loss(missing: Sequence[Step]) -> str:
    for mark, purpose in GUARDS.items():
        for step in missing:
            if mark in step.deed:
                return f"lacks the guard {step.deed[:60]} of {step.extension}@{step.context}, which {purpose}"
    return f"is not this program's version: {missing[0].deed[:60]} of {missing[0].place} is not there"
