"""Best answers: what the best category is called on each layout, which a share of best answers does not say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.series import Span


@dataclass(frozen=True, slots=True)
class BestAnswer:
    """One layout and what its best answer is called; several where its versions name it otherwise."""

    layout: str
    answers: tuple[str, ...]


def best_answers(series: Mapping[str, Sequence[Span]], instruments: Instruments) -> tuple[BestAnswer, ...]:
    """Return the best answer of each layout that was rated on, ordered by layout; ``series`` are its versions.

    What has no definition here is left out, as its ratings are in no share.
    """
    found: dict[str, set[str]] = {}
    for layout, spans in series.items():
        for span in spans:
            instrument = instruments.of(layout, span.version)
            if span.rated and instrument is not None:
                found.setdefault(layout, set()).add(instrument.categories[-1])
    return tuple(BestAnswer(layout, tuple(sorted(found[layout]))) for layout in sorted(found))
