"""Mending: a layout built from values of which some are wrong, so that all of its faults are told at once.

What a layout must be stands in the domain, which refuses at the first fault. Here a refused value is replaced by
a harmless one and the layout is built again, as a compiler goes on after an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import TypedDict

from ivr.catalogue.document import Document, Fault, Place
from ivr.domain.layouts import DTMF_KEYS, BargeIn, CommentRequest, Confirmation, Layout, Option
from ivr.errors import LayoutRefused

_OPTION_PLACE = re.compile(r"options\[(\d+)\]\.(\w+)")
_TABLES = ("confirmation", "comment")


class Values(TypedDict):
    """What a layout is built from, as it was read."""

    key: str
    language: str
    question: str
    categories: tuple[str, ...]
    intro: str
    thanks: str
    invalid: str
    no_key: str
    options: tuple[Option, ...]
    opt_out_key: str | None
    max_tries: int
    timeout_seconds: float
    barge_in: BargeIn
    repeat_key: str | None
    max_repeats: int
    max_invalid: int | None
    max_no_key: int | None
    opted_out: str | None
    confirmation: Confirmation | None
    comment: CommentRequest | None
    then: tuple[str, ...]
    longest_seconds: float | None


def build_layout(document: Document, values: Values, faults: list[Fault]) -> Layout | None:
    """Build the layout; note what the domain refuses, unless a fault was already noted at the same place."""
    noted = {fault.place for fault in faults}
    mended = values.copy()
    # Each round mends one place for good, so the rounds are bounded by the number of places.
    for _ in range(2 * len(values) + len(fields_of(Option)) * len(values["options"])):
        try:
            return Layout(**mended)
        except LayoutRefused as refused:
            if refused.place not in noted and not _is_stand_in(refused.place, values):
                faults.append(document.fault(place_of(refused.place), refused.fault, refused.remedy))
            if not _mend(mended, refused.place):
                return None
    return None


def place_of(text: str) -> Place:
    """Return the place that the domain spells ``text``: ``options[2].press``, ``comment.format``."""
    option = _OPTION_PLACE.fullmatch(text)
    return ("options", int(option[1]), option[2]) if option else tuple(text.split("."))


def _is_stand_in(place: str, values: Values) -> bool:
    """Tell whether the value at ``place`` was never written: it is noted as missing already."""
    if place == "categories":
        return values["categories"] == ()
    option = _OPTION_PLACE.fullmatch(place)
    return option is not None and option[2] == "press" and values["options"][int(option[1]) - 1].press == ""


def _mend(values: Values, place: str) -> bool:
    """Put a harmless value at ``place``; tell whether there is one."""
    if option := _OPTION_PLACE.fullmatch(place):
        return _mend_option(values, int(option[1]) - 1, option[2])
    table, _, _ = place.partition(".")
    if table in _TABLES:
        # As a whole, and what names the comment with it: nothing else hangs on these tables.
        values[table] = None  # type: ignore[literal-required]
        if table == "comment":
            values["then"] = ()
            values["options"] = tuple(replace(option, then=()) for option in values["options"])
    elif place == "categories":
        # As many as the options speak of, so that the options are not refused for the categories' fault.
        options = values["options"]
        count = max(
            2, len(values["categories"]), *(each.category + 1 for each in options if each.category < len(DTMF_KEYS))
        )
        values["categories"] = tuple(str(number) for number in range(count))
    elif place in _HARMLESS:
        values[place] = _HARMLESS[place]  # type: ignore[literal-required]
    else:
        return False
    return True


def _mend_option(values: Values, index: int, name: str) -> bool:
    options = values["options"]
    taken = {key for each in options for key in each.presses} | {values["opt_out_key"], values["repeat_key"]}
    free = next((key for key in DTMF_KEYS if key not in taken), None)
    harmless: Mapping[str, Callable[[Option], Option | None]] = {
        "press": lambda option: None if free is None else replace(option, press=free),
        "also": lambda option: replace(option, also=()),
        "category": lambda option: replace(option, category=0),
        "prompt": lambda option: replace(option, prompt="prompt"),
        "pause_after_seconds": lambda option: replace(option, pause_after_seconds=0.0),
        "then": lambda option: replace(option, then=()),
    }
    mended = harmless[name](options[index]) if name in harmless else None
    if mended is None:
        return False
    values["options"] = (*options[:index], mended, *options[index + 1 :])
    return True


_HARMLESS: Mapping[str, object] = {
    "key": "layout",
    "language": "en",
    "question": "question",
    "opt_out_key": None,
    "repeat_key": None,
    "max_tries": 1,
    "max_repeats": 1,
    "max_invalid": None,
    "max_no_key": None,
    "timeout_seconds": 1.0,
    "longest_seconds": None,
    "then": (),
}
