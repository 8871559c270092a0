"""Outcomes in words: how a call ended, as a supervisor says it."""

from collections.abc import Mapping

from ivr.domain.kpi.call_path import Milestone
from ivr.domain.outcomes import Outcome
from ivr.web.languages import Words
from ivr.web.marked import gettext

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.RATED: gettext("rated"),
    Outcome.NO_KEY: gettext("no key pressed"),
    Outcome.INVALID_KEYS: gettext("only keys that mean nothing"),
    Outcome.OPTED_OUT: gettext("asked not to be asked again"),
    Outcome.LEFT_IN_INTRO: gettext("hung up during the introduction"),
    Outcome.LEFT_IN_MENU: gettext("hung up during the options"),
    Outcome.LEFT_BEFORE_PROMPT: gettext("hung up before the first words"),
    Outcome.CALLER_LEFT_FIRST: gettext("caller hung up first"),
    Outcome.TRANSFERRED_AWAY: gettext("transferred elsewhere"),
    Outcome.UNAVAILABLE: gettext("rating not available"),
    Outcome.NOT_SELECTED: gettext("not drawn to be asked"),
    Outcome.THROTTLED: gettext("asked not long ago"),
    Outcome.DO_NOT_ASK: gettext("does not want to be asked"),
    Outcome.TOO_SHORT: gettext("talk too short"),
    Outcome.UNKNOWN: gettext("end not seen"),
}
MILESTONES: Mapping[Milestone, str] = {
    Milestone.HANDLED: gettext("Handled"),
    Milestone.ELIGIBLE: gettext("To be asked"),
    Milestone.OFFERED: gettext("Brought to the rating"),
    Milestone.STARTED: gettext("Heard the question begin"),
    Milestone.RATED: gettext("Rated"),
}


def outcome_name(words: Words, outcome: Outcome | None) -> str:
    """Return how a call ended; None is an outcome that is missing."""
    return words.gettext("no outcome stored") if outcome is None else words.gettext(OUTCOMES[outcome])
