"""Instruments: what each layout does to an answer and to a caller's patience.

An answer comes from the latent satisfaction S in three steps. With the layout's probability of a *reflex* the
caller presses 1 whatever it means. Else S, moved by *primacy* (towards what the first-read choice says), is cut at
the layout's two thresholds. And the caller may hang up at any moment *until the own choice has been read*, so a
layout that reads "dissatisfied" last loses the dissatisfied.
"""

from dataclasses import dataclass

NEUTRAL_THRESHOLDS = (-1.6, -0.6)
"""Where the neutral scale cuts S: below the first dissatisfied, from the second on satisfied."""
MIDDLE, BEST = 1, 2


@dataclass(frozen=True, slots=True)
class Instrument:
    """A layout as a measuring instrument; ``keys`` and ``read_seconds`` stand from the worst category to the best.

    ``reflex`` is a probability; ``primacy`` and ``thresholds`` are logits of S; ``read_seconds`` count from the
    end of the introduction until the choice has been read.
    """

    layout: str
    keys: tuple[str, str, str]
    read_seconds: tuple[float, float, float]
    reflex: float
    primacy: float
    thresholds: tuple[float, float] = NEUTRAL_THRESHOLDS

    @property
    def reflex_category(self) -> int:
        """The category on which a reflex falls: that of key 1."""
        return self.keys.index("1")


SEQUENTIAL = Instrument("sequential-123", ("3", "2", "1"), (4.5, 3.0, 1.5), reflex=0.06, primacy=0.15)
SPARSE = Instrument(
    "sparse-531",
    ("1", "3", "5"),
    (4.5, 3.0, 1.5),
    reflex=0.06,
    primacy=0.15,
    thresholds=(NEUTRAL_THRESHOLDS[0] + 0.35, NEUTRAL_THRESHOLDS[1] + 0.9),
)
PACED = Instrument("paced-123", ("3", "2", "1"), (10.5, 6.0, 1.5), reflex=0.10, primacy=0.30)
REVERSED = Instrument("reversed-123", ("1", "2", "3"), (1.5, 3.0, 4.5), reflex=0.06, primacy=-0.15)
INSTRUMENTS = (SEQUENTIAL, SPARSE, PACED, REVERSED)
REFERENCE = SEQUENTIAL
