"""The mis-key rate: how often a caller who is asked once more keys another answer.

Theory: a random share of the extreme answers (worst or best) is asked again at once, with the same choices. Where the
second key means another category, the first was a slip, or the second was, or the caller has changed the mind; the
keys alone cannot tell which. So the share of other answers is an upper bound of the share of slips among the first
answers that were asked again, and it is one of extreme answers only. A caller who takes the scale the wrong way round
keys the same twice: such misunderstanding is not in it. It is the retest of a single item, and an answer that is
remembered and repeated makes a retest look better than it is (F. M. Lord and M. R. Novick 1968, Statistical Theories of
Mental Test Scores, Addison-Wesley).

A key that the layout does not have is counted as another answer, which keeps the bound one. It can only come from a
file that was imported: of a live call only keys of choices are kept as answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.wilson import proportion

_METHOD = "wilson"
MEANING = "of extreme answers that were asked once more; a change of mind counts too, so an upper bound"


@dataclass(frozen=True, slots=True)
class ConfirmationCount:
    """How many rated calls share a layout, its version, a category and the key of their confirmation."""

    layout: str | None
    layout_version: str | None
    category: int | None
    confirm_key: str
    calls: int


def mis_key_rate(counts: Iterable[ConfirmationCount], instruments: Instruments) -> Estimate:
    """Return the share of confirmed ratings whose second key means another category, with its Wilson interval.

    Each is read by the key map of the version that was played. Ratings whose key map or category is not known are left
    out; the reasons count them.
    """
    confirmed = differing = strange = unreadable = 0
    for count in counts:
        instrument = instruments.of(count.layout, count.layout_version)
        if (
            instrument is None
            or not instrument.keys
            or count.category is None
            or not 0 <= count.category < len(instrument.categories)
        ):
            unreadable += count.calls
            continue
        confirmed += count.calls
        meant = instrument.keys.get(count.confirm_key)
        if meant is None:
            strange += count.calls
        if meant != count.category:
            differing += count.calls
    left_out = (f"{_ratings(unreadable)} left out: nobody knows what their keys meant",) if unreadable else ()
    if not confirmed:
        if unreadable:
            return no_figure(Status.NOT_IDENTIFIED, *left_out, method=_METHOD)
        return no_figure(Status.INSUFFICIENT, "nobody was asked to confirm and answered", method=_METHOD)
    figure = proportion(differing, confirmed, of="confirmed ratings")
    odd = (f"{_ratings(strange)} with a key that the layout does not have, counted as another answer",)
    return replace(figure, reasons=(*figure.reasons, MEANING, *(odd if strange else ()), *left_out))


def _ratings(number: int) -> str:
    return f"{number} confirmed {'rating' if number == 1 else 'ratings'}"
