"""Burden: how much of a caller's time a questionnaire takes, in seconds."""

from dataclasses import dataclass

from ivr.domain.bounds import worst_case_seconds
from ivr.domain.flow.commands import Finish, Hush, Play, Record
from ivr.domain.flow.events import Played
from ivr.domain.flow.interview import Interview
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class Burden:
    """Seconds of one caller, from the first prompt frame on; the randomised silence before it comes on top.

    ``last_option_seconds`` is until every choice was read once, ``silent_seconds`` the whole call of somebody who
    never presses a key, and ``longest_seconds`` the worst case over everything that a caller can do, what can follow
    included.
    """

    last_option_seconds: float
    silent_seconds: float
    longest_seconds: float


def burden_of(version: LayoutVersion) -> Burden:
    """Return the burden of ``version``; the silent caller is put through the rating flow itself."""
    return Burden(
        version.timeline.option_end_seconds[-1], _silent_seconds(version), round(worst_case_seconds(version), 3)
    )


def _silent_seconds(version: LayoutVersion) -> float:
    interview = Interview.begin(version)
    milliseconds = 0
    while not isinstance(interview.command, Finish):
        if isinstance(interview.command, Play | Hush | Record):
            milliseconds += interview.command.milliseconds
        interview = interview.happened([Played()])
    return milliseconds / 1000
