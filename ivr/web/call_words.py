"""Calls in words: who ended a talk, what was played, what a key did, and why a caller was not asked."""

from collections.abc import Mapping

from ivr.domain.asking_rules import Rule
from ivr.domain.call_replay import Sound
from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION, Attribution, EndedBy
from ivr.domain.contests import ContestCase, Verdict
from ivr.domain.key_roles import KeyRole
from ivr.usecases.call_lists import Exclusion, Heard
from ivr.web.languages import Words
from ivr.web.marked import gettext

ENDED_BY: Mapping[EndedBy, str] = {
    EndedBy.AGENT: gettext("the agent ended the talk"),
    EndedBy.CALLER: gettext("the caller hung up"),
    EndedBy.TRANSFER: gettext("the call was transferred"),
    EndedBy.UNKNOWN: gettext("not seen who ended the talk"),
}
SOUNDS: Mapping[Sound, str] = {
    Sound.SILENCE: gettext("silence before the question"),
    Sound.INTRO: gettext("introduction"),
    Sound.OPTION: gettext("option"),
    Sound.PAUSE: gettext("pause, keys are taken"),
    Sound.WRONG_KEY: gettext("“that key means nothing”"),
    Sound.NO_KEY: gettext("“no key was pressed”"),
    Sound.CONFIRMATION: gettext("asked once more"),
    Sound.COMMENT: gettext("asked for a comment"),
    Sound.RECORDING: gettext("comment recorded"),
    Sound.THANKS: gettext("thanks"),
}
KEY_ROLES: Mapping[KeyRole, str] = {
    KeyRole.ANSWER: gettext("the answer"),
    KeyRole.COPY: gettext("the same press heard twice"),
    KeyRole.OPT_OUT: gettext("does not want to be asked"),
    KeyRole.REPEAT: gettext("wants to hear the options again"),
    KeyRole.WRONG: gettext("means nothing here"),
    KeyRole.AFTERWARDS: gettext("after the answer, counts for nothing"),
    KeyRole.HEARD: gettext("heard"),
}
RULES: Mapping[Rule, str] = {
    Rule.DO_NOT_ASK: gettext("The caller has asked not to be asked."),
    Rule.MINIMUM_TALK: gettext("The talk was shorter than what is asked about."),
    Rule.CALLER_THROTTLE: gettext("The caller was asked not long ago."),
    Rule.AGENT_DAY_CAP: gettext("Enough callers were asked about this agent on that day."),
    Rule.AGENT_TOTAL_CAP: gettext("Enough callers were asked about this agent."),
    Rule.QUEUE_DAY_CAP: gettext("Enough callers of this queue were asked on that day."),
    Rule.QUEUE_TOTAL_CAP: gettext("Enough callers of this queue were asked."),
    Rule.SCHEDULE: gettext("Nobody was to be asked at that time."),
    Rule.LANGUAGE: gettext("There is no question in the caller's language."),
    Rule.SAMPLING: gettext("The lot was drawn and fell on not asking."),
    Rule.UNAVAILABLE: gettext("It could not be decided in time, and in doubt nobody is asked."),
}
ATTRIBUTIONS: Mapping[Attribution, str] = {
    Attribution.CERTAIN: gettext("The rating can be about nobody else."),
    Attribution.UNCERTAIN: gettext("The caller spoke with several agents, so the rating may be about another one."),
}
HEARD: Mapping[Heard, str] = {
    Heard.ALL: gettext("key pressed after all options"),
    Heard.PART: gettext("key pressed before all options were heard"),
}
EXCLUSIONS: Mapping[Exclusion, str] = {
    Exclusion.ALSO: gettext("also those that figures leave out"),
    Exclusion.ONLY: gettext("only those that figures leave out"),
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.EXCLUDE: gettext("left out of the figures"),
    Verdict.KEEP: gettext("kept in the figures"),
}


def question_name(words: Words, question: str | None) -> str:
    """Return which question it is; a further one is called by its layout."""
    if question in {None, PRIMARY_QUESTION}:
        return words.gettext("the rating")
    return words.gettext("the rating, asked once more") if question == CONFIRMATION else str(question)


def rule_sentence(words: Words, rule: str | None) -> str | None:
    """Return why a caller was not asked, None where no rule is noted."""
    known = next((each for each in Rule if each.value == rule), None)
    return None if known is None else words.gettext(RULES[known])


def contest_mark(words: Words, case: ContestCase | None) -> str | None:
    """Return what a list says of a contested rating."""
    if case is None:
        return None
    if case.last is None:
        return words.gettext("contested")
    return words.gettext("contested, %(verdict)s", verdict=words.gettext(VERDICTS[case.last.verdict]))
