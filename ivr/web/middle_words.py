"""The middle agent in the words of a page: the comparable figure that others are said to be above or below of."""

from dataclasses import dataclass

from ivr.domain.kpi.middle_agent import MiddleAgent
from ivr.web.languages import Words


@dataclass(frozen=True, slots=True)
class MiddleView:
    """``value`` is the figure alone, ``sentence`` says of whom it is, ``at`` is its place on an axis of 0 to 100."""

    value: str
    sentence: str
    at: float


def middle_view(words: Words, middle: MiddleAgent) -> MiddleView:
    """Say where the middle is, and of how many agents."""
    value = words.percent(middle.standardised)
    sentence = words.ngettext(
        "The middle agent of the centre: %(share)s (of %(n)s agent compared)",
        "The middle agent of the centre: %(share)s (of %(n)s agents compared)",
        middle.agents,
        share=value,
    )
    return MiddleView(value, sentence, round(100 * middle.standardised, 2))
