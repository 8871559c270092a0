"""The waterfall's geometry: bars from handled to rated, each loss hanging where the calls that are left end."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.domain.kpi.call_path import Loss, Milestone, Stage
from ivr.web.charts.scales import Scale


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage or a loss between two; ``x`` and ``width`` are per cent of the drawing's width.

    ``share`` is of all handled calls.
    """

    milestone: Milestone
    loss: Loss | None
    calls: int
    share: float
    x: str
    width: str


def waterfall(path: Sequence[Stage]) -> tuple[Bar, ...]:
    """Return the bars from top to bottom: each stage, and under it what was lost before the next."""
    handled = path[0].calls if path else 0
    if not handled:
        return ()
    scale = Scale(0.0, handled, 0.0, 100.0)
    bars: list[Bar] = []
    for stage in path:
        bars.append(
            Bar(stage.milestone, None, stage.calls, stage.calls / handled, scale.at(0), scale.length(stage.calls, 0))
        )
        left = stage.calls
        for loss in stage.losses:
            left -= loss.calls
            width = scale.length(loss.calls, 0)
            bars.append(Bar(stage.milestone, loss, loss.calls, loss.calls / handled, scale.at(left), width))
    return tuple(bars)
