"""The bars: what the figures are held against, each as a ratio of one round or as a limit."""

import statistics
from collections.abc import Callable, Sequence

from benchmarks.agi.load import Measured
from benchmarks.agi.scenarios import LIMIT, Bench
from benchmarks.bar import Bar

Figure = Callable[[Measured], float]


def median_ratio(upper: Sequence[Measured], lower: Sequence[Measured], figure: Figure) -> float:
    """Return the median over the rounds of the ratio within a round."""
    return statistics.median(figure(one) / figure(other) for one, other in zip(upper, lower, strict=True))


def bars(bench: Bench) -> list[Bar]:
    """Return the bars of the scenarios that were run."""
    found: list[Bar] = []
    for sessions in (100, 1000):
        figures = bench.figures.get(f"closed-{sessions}")
        if figures:
            found += _closed(sessions, figures)
    if "paced" in bench.figures:
        found += _paced(bench.figures["paced"])
    if bench.idle:
        kib = statistics.median(idle.kib_per_session for idle in bench.idle["ours-uvloop"])
        found.append(Bar("KiB an idle session", kib, 7.0, is_upper=True))
    if "full" in bench.figures:
        full = bench.figures["full"]
        ratio = median_ratio(full["ours-full"], full["panoramisk-orm"], _rate)
        found.append(Bar("sessions/s with ledger, metrics and log, over panoramisk with an ORM", ratio, 4.0))
    return found


def _rate(measured: Measured) -> float:
    return measured.sessions_per_second


def _closed(sessions: int, figures: dict[str, list[Measured]]) -> list[Bar]:
    def over(ours: str, peer: str) -> float:
        return median_ratio(figures[ours], figures[peer], _rate)

    of = f"sessions/s at {sessions:,}: "
    return [
        Bar(f"{of}uvloop over panoramisk as it comes", over("ours-uvloop", "panoramisk-standard"), 3.0),
        Bar(f"{of}both on the standard loop", over("ours-standard", "panoramisk-standard"), 2.0),
        Bar(f"{of}both on uvloop", over("ours-uvloop", "panoramisk-uvloop"), 1.7),
        Bar(
            f"CPU a session at {sessions:,}: the C limit's over ours",
            median_ratio(figures[LIMIT], figures["ours-uvloop"], lambda measured: measured.cpu_us_per_session),
            0.5,
        ),
    ]


def _paced(figures: dict[str, list[Measured]]) -> list[Bar]:
    ours = figures["ours-uvloop"]
    lower = median_ratio(figures["panoramisk-standard"], ours, lambda measured: measured.p99_us)
    return [
        Bar(
            "paced, p99 of a command in ms",
            statistics.median(measured.p99_us for measured in ours) / 1e3,
            1.0,
            is_upper=True,
        ),
        Bar("paced, p99 of a command: panoramisk's over ours", lower, 10.0),
    ]
