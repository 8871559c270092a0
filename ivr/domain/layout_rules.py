"""Layout rules: what makes no sense in a layout on its own, refused at the first fault with what to write instead.

Three kinds of things are refused. What no phone or no Asterisk can do (a key that is none, a format that is not
recorded). What nobody could ever use: two meanings of one key, an answer of two keys whose first is acted on at
once, a confirmation of nothing, a comment that nothing asks for. And what would not be heard as it is written: a
choice that no recording reads, a pause inside a recording. What several layouts are to each other is not told here
but in :mod:`ivr.domain.questionnaires`.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ivr.errors import LayoutRefused

if TYPE_CHECKING:
    from ivr.domain.layouts import CommentRequest, Layout, Option

DTMF_KEYS = "0123456789*#"
LONGEST_PAUSE_SECONDS = 10.0
LONGEST_TIMEOUT_SECONDS = 30.0
MOST_TRIES = 5
MOST_REPEATS = 5
TWO_KEYS = "10"
"""The one answer of two keys: scales end at 10, as nobody can tell a doubled 1 from 11."""
LONGEST_COMMENT_SECONDS = 300.0
LONGEST_COMMENT_SILENCE_SECONDS = 30.0
LONGEST_RETENTION_DAYS = 3650
LONGEST_CALL_SECONDS = 600.0
"""The house's bound of a call's questions, whatever a layout says."""
COMMENT = "comment"
"""The word by which ``then`` names the recorded comment; no layout has it for its key."""
RESERVED_KEYS = {
    COMMENT: "the recorded comment",
    "primary": "the first question of a call",
    "confirmation": "the question that asks an extreme answer once more",
}
"""What no layout has for its key: answers are stored under these names and under the keys of further layouts."""
COMMENT_FORMATS = ("wav", "wav16", "gsm", "ulaw", "alaw")
"""Formats that every Asterisk records."""


def check_layout(layout: "Layout") -> None:
    """Check ``layout`` on its own.

    Raises:
        LayoutRefused: the first fault, with its place and remedy.
    """
    _check_name("key", layout.key)
    if layout.key in RESERVED_KEYS:
        raise LayoutRefused(
            "key", f"is {layout.key!r}, which stands for {RESERVED_KEYS[layout.key]}", "choose another name"
        )
    _check_name("language", layout.language)
    if not layout.question.strip():
        raise LayoutRefused("question", "is empty", "write what the caller is asked, as a short name")
    _check_categories(layout.categories)
    if len(layout.options) < 2:
        raise LayoutRefused("options", f"has {len(layout.options)}", "write at least two [[options]]")
    for number, option in enumerate(layout.options, start=1):
        _check_option(f"options[{number}]", option, layout.categories)
    _check_keys_differ(layout)
    _check_readings(layout)
    _check_counts(layout)
    _check_confirmation(layout)
    _check_comment(layout)
    _check_then(layout)


def _check_option(place: str, option: "Option", categories: tuple[str, ...]) -> None:
    for which, keyed in _keyed(option):
        if keyed != TWO_KEYS:
            _check_key(f"{place}.{which}", keyed)
    best = len(categories) - 1
    if not 0 <= option.category <= best:
        raise LayoutRefused(
            f"{place}.category",
            f"is {option.category}, out of range",
            f"write 0 (worst: {categories[0]}) to {best} (best: {categories[best]})",
        )
    pause = option.pause_after_seconds
    if not 0 <= pause <= LONGEST_PAUSE_SECONDS:
        raise LayoutRefused(
            f"{place}.pause_after_seconds", f"is {pause:g}", f"write seconds from 0 to {LONGEST_PAUSE_SECONDS:g}"
        )


def _check_keys_differ(layout: "Layout") -> None:
    seen: dict[str, str] = {}
    for place, key in (("opt_out_key", layout.opt_out_key), ("repeat_key", layout.repeat_key)):
        if key is None:
            continue
        _check_key(place, key)
        if key in seen:
            raise LayoutRefused(place, f"key {key} is already taken by {seen[key]}", "choose another key")
        seen[key] = place
    for number, option in enumerate(layout.options, start=1):
        for which, keyed in _keyed(option):
            place = f"options[{number}].{which}"
            if keyed in seen:
                raise LayoutRefused(
                    place, f"key {keyed} is already taken by {seen[keyed]}", "give every option a key of its own"
                )
            seen[keyed] = place
    if TWO_KEYS in seen and (taken := seen.get(TWO_KEYS[0])) in {"opt_out_key", "repeat_key"}:
        raise LayoutRefused(
            seen[TWO_KEYS],
            f"cannot be keyed: {taken} is {TWO_KEYS[0]}, which is acted on before the 0 can come",
            f"give {taken} another key",
        )


def _check_readings(layout: "Layout") -> None:
    """Check that every choice is read whenever the choices are, and every pause comes where it is written."""
    first = layout.options[0]
    if not first.prompt and (layout.max_tries > 1 or layout.repeat_key or layout.confirmation):
        raise LayoutRefused(
            "options[1].prompt",
            "is missing, and the intro, which would have to read this choice, is heard only once",
            "name the recording that reads it, or write max_tries = 1 without repeat_key and [confirmation]",
        )
    for number, option in enumerate(layout.options, start=1):
        if not option.pause_after_seconds:
            continue
        place = f"options[{number}].pause_after_seconds"
        if number == len(layout.options):
            raise LayoutRefused(
                place,
                "follows the last option",
                "leave it out there and set timeout_seconds, the wait after all options",
            )
        if not layout.options[number].prompt:
            raise LayoutRefused(
                place,
                f"would lie inside a recording, as options[{number + 1}] has no prompt of its own",
                "set it at the last option that the recording reads",
            )


def _check_counts(layout: "Layout") -> None:
    if not 1 <= layout.max_tries <= MOST_TRIES:
        raise LayoutRefused("max_tries", f"is {layout.max_tries}", f"write a number from 1 to {MOST_TRIES}")
    if not 0 < layout.timeout_seconds <= LONGEST_TIMEOUT_SECONDS:
        raise LayoutRefused(
            "timeout_seconds",
            f"is {layout.timeout_seconds:g}",
            f"write seconds above 0, at most {LONGEST_TIMEOUT_SECONDS:g}",
        )
    if not 1 <= layout.max_repeats <= MOST_REPEATS:
        raise LayoutRefused("max_repeats", f"is {layout.max_repeats}", f"write a number from 1 to {MOST_REPEATS}")
    for place, most in (("max_invalid", layout.max_invalid), ("max_no_key", layout.max_no_key)):
        if most is not None and not 1 <= most <= MOST_TRIES:
            raise LayoutRefused(place, f"is {most}", f"write a number from 1 to {MOST_TRIES}, or leave it out")
    longest = layout.longest_seconds
    if longest is not None and not 0 < longest <= LONGEST_CALL_SECONDS:
        raise LayoutRefused(
            "longest_seconds", f"is {longest:g}", f"write seconds above 0, at most {LONGEST_CALL_SECONDS:g}"
        )


def _check_confirmation(layout: "Layout") -> None:
    confirmation = layout.confirmation
    if confirmation is None:
        return
    if not confirmation.prompt:
        raise LayoutRefused("confirmation.prompt", "is empty", "name the recording that asks for the answer once more")
    if not 0 < confirmation.probability <= 1:
        raise LayoutRefused(
            "confirmation.probability",
            f"is {confirmation.probability:g}",
            "write a probability above 0, at most 1, or leave [confirmation] out",
        )
    if not any(layout.is_extreme(option.category) for option in layout.options):
        raise LayoutRefused(
            "confirmation",
            "confirms nothing: no option stands for the worst or the best category",
            "leave [confirmation] out",
        )


def _check_comment(layout: "Layout") -> None:
    comment = layout.comment
    asked = [place for place, named in _thens(layout) if COMMENT in named]
    if comment is None:
        if asked:
            raise LayoutRefused(asked[0], f"names the {COMMENT}, and there is no [comment]", "write [comment] with it")
        return
    if not asked:
        raise LayoutRefused(
            "comment",
            "is asked for by nothing",
            f'write then = ["{COMMENT}"] at an option or at the layout, or leave [comment] out',
        )
    _check_recorded(comment, layout.opt_out_key)


def _check_recorded(comment: "CommentRequest", opt_out_key: str | None) -> None:
    if not comment.prompt:
        raise LayoutRefused("comment.prompt", "is empty", "name the recording that asks for the comment")
    if not 1 <= comment.longest_seconds <= LONGEST_COMMENT_SECONDS:
        raise LayoutRefused(
            "comment.longest_seconds",
            f"is {comment.longest_seconds:g}",
            f"write seconds from 1 to {LONGEST_COMMENT_SECONDS:g}",
        )
    longest_silence = min(LONGEST_COMMENT_SILENCE_SECONDS, comment.longest_seconds)
    silence = comment.silence_seconds
    # Asterisk counts the silence that ends a recording in whole seconds.
    if not 1 <= silence <= longest_silence or silence != int(silence):
        raise LayoutRefused(
            "comment.silence_seconds", f"is {silence:g}", f"write whole seconds from 1 to {longest_silence:g}"
        )
    _check_key("comment.finish_key", comment.finish_key)
    if comment.finish_key == opt_out_key:
        raise LayoutRefused(
            "comment.finish_key", f"key {comment.finish_key} is already taken by opt_out_key", "choose another key"
        )
    if comment.format not in COMMENT_FORMATS:
        raise LayoutRefused("comment.format", f"is {comment.format!r}", f"write one of {', '.join(COMMENT_FORMATS)}")
    if not 1 <= comment.retention_days <= LONGEST_RETENTION_DAYS:
        raise LayoutRefused(
            "comment.retention_days", f"is {comment.retention_days}", f"write days from 1 to {LONGEST_RETENTION_DAYS}"
        )


def _check_then(layout: "Layout") -> None:
    for place, named in _thens(layout):
        for key in named:
            if key == layout.key:
                raise LayoutRefused(place, f"names {key}, the layout itself", "leave it out")
            if named.count(key) > 1:
                raise LayoutRefused(place, f"names {key} twice", "name it once")
            if place != "then" and key in layout.then:
                raise LayoutRefused(
                    place,
                    f"names {key}, which follows every answer already by the layout's own then",
                    "leave one of the two out",
                )


def _thens(layout: "Layout") -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, option in enumerate(layout.options, start=1):
        yield f"options[{number}].then", option.then
    yield "then", layout.then


def _keyed(option: "Option") -> Iterator[tuple[str, str]]:
    yield "press", option.press
    for keyed in option.also:
        yield "also", keyed


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
