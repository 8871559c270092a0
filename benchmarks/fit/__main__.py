"""What a fit costs: hardly more for many ratings than for few, and little for many agents.

    python -m benchmarks.fit [--agents 10000] [--rounds 3] [--no-peer]

The same 200 agents with 10^4 and with 10^8 ratings, and so many agents in 48 cells each; seconds and memory of the fit,
with the replicate groups' jackknife, rank intervals and all; medians of the rounds. Its peer fits one proportional-odds
model to the rows behind the ratings of 40 agents, with an effect for each (statsmodels' OrderedModel takes no counts),
which answers far less. Ends with 1 where a bar is missed; the second is for 10,000 agents.
"""

import argparse
import gc
import resource
import statistics
import time

from benchmarks.bar import Bar
from benchmarks.fit.centre import REFERENCE, Centre, draw_centre, instruments
from benchmarks.fit.peer import ordered_model_seconds
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.structural import fit

AGENTS = 10_000
MOST_TIMES = 2.0
MOST_SECONDS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit", description=__doc__)
    parser.add_argument("--agents", type=int, default=AGENTS, help="agents of the large centre")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is fitted")
    parser.add_argument("--no-peer", action="store_true", help="leave the peer out; it takes minutes")
    given = parser.parse_args()
    small = draw_centre(200, 3.0, seed=1)
    few = _timed("200 agents, few ratings", small, given.rounds)
    many = _timed("200 agents, many ratings", small.times(10_000), given.rounds)
    if not given.no_peer:
        peer = ordered_model_seconds(small)
        print(f"statsmodels OrderedModel on the rows of the small centre: {peer:.1f} s, {peer / few:.1f} times ours")
    large = draw_centre(given.agents, 12.0, seed=2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _timed(f"{given.agents:,} agents", large, given.rounds)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory: {before / 1024:.0f} MB with the cells alone, {after / 1024:.0f} MB at most during the fit\n")
    bars = [Bar("seconds for 10,000 times the ratings over those for them once", many / few, MOST_TIMES, is_upper=True)]
    if given.agents == AGENTS:
        bars.append(Bar(f"seconds for {AGENTS:,} agents", seconds, MOST_SECONDS, is_upper=True))
    for bar in bars:
        print(f"{'met   ' if bar.is_met else 'MISSED'} {bar.text}: {bar.value:.2f} (at most {bar.wanted:g})")
    if not all(bar.is_met for bar in bars):
        raise SystemExit(1)


def _timed(name: str, centre: Centre, rounds: int) -> float:
    took: list[float] = []
    for _ in range(rounds):
        gc.collect()
        started = time.perf_counter()
        fit(centre.cells, centre.groups, instruments(), FitOptions(REFERENCE))
        took.append(time.perf_counter() - started)
    unlike = len({(cell.agent, cell.contact) for cell in centre.cells})
    every = ", ".join(f"{seconds:.2f}" for seconds in took)
    print(f"{name}: {centre.ratings:,} ratings, {unlike:,} cells, {statistics.median(took):.2f} s ({every})")
    return statistics.median(took)


if __name__ == "__main__":
    main()
