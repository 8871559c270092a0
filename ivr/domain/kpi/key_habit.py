"""The key habit: how many callers press the first key whatever they think, read off a pair of mirrored layouts.

"1 satisfied, 2 so-so, 3 dissatisfied" and the same read the other way round ask the same question. Callers who press 1
out of habit, or take the first thing they hear, move towards satisfied on the one and towards dissatisfied on the
other. With A the layout that reads the best answer first and R its mirror image,

    pi = 1/2 { [P_A(best) - P_R(best)] + [P_R(worst) - P_A(worst)] }

is the share that the place of an answer decides: habit of key 1 and primacy of the first answer together. It is one
half of the difference in net satisfaction, P(best) - P(worst). Strata that draw both layouts are compared within
themselves and weighted by n_A n_R / (n_A + n_R), as Mantel and Haenszel (1959) weight a difference: nearly the least
variance, and no stratum of a few calls can spoil it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.stratum_ratings import StratumRatings, randomised_between
from ivr.domain.kpi.wilson import Z

METHOD = "counterbalanced_pair"
FEWEST_TO_JUDGE = 200
"""Below this many ratings in either layout of the pair the figure is marked wide."""
_FEWEST_AT_ALL = 10


@dataclass(frozen=True, slots=True)
class KeyHabit:
    """The share of callers whom the place of an answer decides, and the pair of layouts that says so.

    ``best_first`` and ``worst_first`` are the layouts' keys, None where there is no such pair.
    """

    share: Estimate
    best_first: str | None = None
    worst_first: str | None = None


def key_habit(ratings: Sequence[StratumRatings], instruments: Instruments) -> KeyHabit:
    """Return the key habit, from the mirrored pair with the most comparable ratings among ``ratings``.

    A pair are two layouts with the same categories, one of which begins with the best and the other with the worst.
    No pair, or none that any stratum draws together, is not identified.
    """
    pairs = _pairs(ratings, instruments)
    if not pairs:
        reason = "no two layouts ask the same in opposite order: run a reversed layout on a small share of the calls"
        return KeyHabit(no_figure(Status.NOT_IDENTIFIED, reason, method=METHOD))
    compared = {pair: _strata(ratings, instruments, *pair) for pair in pairs}
    # Of two equal pairs the first by name, so that the order of the rows decides nothing.
    pair = max(sorted(compared), key=lambda each: sum(_weight(one, other) for one, other in compared[each]))
    strata = compared[pair]
    if not strata:
        names = " and ".join(pair)
        reason = f"no call could have had either of {names}: no stratum draws both, so its callers may differ as well"
        return KeyHabit(no_figure(Status.NOT_IDENTIFIED, reason, method=METHOD), *pair)
    return KeyHabit(_pooled(strata), *pair)


def _pooled(strata: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Estimate:
    fewest = min(sum(sum(side[at]) for side in strata) for at in (0, 1))
    n = sum(sum(one) + sum(other) for one, other in strata)
    if fewest < _FEWEST_AT_ALL:
        return no_figure(
            Status.INSUFFICIENT, f"fewer than {_FEWEST_AT_ALL} ratings in one of the two layouts", n=n, method=METHOD
        )
    whole = sum(_weight(one, other) for one, other in strata)
    share = variance = 0.0
    for one, other in strata:
        weight = _weight(one, other) / whole
        share += weight * (_net(one) - _net(other)) / 2
        variance += weight**2 * (_net_variance(one) + _net_variance(other)) / 4
    reach = Z * sqrt(variance)
    if fewest >= FEWEST_TO_JUDGE:
        return Estimate(share, share - reach, share + reach, "proportion", n, METHOD, Status.OK)
    reason = f"fewer than {FEWEST_TO_JUDGE} ratings in one of the two layouts"
    return Estimate(share, share - reach, share + reach, "proportion", n, METHOD, Status.WIDE, (reason,))


def _pairs(ratings: Iterable[StratumRatings], instruments: Instruments) -> set[tuple[str, str]]:
    seen = {(each.layout, each.version): instruments.of(each.layout, each.version) for each in ratings}
    known = [(key[0], each) for key, each in seen.items() if each is not None]
    pairs = {
        (one, other)
        for one, of_one in known
        for other, of_other in known
        if one != other
        and of_one.categories == of_other.categories
        and _begins_with(of_one) == len(of_one.categories) - 1
        and _begins_with(of_other) == 0
    }
    # Where some mirror each other in time too, the others differ in more than their order.
    return {pair for pair in pairs if _mirrored_in_time(pair, known)} or pairs


def _begins_with(instrument: Instrument) -> int | None:
    """Return the category that is both read first and on key 1; where one is not known, the other decides."""
    first, on_one = instrument.first_read, instrument.keys.get("1")
    if first is None or on_one is None:
        return on_one if first is None else first
    return first if first == on_one else None


def _mirrored_in_time(pair: tuple[str, str], known: Iterable[tuple[str, Instrument]]) -> bool:
    times = {layout: sorted(instrument.read_seconds) for layout, instrument in known if layout in pair}
    one, other = times[pair[0]], times[pair[1]]
    return len(one) == len(other) > 0 and all(abs(a - b) <= 0.5 for a, b in zip(one, other, strict=True))


def _strata(
    ratings: Sequence[StratumRatings], instruments: Instruments, best_first: str, worst_first: str
) -> list[tuple[list[int], list[int]]]:
    """Return the counts of both layouts in each stratum that draws both, where both have ratings."""
    strata: dict[tuple[str, str | None], tuple[list[int], list[int]]] = {}
    scales = _shared_scales(ratings, instruments, best_first, worst_first)
    for each in ratings:
        instrument = instruments.of(each.layout, each.version)
        if each.layout not in {best_first, worst_first} or instrument is None or instrument.categories != scales[0]:
            continue
        end = 0 if each.layout == worst_first else len(instrument.categories) - 1
        if _begins_with(instrument) != end or not randomised_between(each, (best_first, worst_first)):
            continue
        empty = [0] * len(each.counts)
        sides = strata.setdefault((each.stratum, each.allocation), (empty, list(empty)))
        side = sides[0 if each.layout == best_first else 1]
        for category, count in enumerate(each.counts):
            side[category] += count
    return [sides for _, sides in sorted(strata.items(), key=lambda item: str(item[0])) if all(map(sum, sides))]


def _shared_scales(
    ratings: Iterable[StratumRatings], instruments: Instruments, best_first: str, worst_first: str
) -> list[tuple[str, ...]]:
    """Return the categories that versions of both layouts have; an older version may have had others."""
    scales: dict[str, set[tuple[str, ...]]] = {best_first: set(), worst_first: set()}
    for each in ratings:
        instrument = instruments.of(each.layout, each.version)
        if each.layout in scales and instrument is not None:
            scales[each.layout].add(instrument.categories)
    return sorted(scales[best_first] & scales[worst_first])


def _weight(one: Sequence[int], other: Sequence[int]) -> float:
    return sum(one) * sum(other) / (sum(one) + sum(other))


def _net(counts: Sequence[int]) -> float:
    return (counts[-1] - counts[0]) / sum(counts)


def _net_variance(counts: Sequence[int]) -> float:
    n = sum(counts)
    return ((counts[-1] + counts[0]) / n - _net(counts) ** 2) / n
