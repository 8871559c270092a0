"""Runs one reader in this process and prints what it saw as one line of JSON."""

import argparse
import asyncio
import importlib
import json
from dataclasses import asdict

import uvloop

from benchmarks.ami.readers.seen import Task

MODULES = {"ours": "ours", "panoramisk": "panoramisk_manager", "asterisk-ami": "asterisk_client"}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=MODULES)
    parser.add_argument("loop", choices=["uvloop", "default"])
    parser.add_argument("port", type=int)
    parser.add_argument("wanted", type=int)
    parser.add_argument("facts", type=int)
    parser.add_argument("--stalled", action="store_true")
    chosen = parser.parse_args()
    task = Task(chosen.port, chosen.wanted, chosen.facts, chosen.stalled)
    # Loaded alone, so that nobody's memory is another's.
    read = importlib.import_module(f"benchmarks.ami.readers.{MODULES[chosen.name]}").read
    if chosen.name == "asterisk-ami":
        seen = read(task)
    else:
        with asyncio.Runner(
            loop_factory=uvloop.new_event_loop if chosen.loop == "uvloop" else asyncio.new_event_loop
        ) as runner:
            seen = runner.run(read(task))
    print(json.dumps({name: value for name, value in asdict(seen).items() if not name.startswith("_")}), flush=True)


if __name__ == "__main__":
    main()
