"""Bounds: the longest that a layout can keep a caller, over everything that a caller can do.

Theory. What is played has known lengths. The options are read ``max_tries`` times at most, each reading but the first
comes behind an explanation, and the last is followed by a farewell, which is an explanation too. The repeat key gives,
``max_repeats`` times, the intro again to whom it came in there, or the options; at its worst it comes at the end of
the farewell, which then has to be said once more. A reading and a farewell can each end with the first key of an
answer of two and the wait for its second. A further question is put at most once. What follows depends on the
answer, so the longest way through the tree counts. Copies of a press may cost ``REPLAYED_MS`` a call.

The machine's own time (commands on their way, the disk) is not in it, nor the randomised silence before the intro.
"""

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.flow import script
from ivr.domain.flow.agenda import Item, following
from ivr.domain.flow.interview import REPLAYED_MS
from ivr.domain.layouts import Layout
from ivr.domain.timelines import LayoutVersion


def worst_case_seconds(version: LayoutVersion) -> float:
    """Return the longest that a call can take which ``version`` begins, in seconds."""
    longest = _question(version) + max(
        _following(Item(PRIMARY_QUESTION, version), press, version) + _confirmation(version, press)
        for press in _presses(version.layout)
    )
    # Whoever declines at the very end, and answers all the same, hears the words for both.
    declining = _declining(version) if any(_has_opt_out(each) for each in (version, *version.further.values())) else 0.0
    return round(longest + declining + _seconds(version, version.layout.thanks) + REPLAYED_MS / 1000, 3)


def _question(version: LayoutVersion) -> float:
    layout = version.layout
    repeats = layout.max_repeats if layout.repeat_key is not None else 0
    intro = _seconds(version, layout.intro)
    explanation = max(_seconds(version, layout.invalid), _seconds(version, layout.no_key))
    reading = layout.timeout_seconds + sum(
        _seconds(version, option.prompt) + option.pause_after_seconds for option in layout.options
    )
    wait = _second_key(layout)
    readings = layout.max_tries * (reading + explanation + wait)  # explained before each but the first, and at the end
    repetition = max(intro + wait, reading + explanation + 2 * wait)
    return intro + readings + repeats * repetition + wait


def _following(item: Item, press: str, first: LayoutVersion) -> float:
    """Return the longest of what ``press`` leads to, until the thanks."""
    return sum(_item(each, first) for each in following(item, press, first))


def _item(item: Item, first: LayoutVersion) -> float:
    layout = item.version.layout
    if item.is_comment:
        comment = layout.comment
        return 0.0 if comment is None else _seconds(item.version, comment.prompt) + comment.longest_seconds
    return _question(item.version) + max(_following(item, press, first) for press in _presses(layout))


def _confirmation(version: LayoutVersion, press: str) -> float:
    layout = version.layout
    category = layout.category_of(press)
    if layout.confirmation is None or category is None or not layout.is_extreme(category):
        return 0.0
    return _question(script.confirming(version, layout.confirmation))


def _declining(version: LayoutVersion) -> float:
    words = script.opted_out(version).milliseconds / 1000
    return words + max(_second_key(each.layout) for each in (version, *version.further.values()))


def _has_opt_out(version: LayoutVersion) -> bool:
    return version.layout.opt_out_key is not None


def _second_key(layout: Layout) -> float:
    return script.second_key_seconds(layout) if layout.takes_two_keys else 0.0


def _presses(layout: Layout) -> tuple[str, ...]:
    return tuple(option.press for option in layout.options)


def _seconds(version: LayoutVersion, prompt: str) -> float:
    return version.milliseconds(prompt) / 1000 if prompt else 0.0
