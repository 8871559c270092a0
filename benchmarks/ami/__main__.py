"""AMI readers beside each other: ``python -m benchmarks.ami``; see README.md beside it."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.ami.bars import bars
from benchmarks.ami.events import Flood, flood
from benchmarks.ami.runs import READERS, STALLED, Reader, Run, flooding, turn
from benchmarks.bar import Bar


def main() -> None:
    """Measure and print; ends with 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write every run to this file")
    chosen = parser.parse_args()
    sent = flood(chosen.events)
    flowing: dict[Reader, list[Run]] = {reader: [] for reader in READERS}
    stalled: dict[Reader, list[Run]] = {reader: [] for reader in STALLED}
    with flooding(chosen.events) as server:
        for number in range(chosen.rounds):
            sys.stderr.write(f"round {number + 1} of {chosen.rounds}\n")
            for reader, runs in flowing.items():
                runs.append(turn(server, sent, reader, stalled=False))
            for reader, runs in stalled.items():
                runs.append(turn(server, sent, reader, stalled=True))
    found = bars(flowing, stalled)
    _show(sent, flowing, stalled, found)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(_as_json(sent, flowing, stalled, found), indent=2) + "\n")
    sys.exit(0 if all(bar.is_met for bar in found) else 1)


def _show(sent: Flood, flowing: dict[Reader, list[Run]], stalled: dict[Reader, list[Run]], found: list[Bar]) -> None:
    print(f"{sent.events} events of {sent.mean_bytes:.0f} B, {sent.wanted} of them to be handed over")
    print(f"\n{'medians':<22} {'events/s':>10} {'CPU us/event':>13} {'longest pause ms':>17}")
    for reader, runs in flowing.items():
        pause = "-" if reader.name == "asterisk-ami" else f"{Run.median(runs, 'longest_pause_ms'):.1f}"
        rate, cpu = Run.median(runs, "events_a_second"), Run.median(runs, "cpu_us_an_event")
        print(f"{reader!s:<22} {rate:>10.0f} {cpu:>13.2f} {pause:>17}")
    print(
        f"\n{'consumer stands still':<22} {'grown MB':>10} {'longest pause ms':>17} {'handed over':>12} {'dropped':>8}"
    )
    for reader, runs in stalled.items():
        grown, pause_ms = Run.median(runs, "grown_mb"), Run.median(runs, "longest_pause_ms")
        print(f"{reader!s:<22} {grown:>10.1f} {pause_ms:>17.1f} {runs[-1].events:>12} {runs[-1].dropped:>8}")
    print()
    for bar in found:
        limit = "at most" if bar.is_upper else "at least"
        print(f"{'ok    ' if bar.is_met else 'MISSED'} {bar.text}: {bar.value:.2f} ({limit} {bar.wanted:g})")


def _as_json(
    sent: Flood, flowing: dict[Reader, list[Run]], stalled: dict[Reader, list[Run]], found: list[Bar]
) -> dict[str, object]:
    return {
        "events": sent.events,
        "wanted": sent.wanted,
        "mean_bytes": sent.mean_bytes,
        "flowing": {str(reader): [asdict(run) for run in runs] for reader, runs in flowing.items()},
        "stalled": {str(reader): [asdict(run) for run in runs] for reader, runs in stalled.items()},
        "bars": [{**asdict(bar), "is_met": bar.is_met} for bar in found],
    }


if __name__ == "__main__":
    main()
