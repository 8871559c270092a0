"""What a fit costs: hardly more for many ratings than for few, and little for many agents.

    python -m benchmarks.fit [--agents 10000]

The same 200 agents with 10^4 and with 10^8 ratings, and so many agents in 48 cells each; seconds and memory of the fit,
the replicate groups' jackknife included. Its peer fits one proportional-odds model to the rows behind the ratings of 40
agents, with an effect for each (statsmodels' OrderedModel takes no counts), which answers far less.
"""

import argparse
import gc
import resource
import time

from benchmarks.fit.centre import REFERENCE, Centre, draw_centre, instruments
from benchmarks.fit.peer import ordered_model_seconds
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.fitted import FittedFigures
from ivr.domain.kpi.structural import fit


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit", description=__doc__)
    parser.add_argument("--agents", type=int, default=10_000, help="agents of the large centre")
    parser.add_argument("--no-peer", action="store_true", help="leave the peer out; it takes minutes")
    given = parser.parse_args()
    small = draw_centre(200, 3.0, seed=1)
    few, _ = _timed("200 agents, few ratings", small)
    many, _ = _timed("200 agents, many ratings", small.times(10_000))
    print(f"10,000 times the ratings take {many / few:.2f} times the seconds (wanted: at most 2)\n")
    if not given.no_peer:
        peer = ordered_model_seconds(small)
        print(f"statsmodels OrderedModel on the rows of the small centre: {peer:.1f} s, {peer / few:.1f} times ours\n")
    large = draw_centre(given.agents, 12.0, seed=2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _timed(f"{given.agents} agents", large)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory: {before / 1024:.0f} MB with the cells alone, {after / 1024:.0f} MB at most during the fit")


def _timed(name: str, centre: Centre) -> tuple[float, FittedFigures]:
    gc.collect()
    started = time.perf_counter()
    found = fit(centre.cells, centre.groups, instruments(), FitOptions(REFERENCE))
    seconds = time.perf_counter() - started
    unlike = len({(cell.agent, cell.contact) for cell in centre.cells})
    print(f"{name}: {centre.ratings:,} ratings, {unlike:,} cells, {seconds:.2f} s")
    return seconds, found


if __name__ == "__main__":
    main()
