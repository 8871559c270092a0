"""The way into the rating: that the dialplan leads there, and that the caller goes on when the agent hangs up."""

import re

from ivr.telephony.probe.dialplan import Step, arguments, loaded_steps
from ivr.telephony.probe.findings import Finding, PbxCheck
from ivr.telephony.probe.rating_context import CONTEXTS
from ivr.telephony.probe.view import PbxView

_ENTRY = re.compile(r"\bivr-rating,s,1\b")
_SUBROUTINES = frozenset({"gosub", "gosubif"})
# Where the options stand among the arguments, and which one lets the caller go on.
_LEAVING = {"queue": (1, "c"), "dial": (2, "g")}
_SAMPLE = "see dialplans/extensions.conf.sample; then: asterisk -rx 'dialplan reload'"


def entries(view: PbxView) -> list[Finding]:
    """Look for Gosub(ivr-rating,s,1(...)), and at the Queue() and Dial() before it in the same extension."""
    if not view.dialplan:
        remedy = "give the account write = reporting, or see asterisk -rx 'dialplan show'"
        return [
            Finding.note(check, "could not be seen (ShowDialPlan is refused)", remedy)
            for check in (PbxCheck.ENTRY, PbxCheck.LEAVE_OPTIONS)
        ]
    steps = [step for step in loaded_steps(view.dialplan) if step.context not in CONTEXTS]
    ways = [step for step in steps if step.application.lower() in _SUBROUTINES and _ENTRY.search(step.data)]
    if ways:
        places = ", ".join(sorted({f"{way.extension}@{way.context}" for way in ways}))
        return [Finding.sound(PbxCheck.ENTRY, f"the rating is called from {places}"), *_leaving(steps, ways)]
    remedy = f"after Queue(...,c) or Dial(...,g) write Gosub(ivr-rating,s,1(QUEUE)); {_SAMPLE}"
    if any("Switch" in row for row in view.dialplan):
        detail = "no line that is seen calls ivr-rating; one behind a switch (Realtime, Lua) cannot be seen"
        return [Finding.note(PbxCheck.ENTRY, detail, f"place a test call (IVR_TEST=1), or {remedy}")]
    return [Finding.wrong(PbxCheck.ENTRY, "no line of the dialplan calls ivr-rating: nobody is asked", remedy)]


def _leaving(steps: list[Step], ways: list[Step]) -> list[Finding]:
    check = PbxCheck.LEAVE_OPTIONS
    before = [
        step
        for step in steps
        if step.application.lower() in _LEAVING
        and any(
            (step.context, step.extension) == (way.context, way.extension) and step.priority < way.priority
            for way in ways
        )
    ]
    kept = {step: _lets_caller_go_on(step) for step in before}
    ended = [step for step, goes_on in kept.items() if goes_on is False]
    if ended:
        return [
            Finding.wrong(
                check,
                f"{step.application}() of {step.place} lacks the option {_LEAVING[step.application.lower()][1]}: "
                "the call ends when the agent hangs up, and nobody is asked",
                f"add it to the options; {_SAMPLE}",
            )
            for step in ended
        ]
    if not kept or None in kept.values():
        unseen = ", ".join(step.place for step, goes_on in kept.items() if goes_on is None) or "another extension"
        detail = f"the options of the Queue() or Dial() before the rating could not be seen ({unseen})"
        return [Finding.note(check, detail, "make sure that they hold c (Queue) or g (Dial)")]
    return [Finding.sound(check, "the caller goes on when the agent hangs up (Queue option c, Dial option g)")]


def _lets_caller_go_on(step: Step) -> bool | None:
    """Say whether the option is there; None where the options come from a variable."""
    index, letter = _LEAVING[step.application.lower()]
    given = arguments(step.data)
    options = given[index] if len(given) > index else ""
    if "${" in options:
        return None
    # An option's own argument stands in brackets behind it and may hold any letter.
    return letter in re.sub(r"\([^)]*\)", "", options)
