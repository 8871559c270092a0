"""How fair the figures are, on simulated call centres whose truth is known: ``python -m benchmarks.fairness``.

See benchmarks/README.md, and docs/statistics/judged.md for what the scores mean.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

from benchmarks.fairness.bars import Means, bars_of
from benchmarks.fairness.generators import GENERATORS, PERTURBED, Generator, generator_named
from benchmarks.fairness.in_process import run_in_process
from benchmarks.fairness.means import means_of
from benchmarks.fairness.oracle import oracles_of
from benchmarks.fairness.score_file import Key, ScoreFile
from benchmarks.fairness.scored_agents import scored_agents
from benchmarks.fairness.scores import Scores, scores_of
from benchmarks.fairness.seed_run import run_seed
from benchmarks.fairness.tables import scenario_lines, summary_lines, summary_page
from ivr.simulation.calls import simulate
from ivr.simulation.scenarios import SCENARIOS

_FIVE = ("S1", "S2", "S3", "S4", "null")
_SETS = {"five": _FIVE, "perturbed": PERTURBED, "unseen": tuple(GENERATORS)}
_QUICK = replace(generator_named("S2"), scenario=generator_named("S2").scenario.sized(40, 120.0))
_SECONDS = "seconds."


def main() -> None:
    """Run what is asked for and print; ends with 1 where a bar is missed."""
    chosen = _arguments()
    generators = [_QUICK] if chosen.quick else _generators(chosen.scenarios, chosen.agents, chosen.calls)
    seeds = range(chosen.first_seed, chosen.first_seed + (3 if chosen.quick else chosen.seeds))
    known = ScoreFile(chosen.score_file, fresh=chosen.fresh)
    found: list[tuple[Generator, Means]] = []
    for generator in generators:
        runs = list(_runs(generator, seeds, known, chosen))
        means = means_of([{name: value for name, value in run.items() if not _is_time(name)} for run in runs])
        found.append((generator, means))
        print("\n".join(scenario_lines(generator, means, len(runs), _median_seconds(runs))), flush=True)
    print("\n".join(summary_lines(found)))
    if chosen.page is not None:
        chosen.page.write_text("\n".join(summary_page(found)) + "\n")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps([_as_json(*each) for each in found], indent=1) + "\n")
    sys.exit(0 if all(bar.is_met for each in found for bar in bars_of(*each)) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.fairness")
    parser.add_argument(
        "--scenarios",
        nargs="+",
        default=["five"],
        metavar="NAME",
        help="scenarios or generators, or a set of them: five (S1 to S4 and null), perturbed, unseen",
    )
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--agents", type=int, help="another number of agents")
    parser.add_argument("--calls", type=float, help="another mean number of calls an agent")
    parser.add_argument("--jobs", type=int, default=1, help="how many seeds at a time")
    parser.add_argument("--quick", action="store_true", help="three seeds of a small S2: a look, no measurement")
    parser.add_argument("--in-process", action="store_true", help="fit in this process, without the commands")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep every seed's files there")
    parser.add_argument(
        "--score-file", type=Path, default=Path("build/fairness.jsonl"), help="scores of seeds run before"
    )
    parser.add_argument("--fresh", action="store_true", help="run every seed again, whatever the score file has")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every mean and bar to this file")
    parser.add_argument("--page", type=Path, metavar="FILE", help="also write the summary as a table of Markdown")
    chosen = parser.parse_args()
    unknown = {name for name in chosen.scenarios if name not in {*_SETS, *SCENARIOS, *GENERATORS}}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join([*_SETS, *SCENARIOS, *GENERATORS])}")
    return chosen


def _generators(names: Sequence[str], agents: int | None, mean_calls: float | None) -> list[Generator]:
    wanted = dict.fromkeys(each for name in names for each in _SETS.get(name, (name,)))
    found = (generator_named(name) for name in wanted)
    return [replace(each, scenario=each.scenario.sized(agents, mean_calls)) for each in found]


def _runs(generator: Generator, seeds: range, known: ScoreFile, chosen: argparse.Namespace) -> Iterator[Scores]:
    """Yield the scores of each seed; those that are not in the score file are run."""
    scenario = generator.scenario
    lane = "in process" if chosen.in_process else "commands"

    def scores(seed: int) -> tuple[Key, Scores, bool]:
        key = Key(generator.name, scenario.agents, scenario.mean_calls, seed, lane)
        before = known.get(key)
        return key, before or _run(generator, seed, chosen), before is None

    with ThreadPoolExecutor(chosen.jobs) as pool:
        for key, found, is_new in pool.map(scores, seeds):
            if is_new:
                known.add(key, found)
                sys.stderr.write(f"{generator.name} seed {key.seed}\n")
            yield found


def _run(generator: Generator, seed: int, chosen: argparse.Namespace) -> Scores:
    simulation = simulate(generator.scenario, seed)
    if chosen.in_process:
        run = run_in_process(generator, simulation, import_module("ivr.domain.kpi.structural").fit)
    elif chosen.keep is not None:
        folder = chosen.keep.resolve() / f"{generator.name}-{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run = run_seed(generator, simulation, folder)
    else:
        with tempfile.TemporaryDirectory(prefix="fairness-") as temporary:
            run = run_seed(generator, simulation, Path(temporary))
    started = time.perf_counter()
    scores = scores_of(scored_agents(run.kpi, run.truth), oracles_of(simulation))
    times = {**run.seconds, "scores": time.perf_counter() - started}
    return scores | {f"{_SECONDS}{name}": value for name, value in times.items()}


def _is_time(name: str) -> bool:
    return name.startswith(_SECONDS)


def _median_seconds(runs: Sequence[Scores]) -> dict[str, float]:
    names = [name for name in runs[0] if _is_time(name)]
    return {name.removeprefix(_SECONDS): statistics.median(run[name] or 0.0 for run in runs) for name in names}


def _as_json(generator: Generator, means: Means) -> dict[str, object]:
    return {
        "scenario": generator.name,
        "about": generator.scenario.about,
        "expected": generator.expected,
        "means": {name: None if mean is None else asdict(mean) for name, mean in means.items()},
        "bars": [
            {
                "text": bar.text,
                "limits": str(bar.limits),
                "mean": None if bar.mean is None else asdict(bar.mean),
                "is_met": bar.is_met,
            }
            for bar in bars_of(generator, means)
        ],
    }


if __name__ == "__main__":
    main()
