"""Shares beside what chance was to give: a bar for what was counted, a mark for what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.web.charts.scales import Scale

WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One arm: its counts, its shares (0 to 1), and where bar and mark end in a drawing that is 100 wide."""

    arm: str
    observed: int
    expected: float
    observed_share: float
    expected_share: float
    width: str
    mark: str


def share_bars(observed: Mapping[str, int], expected: Mapping[str, float]) -> tuple[ShareBar, ...]:
    """Return a bar an arm, by name; none where nothing was counted."""
    total, hoped = sum(observed.values()), sum(expected.values())
    if not total or not hoped:
        return ()
    arms = sorted(observed.keys() | expected.keys())
    shares = {arm: (observed.get(arm, 0) / total, expected.get(arm, 0.0) / hoped) for arm in arms}
    widest = max(max(pair) for pair in shares.values())
    scale = Scale(0.0, widest, 0.0, WIDTH - 2.0)
    return tuple(
        ShareBar(
            arm,
            observed.get(arm, 0),
            expected.get(arm, 0.0),
            *shares[arm],
            width=scale.at(shares[arm][0]),
            mark=scale.at(shares[arm][1]),
        )
        for arm in arms
    )
