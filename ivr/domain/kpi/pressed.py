"""Pressed answers by scale: how many ratings fell into each category, kept apart where the scales differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Pressed:
    """The ratings made on one layout's scale; ``counts`` go from the worst category to the best, as do the names.

    Raises:
        ValueError: where there are not as many counts as categories, or one is negative.
    """

    layout: str
    categories: tuple[str, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.counts) != len(self.categories) or min(self.counts, default=0) < 0:
            raise ValueError(f"{len(self.categories)} categories cannot have the counts {self.counts}")

    @property
    def n(self) -> int:
        """The ratings."""
        return sum(self.counts)


def pressed_answers(counts: Iterable[OutcomeCount], known: Instruments) -> tuple[Pressed, ...]:
    """Add up the ratings that can be read, one :class:`Pressed` for each layout and scale, ordered by both."""
    found: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for count in counts:
        if count.outcome is not Outcome.RATED or count.layout is None or count.category is None:
            continue
        instrument = known.of(count.layout, count.layout_version)
        if instrument is None or not 0 <= count.category < len(instrument.categories):
            continue
        cell = found.setdefault((count.layout, instrument.categories), [0] * len(instrument.categories))
        cell[count.category] += count.calls
    return tuple(Pressed(layout, names, tuple(found[layout, names])) for layout, names in sorted(found))


def mixed_scales(pressed: Sequence[Pressed]) -> str | None:
    """Return one sentence where the ratings come from more than one scale; None where they do not."""
    names = {each.layout for each in pressed if each.n}
    scales = {(each.layout, each.categories) for each in pressed if each.n}
    if len(names) > 1:
        return f"the ratings mix the scales of {', '.join(sorted(names))}: their keys do not mean the same"
    if len(scales) > 1:
        return f"the ratings mix versions of {', '.join(names)} with other categories"
    return None


def joined_scale(pressed: Sequence[Pressed]) -> Pressed:
    """Return the ratings of one scale added up.

    Raises:
        ValueError: where they come from several scales, or from none.
    """
    if not pressed or mixed_scales(pressed) is not None:
        raise ValueError("the ratings are not of one scale")
    first = pressed[0]
    return Pressed(
        first.layout, first.categories, tuple(map(sum, zip(*(each.counts for each in pressed), strict=True)))
    )


def mixing_note(pressed: Sequence[Pressed]) -> tuple[str, ...]:
    """Return the caveat of a share that was pooled over layouts; empty where it was not."""
    mixed = mixed_scales(pressed)
    return () if mixed is None else (mixed,)
