"""The bars: what the figures are held against, each a median of ratios within a round, or a limit."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.ami.runs import ASTERISK_AMI, OURS, OURS_DEFAULT, PANORAMISK, PANORAMISK_UVLOOP, Reader, Run
from benchmarks.bar import Bar

Runs = Mapping[Reader, Sequence[Run]]


def bars(flowing: Runs, stalled: Runs) -> list[Bar]:
    """Return every bar."""
    pairs = (
        (OURS, PANORAMISK, 5.0),
        (OURS, PANORAMISK_UVLOOP, 5.0),
        (OURS_DEFAULT, PANORAMISK, 5.0),
        (OURS, ASTERISK_AMI, 2.5),  # on uvloop, as the service runs; asterisk-ami has a thread and no loop
    )
    found = [
        Bar(f"events/s, {ours} over {peer}", _ratio(flowing[ours], flowing[peer], "events_a_second"), least)
        for ours, peer, least in pairs
    ]
    found += [
        Bar(f"CPU an event, {peer} over {ours}", _ratio(flowing[peer], flowing[ours], "cpu_us_an_event"), least)
        for ours, peer, least in pairs
    ]
    for ours in (OURS, OURS_DEFAULT):
        runs = stalled[ours]
        found += [
            Bar(f"MB grown while the consumer stands still, {ours}", Run.median(runs, "grown_mb"), 40.0, is_upper=True),
            Bar(f"longest pause in ms meanwhile, {ours}", Run.median(runs, "longest_pause_ms"), 50.0, is_upper=True),
            Bar(
                f"longest pause in ms of a flood that flows, {ours}",
                Run.median(flowing[ours], "longest_pause_ms"),
                50.0,
                is_upper=True,
            ),
        ]
    return found


def _ratio(upper: Sequence[Run], lower: Sequence[Run], figure: str) -> float:
    return statistics.median(
        getattr(one, figure) / getattr(other, figure) for one, other in zip(upper, lower, strict=True)
    )
