"""The way to the invitation: that the dialplan leads there before a queue, and hands the agent's script to Queue()."""

import re
from dataclasses import dataclass

from ivr.telephony.probe.dialplan import Step, arguments, loaded_steps
from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.rating_context import CONTEXTS
from ivr.telephony.probe.view import PbxView

_ENTRY = re.compile(r"\bivr-rating,invite,1\b")
_SCRIPT = "${IVR_AGENT_SCRIPT}"
_ANNOUNCEMENT = 3
"""Where Queue() has the recording for the agent among its arguments."""
_REMEDY = (
    "before Queue(QUEUE,c,,${IVR_AGENT_SCRIPT}) write Gosub(ivr-rating,invite,1(QUEUE)); "
    "see dialplans/extensions.conf.sample; then: asterisk -rx 'dialplan reload'"
)


@dataclass(frozen=True, slots=True)
class BeforeQueue:
    """What the running experiment gives before a queue: invitations to callers, scripts to agents."""

    invitations: bool = False
    scripts: bool = False


def invitation_entry(view: PbxView, given: BeforeQueue) -> list[Finding]:
    """Look for Gosub(ivr-rating,invite,1(...)) and the Queue() behind it, where the experiment needs them."""
    check = PbxCheck.INVITATION
    if not (given.invitations or given.scripts):
        return [Finding.sound(check, "the experiment has neither invitations nor scripts")]
    if not view.dialplan:
        return [Finding.note(check, "could not be seen (ShowDialPlan is refused)", _REMEDY)]
    steps = [step for step in loaded_steps(view.dialplan) if step.context not in CONTEXTS]
    ways = [step for step in steps if step.application.lower() in {"gosub", "gosubif"} and _ENTRY.search(step.data)]
    if not ways:
        detail = "the experiment has invitations or scripts, and no line of the dialplan that is seen calls for them"
        return [Finding.wrong(check, detail, _REMEDY)]
    if given.scripts and not any(_briefs(step, way) for way in ways for step in steps):
        detail = "no Queue() behind the invitation is given IVR_AGENT_SCRIPT: no agent hears the experiment's scripts"
        return [Finding.wrong(check, detail, _REMEDY)]
    places = ", ".join(sorted({f"{way.extension}@{way.context}" for way in ways}))
    return [Finding.sound(check, f"callers are invited in {places}")]


def _briefs(step: Step, way: Step) -> bool:
    if step.application.lower() != "queue" or step.priority < way.priority:
        return False
    if (step.context, step.extension) != (way.context, way.extension):
        return False
    given = arguments(step.data)
    return len(given) > _ANNOUNCEMENT and _SCRIPT in given[_ANNOUNCEMENT]
