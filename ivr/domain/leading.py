"""The leading rule: which layouts push callers towards the best answer, recognised from what is heard and when.

Theory. A caller at a phone takes a silence for the end of the choices: it is then that one is expected to press. Who
has heard one choice by then presses that one or hangs up. So a pause that comes while choices are still unread
favours what was read before it. Where that is good answers and nothing else, the layout asks "were you satisfied?"
and then waits: the score rises, and the hang-ups are those who would have chosen what was not yet read.

The rule. A layout leads if a pause of ``LEADING_PAUSE_SECONDS`` or more follows a choice and everything read before the
pause stands in the better half of the categories; so a worse one is still unread. The halves are those of the
categories that a choice stands for, as what nobody can choose is neither good nor bad to a caller; a middle
category is in neither half. The best answer alone is the plainest case, the best two of five are another. A choice
without a prompt of its own is read by the recording before it, and no pause can come between the two
(:mod:`ivr.domain.layout_rules`). One second is well above the gaps that people leave between turns of talk (some
0.2 s: Stivers et al. 2009, PNAS 106).

What it does not say. A pause after good and bad answers, or after the middle one, favours neither side. The order
alone (best answer first, without a pause) is primacy, which every order has and which the reversed layout measures; it
is not leading. A pause after bad answers alone pushes the other way: it costs the agents and flatters nobody, so it
is no reason to keep figures out of an appraisal. Silence inside a recording is not seen here.
"""

from collections.abc import Iterator

from ivr.domain.layouts import Layout, Option
from ivr.domain.timelines import LayoutVersion

LEADING_PAUSE_SECONDS = 1.0


def why_it_leads(version: LayoutVersion) -> tuple[str, ...]:
    """Return the reasons why ``version`` leads, a sentence each without its full stop; empty where it does not."""
    return why_layout_leads(version.layout)


def why_layout_leads(layout: Layout) -> tuple[str, ...]:
    """Return the same of a layout alone: the rule is about pauses and the order, which need no recordings."""
    return tuple(_reasons(layout))


def _reasons(layout: Layout) -> Iterator[str]:
    there = sorted({option.category for option in layout.options})
    better = set(there[(len(there) + 1) // 2 :])
    read: list[Option] = []
    for option in layout.options:
        if option.category not in better:
            return
        read.append(option)
        if option.pause_after_seconds >= LEADING_PAUSE_SECONDS:
            categories = dict.fromkeys(each.category for each in read)
            answers = "the best answer alone" if set(categories) == {there[-1]} else "good answers alone"
            yield (
                f"{option.pause_after_seconds:g} s of silence after key {' and '.join(each.press for each in read)} "
                f"({', '.join(layout.categories[each] for each in categories)}), {answers}, "
                f"while {len(layout.options) - len(read)} of {len(layout.options)} choices are unread"
            )
