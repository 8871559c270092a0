"""Counterbalance: pairs of layouts that differ in nothing but the direction of their keys.

Only such a pair tells the habit of pressing key 1, and of taking what is read first, from satisfaction: in one layout
both favour the best answer, in the other the worst.
"""

from collections.abc import Mapping
from itertools import combinations

from ivr.domain.layouts import Layout


def is_reversed(first: Layout, second: Layout) -> bool:
    """Whether the same keys are read in the same order and mean the opposite, in the same language."""
    if first.language != second.language or len(first.categories) != len(second.categories):
        return False
    if [option.press for option in first.options] != [option.press for option in second.options]:
        return False
    best = first.best_category
    return all(one.category == best - other.category for one, other in zip(first.options, second.options, strict=True))


def reversed_pairs(layouts: Mapping[str, Layout]) -> tuple[tuple[str, str], ...]:
    """Return the keys of every pair of ``layouts`` that is counterbalanced, by name."""
    return tuple(
        (one, other) for one, other in combinations(sorted(layouts), 2) if is_reversed(layouts[one], layouts[other])
    )
