"""Replay: what a caller heard and when, worked out from the layout, the silence before it and the keys as heard.

The ledger keeps no line for each prompt: that would be a write for everything a caller hears. But the interview is a
machine without chance, so the same keys at the same moments lead it through the same prompts. What it does not know
is how long Asterisk took between two of them, some hundredths of a second each. A replay that ends in another way than
the call did is no replay of it, and is not shown as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.calls import Press
from ivr.domain.flow.commands import Finish, Hush, KeepAnswer, KeepComment, Play, Record
from ivr.domain.flow.conversation import State
from ivr.domain.flow.events import AnswerKept, CallerLeft, CommentKept, Event, KeyHeard, Played, Recorded
from ivr.domain.flow.interview import Interview
from ivr.domain.flow.moves import IllegalEvent
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion

_MOST_STEPS = 400
_NEVER = 10**9


class Sound(StrEnum):
    """What was played."""

    SILENCE = "silence"
    INTRO = "intro"
    OPTION = "option"
    PAUSE = "pause"
    WRONG_KEY = "wrong_key"
    NO_KEY = "no_key"
    CONFIRMATION = "confirmation"
    COMMENT = "comment"
    RECORDING = "recording"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class PlayedSpan:
    """Something played, in milliseconds from the first prompt frame; ``is_cut`` where it did not come to its end.

    ``question`` is what was being asked, as the presses name it. ``press`` and ``category`` are an option's.
    """

    sound: Sound
    start_ms: int
    end_ms: int
    is_cut: bool = False
    question: str | None = None
    press: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What was played, in order. Where not ``is_faithful`` it ends in another way than the call did."""

    spans: tuple[PlayedSpan, ...]
    outcome: Outcome
    is_faithful: bool


def replay_call(
    version: LayoutVersion,
    presses: Sequence[Press],
    *,
    delay_seconds: float = 0.0,
    asks_again: bool = False,
    ended_ms: int | None = None,
    recorded_ms: Mapping[str, int] | None = None,
    outcome: Outcome,
) -> Replay:
    """Replay a call that was asked on ``version`` and ended with ``outcome``.

    ``ended_ms`` is when the caller left, None where the questions were gone through to their end or nobody knows.
    ``recorded_ms`` are the lengths of spoken comments by question.
    """
    walk = _Walk(presses, -round(delay_seconds * 1000), ended_ms, recorded_ms or {})
    interview = Interview.begin(version, delay_seconds, asks_again=asks_again)
    try:
        for _ in range(_MOST_STEPS):
            if interview.is_over:
                break
            interview = walk.after(interview)
    except IllegalEvent:
        return Replay(tuple(walk.spans), outcome, is_faithful=False)
    ended = interview.status
    return Replay(tuple(walk.spans), ended, is_faithful=interview.is_over and ended is outcome)


class _Walk:
    """One way through an interview, along the keys."""

    def __init__(
        self, presses: Sequence[Press], begin_ms: int, ended_ms: int | None, recorded_ms: Mapping[str, int]
    ) -> None:
        self.spans: list[PlayedSpan] = []
        self._at_ms = begin_ms
        self._ended_ms = ended_ms
        self._recorded_ms = recorded_ms
        self._keys = [press for press in presses if press.hi_ms is not None]
        self._unseen = [press for press in presses if press.hi_ms is None]

    def after(self, interview: Interview) -> Interview:
        """Carry out the command of ``interview`` and return the interview after it."""
        match interview.command:
            case KeepAnswer():
                return interview.step(AnswerKept())
            case KeepComment():
                return interview.step(CommentKept())
            case Record() as command:
                return interview.happened(self._record(command, interview))
            case Play() | Hush() as command:
                return interview.happened(self._play(command, interview))
            case Finish():
                raise AssertionError("nothing is played behind the end")

    def _record(self, command: Record, interview: Interview) -> Sequence[Event]:
        length = self._recorded_ms.get(command.question, 0)
        self._add(Sound.RECORDING, length, interview, is_cut=False)
        return (Recorded(length, "comment" if length else None),)

    def _play(self, command: Play | Hush, interview: Interview) -> Sequence[Event]:
        start, full = self._at_ms, command.milliseconds
        ended = _NEVER if self._ended_ms is None else self._ended_ms
        cutting = next((key for key in self._keys if key.key in command.keys and _moment(key) < start + full), None)
        until = start + full if cutting is None else max(start, _moment(cutting))
        if ended < until:
            # The keys of a caller who has left come with the word of it.
            self._add(_sound(command, interview), max(0, ended - start), interview, is_cut=True)
            keys = [*self._taken(ended), *(KeyHeard(each.key, None, None) for each in self._unseen)]
            self._unseen = []
            return keys or (CallerLeft(),)
        heard = self._taken(until if cutting is None else _moment(cutting))
        is_cut = cutting is not None and until < start + full
        self._add(_sound(command, interview), until - start, interview, is_cut=is_cut)
        return heard or (Played(),)

    def _taken(self, until_ms: int) -> list[Event]:
        """Return the keys up to a moment, and remember that they were taken."""
        taken = [key for key in self._keys if _moment(key) <= until_ms]
        self._keys = self._keys[len(taken) :]
        return [KeyHeard(key.key, key.lo_ms, key.hi_ms) for key in taken]

    def _add(self, sound: Sound, length_ms: int, interview: Interview, *, is_cut: bool) -> None:
        start, self._at_ms = self._at_ms, self._at_ms + length_ms
        if length_ms <= 0:
            return
        press, category = _option(interview) if sound is Sound.OPTION else (None, None)
        self.spans.append(PlayedSpan(sound, start, self._at_ms, is_cut, interview.question, press, category))


def _moment(press: Press) -> int:
    """Return when a key counts: its moment, or the end of the span that it lies in."""
    return _NEVER if press.hi_ms is None else press.hi_ms


def _sound(command: Play | Hush, interview: Interview) -> Sound:
    state, layout = interview.state, interview.item.version.layout
    if isinstance(command, Hush):
        return Sound.SILENCE if state is State.SILENCE else Sound.PAUSE
    if state is State.COMMENT:
        return Sound.COMMENT
    if state is State.FAREWELL and command.prompt == interview.agenda.first.layout.thanks:
        return Sound.THANKS
    special = {
        layout.intro: Sound.INTRO,
        layout.invalid: Sound.WRONG_KEY,
        layout.no_key: Sound.NO_KEY,
        **({} if layout.confirmation is None else {layout.confirmation.prompt: Sound.CONFIRMATION}),
    }
    if any(option.prompt == command.prompt for option in layout.options):
        return Sound.OPTION
    return special.get(command.prompt, Sound.THANKS)


def _option(interview: Interview) -> tuple[str | None, str | None]:
    """Return the key and the category that the running prompt reads out."""
    layout: Layout = interview.item.version.layout
    prompt = interview.command.prompt if isinstance(interview.command, Play) else ""
    option = next((each for each in layout.options if each.prompt == prompt), None)
    return (None, None) if option is None else (option.press, layout.categories[option.category])
