"""Appraisal: the pressed top-box without the ratings made on layouts that lead and that nobody has signed for.

A layout that leads callers to the best answer raises the share that chooses it. Such ratings are counted and shown;
what a person is judged by leaves them out, unless somebody puts a name to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.top_box import read_ratings, top_box
from ivr.domain.outcomes import Outcome

LEADS = "which leads callers"
"""What every note on ratings of a leading layout says."""


@dataclass(frozen=True, slots=True)
class LeadingRatings:
    """The ratings made on one leading layout, told apart by whether and by whom it was signed for."""

    layout: str
    instrument: Instrument
    ratings: int

    @property
    def why(self) -> str:
        """Why it leads, in one clause."""
        return "; ".join(self.instrument.leads)


def appraisal(counts: Sequence[OutcomeCount], instruments: Instruments) -> Estimate:
    """Return the share in the best category of the ratings that an appraisal may use, with its Wilson interval.

    The reasons say how many ratings were kept out, and why.
    """
    kept = [count for count in counts if not _is_kept_out(count, instruments)]
    figure = top_box(read_ratings(kept, instruments))
    left_out = tuple(
        f"{_ratings(each.ratings)} of {each.layout} kept out: it leads callers ({each.why}), and nobody signed for it"
        for each in leading_ratings(counts, instruments)
        if each.instrument.is_kept_out
    )
    return replace(figure, reasons=(*figure.reasons, *left_out))


def leading_notes(counts: Iterable[OutcomeCount], instruments: Instruments) -> tuple[str, ...]:
    """Name the leading layouts among an agent's ratings, and what becomes of them."""
    return tuple(
        f"{_ratings(each.ratings)} of {each.layout}, {LEADS}: "
        + (
            "in the share as pressed, kept out of the appraisal"
            if each.instrument.signed_by is None
            else f"in the appraisal too, as {each.instrument.signed_by} signed for it"
        )
        for each in leading_ratings(counts, instruments)
    )


def leading_warnings(counts: Iterable[OutcomeCount], instruments: Instruments) -> tuple[str, ...]:
    """Name the leading layouts among the ratings of a report, with what can be done."""
    return tuple(
        f"{each.layout} leads callers ({each.why}): "
        + (
            f"appraisals leave out {_ratings(each.ratings)} of it; take it out of the experiment, or "
            f"answer for it with `ivr layouts sign {each.layout} --by NAME --reason TEXT`"
            if each.instrument.signed_by is None
            else f"{each.instrument.signed_by} signed for it, so appraisals hold {_ratings(each.ratings)} of it"
        )
        for each in leading_ratings(counts, instruments)
    )


def leading_ratings(counts: Iterable[OutcomeCount], instruments: Instruments) -> tuple[LeadingRatings, ...]:
    """Return the ratings made on leading layouts, by layout and signature, ordered by name."""
    found: dict[tuple[str, tuple[str, ...], str], int] = {}
    by_key: dict[tuple[str, tuple[str, ...], str], Instrument] = {}
    for count, instrument in _on_leading(counts, instruments):
        key = (count.layout or "", instrument.leads, instrument.signed_by or "")
        found[key] = found.get(key, 0) + count.calls
        by_key[key] = instrument
    return tuple(LeadingRatings(key[0], by_key[key], found[key]) for key in sorted(found))


def joined(instruments: Iterable[Instrument]) -> tuple[tuple[str, ...], str | None]:
    """Return why any of a layout's versions leads, and who signed for all that do; None where one is unsigned."""
    leading = [each for each in instruments if each.leads]
    signers = {each.signed_by for each in leading if each.signed_by is not None}
    unsigned = any(each.signed_by is None for each in leading)
    reasons = sorted({reason for each in leading for reason in each.leads})
    return tuple(reasons), None if unsigned or not signers else ", ".join(sorted(signers))


def _on_leading(counts: Iterable[OutcomeCount], instruments: Instruments) -> Iterable[tuple[OutcomeCount, Instrument]]:
    for count in counts:
        if count.outcome is Outcome.RATED and count.calls:
            instrument = instruments.of(count.layout, count.layout_version)
            if instrument is not None and instrument.leads:
                yield count, instrument


def _is_kept_out(count: OutcomeCount, instruments: Instruments) -> bool:
    instrument = instruments.of(count.layout, count.layout_version)
    return instrument is not None and instrument.is_kept_out


def _ratings(number: int) -> str:
    return f"{number} {'rating' if number == 1 else 'ratings'}"
