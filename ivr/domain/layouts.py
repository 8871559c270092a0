"""Layouts: which key means what, in which order it is read, with which pauses, and what follows an answer.

A layout is one question as a caller hears it. The first layout of a call carries the primary question; what its
``then`` names are the call's further questions, which are layouts too. The primary question always comes first,
so that nothing that is asked afterwards can move the rating.
"""

from dataclasses import dataclass

from ivr.domain.layout_rules import (
    COMMENT,
    COMMENT_FORMATS,
    DTMF_KEYS,
    LONGEST_CALL_SECONDS,
    LONGEST_COMMENT_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LONGEST_RETENTION_DAYS,
    LONGEST_TIMEOUT_SECONDS,
    MOST_REPEATS,
    MOST_TRIES,
    TWO_KEYS,
    check_layout,
)

__all__ = [
    "COMMENT",
    "COMMENT_FORMATS",
    "DTMF_KEYS",
    "LONGEST_CALL_SECONDS",
    "LONGEST_COMMENT_SECONDS",
    "LONGEST_PAUSE_SECONDS",
    "LONGEST_RETENTION_DAYS",
    "LONGEST_TIMEOUT_SECONDS",
    "MOST_REPEATS",
    "MOST_TRIES",
    "TWO_KEYS",
    "BargeIn",
    "CommentRequest",
    "Confirmation",
    "Layout",
    "Option",
]


@dataclass(frozen=True, slots=True)
class BargeIn:
    """Which prompts a key cuts short; keys in the others are heard and kept all the same."""

    intro: bool = True
    options: bool = True
    invalid: bool = True
    no_key: bool = True

    @classmethod
    def everywhere(cls, allowed: bool) -> "BargeIn":  # noqa: FBT001 - the one thing it is about
        """Return the same rule for every prompt."""
        return cls(intro=allowed, options=allowed, invalid=allowed, no_key=allowed)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice as it is read to the caller.

    ``press`` is its key, or 10 on a scale that has it (:data:`TWO_KEYS`); ``also`` are further keys that mean the
    same (``*`` for 10). ``category`` counts from 0, the worst. ``prompt`` reads the choice; an empty one
    is read by the prompt before it (a scale that is named as a whole). ``pause_after_seconds`` is silence in which
    keys are taken. ``then`` names what follows this answer, before what follows every answer: keys of layouts, or
    :data:`COMMENT`. ``barge_in`` stands above the layout's rule where it is not None.
    """

    press: str
    category: int
    prompt: str = ""
    pause_after_seconds: float = 0.0
    also: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    barge_in: bool | None = None

    @property
    def presses(self) -> tuple[str, ...]:
        """Everything that may be keyed for this choice."""
        return (self.press, *self.also)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A random share of the extreme answers is asked once more; the first answer stays as it is.

    How often the second answer is another one is the layout's mis-key rate. ``prompt`` comes before the choices.
    """

    prompt: str
    probability: float


@dataclass(frozen=True, slots=True)
class CommentRequest:
    """A recorded comment: asked for by ``prompt``, of bounded length, kept so many days.

    The recording ends with ``finish_key``, after ``silence_seconds`` of silence, or after ``longest_seconds``.
    """

    prompt: str
    longest_seconds: float = 60.0
    silence_seconds: float = 4.0
    finish_key: str = "#"
    format: str = "wav"
    retention_days: int = 90


@dataclass(frozen=True, slots=True)
class Layout:
    """A question as a caller hears it; it cannot be built wrong.

    ``intro``, ``thanks``, ``invalid``, ``no_key``, ``opted_out`` and the options' ``prompt`` name recordings;
    ``options`` stand in spoken order; ``categories`` from worst to best. ``thanks`` is played at the end of a call
    that this layout began; ``opted_out`` stands in for it where the caller has declined, ``thanks`` where it is None.
    ``max_tries`` bounds how often the options are read to one caller who gives no answer, ``max_invalid`` and
    ``max_no_key`` how many wrong keys and how many silences are borne (None: as many as there are tries), and
    ``max_repeats`` how often ``repeat_key`` reads them once more. ``longest_seconds`` bounds the whole call.

    Raises:
        LayoutRefused: with the place, the fault and what to write instead.
    """

    key: str
    language: str
    question: str
    categories: tuple[str, ...]
    intro: str
    thanks: str
    invalid: str
    no_key: str
    options: tuple[Option, ...]
    opt_out_key: str | None = None
    max_tries: int = 2
    timeout_seconds: float = 5.0
    barge_in: BargeIn = BargeIn()
    repeat_key: str | None = None
    max_repeats: int = 2
    max_invalid: int | None = None
    max_no_key: int | None = None
    opted_out: str | None = None
    confirmation: Confirmation | None = None
    comment: CommentRequest | None = None
    then: tuple[str, ...] = ()
    longest_seconds: float | None = None

    def __post_init__(self) -> None:
        check_layout(self)

    def option_of(self, keyed: str) -> Option | None:
        """Return the option that ``keyed`` stands for, or None where it is no option's key."""
        return next((option for option in self.options if keyed in option.presses), None)

    def category_of(self, keyed: str) -> int | None:
        """Return the category that ``keyed`` stands for, 0 = worst, or None where it is no option's key."""
        option = self.option_of(keyed)
        return None if option is None else option.category

    @property
    def best_category(self) -> int:
        """The category that top-box figures count."""
        return len(self.categories) - 1

    @property
    def takes_two_keys(self) -> bool:
        """Whether an answer may have two digits."""
        return any(keyed == TWO_KEYS for option in self.options for keyed in option.presses)

    def is_extreme(self, category: int) -> bool:
        """Say whether ``category`` is the worst or the best, which is what a confirmation asks about."""
        return category in {0, self.best_category}

    def leads_to(self) -> tuple[str, ...]:
        """Return the layouts that ``then`` names here, each once, in the order of the file."""
        named = (*(key for option in self.options for key in option.then), *self.then)
        return tuple(dict.fromkeys(key for key in named if key != COMMENT))

    def prompts(self) -> tuple[str, ...]:
        """Return the recordings that the layout plays, each once, in the order of first use."""
        named = (
            self.intro,
            *(option.prompt for option in self.options),
            self.invalid,
            self.no_key,
            "" if self.confirmation is None else self.confirmation.prompt,
            "" if self.comment is None else self.comment.prompt,
            self.opted_out or "",
            self.thanks,
        )
        return tuple(dict.fromkeys(name for name in named if name))
