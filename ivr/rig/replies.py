"""Replies: how a caller answers one question after another, as the layouts lead from each to the next.

Written apart from the flow on purpose, straight from what a layout's ``then`` promises: what follows an answer comes
before everything else that waits. So what the ledger has of a call is compared with a second opinion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.layouts import COMMENT, TWO_KEYS
from ivr.domain.timelines import LayoutVersion
from ivr.rig.plan import Anchor, PlannedAnswer, Press, Speak, Step

Choose = Callable[[str, LayoutVersion], str | None]
"""Returns what is keyed to a question by its name and layout; None: nothing, and nothing more in this call."""

BETWEEN_QUESTIONS_MS = 1300
"""From one answer to the next: longer than a copy of a key can be late."""
BETWEEN_KEYS_MS = 250
"""From the first key of an answer of two to its second."""
SECOND_KEY_MS = 2600
"""For so long a second key is waited for where one may come."""
SPOKEN_MS = 1500
BEFORE_SPEAKING_MS = 700


@dataclass(frozen=True, slots=True)
class Replies:
    """What a caller does, and what is to be stored of it."""

    steps: tuple[Step, ...]
    answers: tuple[PlannedAnswer, ...]


def reply(first: LayoutVersion, choose: Choose, *, first_ms: int = 1500) -> Replies:
    """Return the replies of a caller who presses the first key ``first_ms`` after the first frame."""
    steps: list[Step] = []
    answers: list[PlannedAnswer] = []
    waiting: list[tuple[str, LayoutVersion, bool]] = [(PRIMARY_QUESTION, first, False)]
    wait_ms = first_ms
    while waiting:
        question, version, is_comment = waiting.pop(0)
        if is_comment:
            steps += _spoken(version, wait_ms)
            wait_ms = BETWEEN_QUESTIONS_MS
            continue
        keyed = choose(question, version)
        answers.append(PlannedAnswer(question, keyed))
        if keyed is None:
            break
        steps += keying(keyed, question, Anchor.KEY_UP if steps else Anchor.FIRST_FRAME, wait_ms)
        wait_ms = BETWEEN_QUESTIONS_MS + (SECOND_KEY_MS if _may_grow(keyed, version) else 0)
        waiting = [*_following(question, version, keyed, first), *waiting]
    return Replies(tuple(steps), tuple(answers))


def keying(
    keyed: str, question: str | None, anchor: Anchor, after_ms: int, *, pause_number: int = 1
) -> tuple[Press, ...]:
    """Return the presses of an answer of one key or two."""
    return (
        Press(keyed[0], anchor, after_ms, pause_number, question=question),
        *(Press(key, Anchor.KEY_UP, BETWEEN_KEYS_MS, question=question) for key in keyed[1:]),
    )


def _following(
    question: str, version: LayoutVersion, keyed: str, first: LayoutVersion
) -> Sequence[tuple[str, LayoutVersion, bool]]:
    option = version.layout.option_of(keyed)
    named = (*(() if option is None else option.then), *version.layout.then)
    return [(question, version, True) if name == COMMENT else (name, first.further[name], False) for name in named]


def _spoken(version: LayoutVersion, wait_ms: int) -> tuple[Step, ...]:
    """Hear what is asked for, speak, and end it by the key."""
    comment = version.layout.comment
    if comment is None:
        raise ValueError(f"{version.layout.key} asks for a comment that it does not describe")
    heard_ms = max(wait_ms, version.milliseconds(comment.prompt) + BEFORE_SPEAKING_MS)
    return (Speak(Anchor.KEY_UP, heard_ms, SPOKEN_MS, 300), Press(comment.finish_key, Anchor.SPOKEN, 600))


def _may_grow(keyed: str, version: LayoutVersion) -> bool:
    return len(keyed) == 1 and TWO_KEYS.startswith(keyed) and version.layout.takes_two_keys
