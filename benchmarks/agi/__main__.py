"""FastAGI servers beside each other: ``python -m benchmarks.agi``; see benchmarks/README.md."""

import argparse
import dataclasses
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.agi.bars import bars
from benchmarks.agi.load import Measured
from benchmarks.agi.machine import compiled, cores
from benchmarks.agi.scenarios import Bench, Effort, Scenario, present, scenarios
from benchmarks.bar import Bar

FULL = Effort(rounds=5, seconds=3.0, warm_seconds=1.0, paced_seconds=6.0, rate=4000)
QUICK = Effort(rounds=1, seconds=1.5, warm_seconds=0.5, paced_seconds=3.0, rate=4000)


def main() -> None:
    """Run what is asked for, and print the tables and the bars; ends with 1 where a bar is missed."""
    chosen = _arguments()
    effort = QUICK if chosen.quick else FULL
    effort = dataclasses.replace(
        effort,
        rounds=chosen.rounds or effort.rounds,
        seconds=chosen.seconds or effort.seconds,
        rate=chosen.rate or effort.rate,
    )
    wanted = [scenario for scenario in scenarios(effort) if not chosen.only or scenario.name in chosen.only]
    if not present(["pystrix"]):
        sys.stderr.write("pystrix is not installed, so it takes no part; `make bench` installs it\n")
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        bench = Bench(compiled(Path(folder)), cores(), _progress)
        for scenario in wanted:
            servers = tuple(name for name in scenario.servers if not chosen.servers or name in chosen.servers)
            bench.run(dataclasses.replace(scenario, servers=servers), effort.rounds)
            _progress("")
            _print_table(scenario, bench)
    found = [] if chosen.servers else bars(bench)
    _print_bars(found)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(_document(effort, bench, found), indent=2) + "\n")
    if not all(bar.is_met for bar in found):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.agi", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="one short round: a look, not a measurement")
    arguments.add_argument("--rounds", type=int, help=f"rounds of each scenario ({FULL.rounds})")
    arguments.add_argument("--seconds", type=float, help=f"measured seconds of a closed run ({FULL.seconds})")
    arguments.add_argument("--rate", type=float, help=f"commands a second of the paced runs ({FULL.rate})")
    arguments.add_argument("--only", nargs="+", metavar="SCENARIO", choices=[one.name for one in scenarios(FULL)])
    arguments.add_argument("--servers", nargs="+", metavar="SERVER", help="only these; the bars are left out then")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="write every round's figures to FILE")
    return arguments.parse_args()


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


_TIMES = {
    "CPU us": "cpu_us_per_session",
    "p50 us": "p50_us",
    "p99 us": "p99_us",
    "p99.9 us": "p999_us",
    "max us": "max_us",
    "admit p99": "admission_p99_us",
    "lag p99": "lag_p99_us",
}
_COLUMNS = ("sessions/s", *_TIMES, "load busy", "errors")


def _print_table(scenario: Scenario, bench: Bench) -> None:
    print(f"\n{scenario.title} ({scenario.name})")
    if scenario.load is None:
        print(f"{'':22}{'KiB a session':>14}{'turned away':>13}")
        for name, held in bench.idle.items():
            kib = statistics.median(idle.kib_per_session for idle in held)
            print(f"{name:22}{kib:>14.1f}{sum(idle.turned_away for idle in held):>13}")
        return
    print(f"{'':22}" + "".join(f"{column:>11}" for column in _COLUMNS))
    for name, rounds in bench.figures[scenario.name].items():
        print(f"{name:22}" + "".join(f"{value:>11}" for value in _cells(rounds)))


def _cells(rounds: list[Measured]) -> list[str]:
    def median(name: str) -> float:
        return float(statistics.median(getattr(measured, name) for measured in rounds))

    return [
        f"{median('sessions_per_second'):.0f}",
        *(f"{median(name):.0f}" for name in _TIMES.values()),
        f"{median('generator_busy'):.0%}",
        str(sum(measured.errors for measured in rounds)),
    ]


def _print_bars(found: list[Bar]) -> None:
    if found:
        print()
    for bar in found:
        verdict = "met" if bar.is_met else "MISSED"
        sign = "<=" if bar.is_upper else ">="
        print(f"{verdict:7} {bar.value:8.2f} {sign} {bar.wanted:<5} {bar.text}")


def _document(effort: Effort, bench: Bench, found: list[Bar]) -> dict[str, object]:
    return {
        "python": sys.version.split()[0],
        "kernel": os.uname().release,
        "effort": dataclasses.asdict(effort),
        "figures": {
            scenario: {server: [dataclasses.asdict(one) for one in rounds] for server, rounds in servers.items()}
            for scenario, servers in bench.figures.items()
        },
        "idle": {server: [dataclasses.asdict(one) for one in held] for server, held in bench.idle.items()},
        "bars": [dataclasses.asdict(bar) | {"is_met": bar.is_met} for bar in found],
    }


if __name__ == "__main__":
    main()
