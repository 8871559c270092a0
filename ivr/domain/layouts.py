"""Layouts: which key means what, in which order it is read, with which pauses."""

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.errors import LayoutRefused

DTMF_KEYS = "0123456789*#"
LONGEST_PAUSE_SECONDS = 10.0
LONGEST_TIMEOUT_SECONDS = 30.0
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Option:
    """One choice as it is read to the caller.

    ``category`` counts from 0, the worst. ``pause_after_seconds`` is silence in which keys are taken.
    """

    press: str
    category: int
    prompt: str
    pause_after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A rating question as a caller hears it; it cannot be built wrong.

    ``intro``, ``thanks``, ``invalid``, ``no_key`` and the options' ``prompt`` name recordings;
    ``options`` stand in spoken order; ``categories`` from worst to best.
    ``max_tries`` bounds how often the options are read to one caller.

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
    barge_in: bool = True

    def __post_init__(self) -> None:
        _check_name("key", self.key)
        _check_name("language", self.language)
        if not self.question.strip():
            raise LayoutRefused("question", "is empty", "write what the caller is asked, as a short name")
        _check_categories(self.categories)
        if len(self.options) < 2:
            raise LayoutRefused("options", f"has {len(self.options)}", "write at least two [[options]]")
        for number, option in enumerate(self.options, start=1):
            self._check_option(f"options[{number}]", option, is_last=number == len(self.options))
        self._check_keys_differ()
        if not 1 <= self.max_tries <= MOST_TRIES:
            raise LayoutRefused("max_tries", f"is {self.max_tries}", f"write a number from 1 to {MOST_TRIES}")
        if not 0 < self.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
            raise LayoutRefused(
                "timeout_seconds",
                f"is {self.timeout_seconds:g}",
                f"write seconds above 0, at most {LONGEST_TIMEOUT_SECONDS:g}",
            )

    def _check_option(self, place: str, option: Option, *, is_last: bool) -> None:
        _check_key(f"{place}.press", option.press)
        best = len(self.categories) - 1
        if not 0 <= option.category <= best:
            raise LayoutRefused(
                f"{place}.category",
                f"is {option.category}, out of range",
                f"write 0 (worst: {self.categories[0]}) to {best} (best: {self.categories[best]})",
            )
        pause = option.pause_after_seconds
        if not 0 <= pause <= LONGEST_PAUSE_SECONDS:
            raise LayoutRefused(
                f"{place}.pause_after_seconds",
                f"is {pause:g}",
                f"write seconds from 0 to {LONGEST_PAUSE_SECONDS:g}",
            )
        if is_last and pause:
            raise LayoutRefused(
                f"{place}.pause_after_seconds",
                "follows the last option",
                "leave it out there and set timeout_seconds, the wait after all options",
            )

    def _check_keys_differ(self) -> None:
        seen: dict[str, str] = {}
        if self.opt_out_key is not None:
            _check_key("opt_out_key", self.opt_out_key)
            seen[self.opt_out_key] = "opt_out_key"
        for number, option in enumerate(self.options, start=1):
            place = f"options[{number}].press"
            if option.press in seen:
                raise LayoutRefused(
                    place,
                    f"key {option.press} is already taken by {seen[option.press]}",
                    "give every option a key of its own",
                )
            seen[option.press] = place

    def category_of(self, key: str) -> int | None:
        """Return the category that ``key`` stands for, 0 = worst, or None where it is no option's key."""
        return next((option.category for option in self.options if option.press == key), None)

    @property
    def best_category(self) -> int:
        """The category that top-box figures count."""
        return len(self.categories) - 1

    def prompts(self) -> tuple[str, ...]:
        """Return the recordings that the layout plays, each once, in the order of first use."""
        named = (
            self.intro,
            *(option.prompt for option in self.options),
            self.invalid,
            self.no_key,
            self.thanks,
        )
        return tuple(dict.fromkeys(named))


def _check_name(place: str, value: str) -> None:
    if not value or not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in value):
        raise LayoutRefused(place, f"is {value!r}", "write letters, digits, - and _ only")


def _check_categories(categories: Iterable[str]) -> None:
    names = tuple(categories)
    if len(names) < 2:
        raise LayoutRefused("categories", f"has {len(names)}", "name at least two, from worst to best")
    if len(set(names)) != len(names):
        raise LayoutRefused("categories", "names one twice", "give every category a name of its own")


def _check_key(place: str, key: str) -> None:
    if len(key) != 1 or key not in DTMF_KEYS:
        raise LayoutRefused(place, f"is {key!r}", f"write one key of {' '.join(DTMF_KEYS)} as text")
