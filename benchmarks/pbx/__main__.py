"""Load on a real Asterisk with the real service, everything on this machine.

    .venv/bin/python -m benchmarks.pbx dead-air    # the agent's BYE -> the first frame of the first prompt
    .venv/bin/python -m benchmarks.pbx ratings     # concurrent ratings, raised until something gives
    .venv/bin/python -m benchmarks.pbx hostile     # dripping clients and probes beside real ratings
    .venv/bin/python -m benchmarks.pbx             # all three

Callers and agents are one C program: real SIP, real RTP, keys as RFC 4733 events at random moments. It keeps a fixed
number of callers in the rating and writes down what each did; the ledger is compared with that. AGI passes a second
C program that notes each line's moment. Both, and the hostile clients, share the processors with Asterisk and the
service, so the figures are lower bounds.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.pbx import dead_air, hostile_clients, ratings
from ivr.bootstrap.prompts import build_all
from ivr.settings import load_settings

PARTS = ("dead-air", "ratings", "hostile")


async def run(chosen: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Run the chosen parts, each with its own Asterisk and ledger, and return their figures."""
    document: dict[str, object] = {"processors": os.cpu_count(), "quick": chosen.quick}
    for part in chosen.parts or PARTS:
        say(f"\n== {part}")
        with tempfile.TemporaryDirectory(prefix="ivr-bench-") as name:
            folder = Path(name)
            if part == "dead-air":
                document[part] = await dead_air.measure(
                    folder, chosen.calls, chosen.concurrent, say, direct=chosen.direct, verbose=chosen.verbose
                )
            elif part == "ratings":
                document[part] = await ratings.climb(folder, chosen.steps, chosen.hold, say)
            else:
                document[part] = await hostile_clients.measure(
                    folder, chosen.callers, chosen.hold, chosen.drippers, chosen.probes, say
                )
    return document


def arguments() -> argparse.Namespace:
    """Read the command line; ``--quick`` makes everything small."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.pbx", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; without one: all")
    parser.add_argument("--quick", action="store_true", help="a small check that everything works, in two minutes")
    parser.add_argument("--calls", type=int, default=200, help="dead air: how many calls")
    parser.add_argument("--concurrent", type=int, default=4, help="dead air: how many in the rating at a time")
    parser.add_argument("--direct", action="store_true", help="dead air: without the wire, so without its parts")
    parser.add_argument("--verbose", action="store_true", help="dead air: Asterisk logs each step of the dialplan")
    parser.add_argument("--steps", type=_numbers, default=list(range(50, 651, 50)), help="ratings: 50,100,150")
    parser.add_argument("--hold", type=float, default=40.0, help="seconds that each load is held")
    parser.add_argument("--callers", type=int, default=40, help="hostile: real callers in the rating")
    parser.add_argument("--drippers", type=int, default=2000, help="hostile: clients that drip a header")
    parser.add_argument("--probes", type=int, default=10_000, help="hostile: clients that connect and close")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    if chosen.quick:
        chosen.calls, chosen.steps, chosen.hold = 20, [5, 10], 5.0
        chosen.callers, chosen.drippers, chosen.probes = 5, 100, 500
    return chosen


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def main() -> None:
    """Run, print, and write what was asked for."""
    chosen = arguments()

    def say(text: str) -> None:
        print(text, flush=True)

    build_all(load_settings(), lambda _line: None)
    document = asyncio.run(run(chosen, say))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
