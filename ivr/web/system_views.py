"""The vital signs in plain words: what each is, how it stands, and what to do where it is not well."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf

from ivr.usecases.ledger_check import LedgerCheck
from ivr.usecases.vital_signs import Health, Sign, SignName
from ivr.web.languages import Words
from ivr.web.marked import gettext


@dataclass(frozen=True, slots=True)
class SignWords:
    """Keys for the translators: the question, and what to do."""

    question: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SignView:
    """One row; ``remedy`` is None where there is nothing to do."""

    name: str
    question: str
    health: str
    standing: str
    value: str
    remedy: str | None


HEALTH_WORDS: Mapping[Health, str] = {
    Health.GOOD: gettext("Well"),
    Health.WATCH: gettext("Look at it"),
    Health.BAD: gettext("Not well"),
    Health.UNKNOWN: gettext("Nothing seen"),
}
SIGN_WORDS: Mapping[SignName, SignWords] = {
    SignName.MANAGER: SignWords(
        gettext("Do we hear what Asterisk does with its calls?"),
        gettext("Calls that never reach the rating are not seen meanwhile. `ivr doctor` says what is wrong with AMI."),
    ),
    SignName.MANAGER_GAPS: SignWords(
        gettext("For how long did we not hear it?"),
        gettext("Calls that began and ended in the gap may be missing; compare with Asterisk's queue_log."),
    ),
    SignName.EVENTS_DROPPED: SignWords(
        gettext("How many of Asterisk's messages were dropped?"),
        gettext("The ledger was too slow for too long; look at the disk. Live calls have been asked for anew."),
    ),
    SignName.PROMPT_FAULTS: SignWords(
        gettext("How many callers could not be asked, because a recording did not play?"),
        gettext("Look at `ivr prompts check` and `ivr doctor`; listen to the layout."),
    ),
    SignName.TURNED_AWAY: SignWords(
        gettext("How many callers were turned away because too many were being asked?"),
        gettext("Raise `agi_sessions`, or ask a smaller share of callers."),
    ),
    SignName.CALLS_LOST: SignWords(
        gettext("How many ratings did we have to give up in the middle?"),
        gettext("The log says how: `agi_handler_failed` is a fault of ours, `deadline` is an Asterisk that hangs."),
    ),
    SignName.COMMANDS: SignWords(
        gettext("How fast does Asterisk answer us?"),
        gettext("Asterisk or its machine is busy, or it is not on this host."),
    ),
    SignName.REACTION: SignWords(
        gettext("How fast do we go on after Asterisk's answer?"),
        gettext("Callers hear holes. Look at the two lines below: the processor and the disk."),
    ),
    SignName.LOOP_DELAY: SignWords(
        gettext("How late does the service wake up?"),
        gettext("The processor is busy, here or on the whole machine; every caller waits as much longer."),
    ),
    SignName.LOOP_STALLS: SignWords(
        gettext("How often did it do nothing for a second?"),
        gettext("The log's `event_loop_stalled` holds what blocked it; report that."),
    ),
    SignName.COMMITS: SignWords(
        gettext("How fast is an answer safe on the disk?"),
        gettext("The disk is slow or shared; give the ledger a disk of its own."),
    ),
    SignName.WRITES_REFUSED: SignWords(
        gettext("How many writes did the ledger refuse?"),
        gettext("The disk is full, or the database is locked or away. Such callers are asked by the dialplan."),
    ),
    SignName.FIT_AGE: SignWords(
        gettext("How old are the comparable and corrected figures?"),
        gettext("Look whether fits fail, and at the setting `fit_minutes`."),
    ),
    SignName.FIT_FAILURES: SignWords(
        gettext("How many computations of them failed?"),
        gettext("`ivr kpi fit` shows the reason in full. Calls are not touched by it, and the figures before stay."),
    ),
}


LEDGER_REMEDY = gettext(
    "The scores of these days are withheld until it is mended: `ivr doctor` looks at the ledger, and "
    "`ivr db tallies --rebuild` counts all days anew."
)


def sign_view(sign: Sign, words: Words) -> SignView:
    """Put one sign into words."""
    said = SIGN_WORDS[sign.name]
    needs_care = sign.health in {Health.WATCH, Health.BAD}
    return SignView(
        name=sign.name.value,
        question=words.gettext(said.question),
        health=sign.health.value,
        standing=words.gettext(HEALTH_WORDS[sign.health]),
        value=_value(sign, words),
        remedy=words.gettext(said.remedy) if needs_care else None,
    )


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Whether the figures count every call: what was found and when, and what to do where it is not well."""

    health: str
    standing: str
    sentences: tuple[str, ...]
    remedy: str | None


def ledger_view(check: LedgerCheck, words: Words) -> LedgerView:
    """Put the comparison of the counts with the calls themselves into words."""
    health = Health.BAD if check.missed else Health.UNKNOWN if check.checked_at is None else Health.GOOD
    found = (
        words.ngettext(
            "%(n)s call is stored and in no figure.", "%(n)s calls are stored and in no figure.", check.missed
        )
        if check.missed > 0
        else words.ngettext(
            "%(n)s call is in the figures and not stored.",
            "%(n)s calls are in the figures and not stored.",
            -check.missed,
        )
        if check.missed
        else words.gettext("Every stored call is in the figures.")
    )
    seen = (
        words.gettext("Not every day has been looked at since the service began.")
        if check.checked_at is None
        else words.gettext("Every day has been looked at since %(at)s.", at=words.moment(check.checked_at))
    )
    is_unknown = health is Health.UNKNOWN
    return LedgerView(
        health=health.value,
        standing=words.gettext(HEALTH_WORDS[health]),
        sentences=(seen,) if is_unknown else (found, seen),
        remedy=words.gettext(LEDGER_REMEDY) if check.missed else None,
    )


def _value(sign: Sign, words: Words) -> str:
    if sign.value is None:
        return "–"
    if sign.name is SignName.MANAGER:
        return words.gettext("yes") if sign.value else words.gettext("no")
    if not sign.is_seconds:
        return words.number(sign.value)
    if isinf(sign.value):
        return words.gettext("longer than any step of the scale")
    if sign.name in {SignName.MANAGER_GAPS, SignName.FIT_AGE}:
        return words.seconds(sign.value)
    # A histogram knows the bucket, not the value: 99 of 100 were not slower than its upper bound.
    return words.gettext("99 of 100 within %(n)s ms", n=words.number(1000 * sign.value, 1 if sign.value < 0.01 else 0))
