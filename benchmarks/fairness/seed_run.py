"""One seed through the commands: drawn, imported into a fresh ledger, and asked for its figures, as anybody would."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fairness.generators import GENERATORS, Generator
from ivr.settings import HOME
from ivr.simulation.calls import Simulation
from ivr.simulation.rows import handled_rows
from ivr.simulation.truth import truth_document
from ivr.store.export_calls import write_csv

_OWN_LAYOUTS = Path(__file__).resolve().parent / "layouts"


class CommandFailed(Exception):
    """A command of the program ended with an error; the message is its own."""


@dataclass(frozen=True, slots=True)
class SeedRun:
    """What the commands said of one seed, and how many seconds each took."""

    kpi: Mapping[str, Any]
    truth: Mapping[str, Any]
    seconds: Mapping[str, float]


def run_seed(generator: Generator, simulation: Simulation, folder: Path) -> SeedRun:
    """Run the commands in ``folder``, which has to be empty; raises CommandFailed.

    A scenario of the program is drawn by ``ivr simulate``. One that it does not know is written as that would do it.
    """
    scenario = simulation.scenario
    calls, truth = folder / "calls.csv", folder / "truth.json"
    ivr = _Ivr(folder, generator)
    if generator.name in GENERATORS:
        truth.write_text(json.dumps(truth_document(simulation)))
        with calls.open("wb") as target:
            write_csv(handled_rows(simulation), target)
    else:
        size = ("--agents", str(scenario.agents), "--calls", str(scenario.mean_calls))
        drawn = ("--scenario", scenario.name, "--seed", str(simulation.seed))
        ivr.run("simulate", *drawn, *size, "--out", str(calls), "--truth", str(truth))
    ivr.run("import", "calls", str(calls))
    kpi = ivr.run("kpi", "agents", "--format", "json")
    (folder / "kpi.json").write_text(kpi)
    run = SeedRun(json.loads(kpi), json.loads(truth.read_text()), ivr.seconds)
    if run.kpi["handled"] != run.truth["calls"]:
        raise CommandFailed(f"the figures are made of {run.kpi['handled']} calls, drawn were {run.truth['calls']}")
    return run


class _Ivr:
    """The command ``ivr`` with a ledger and a pepper of its own, and nobody's settings but the shipped ones."""

    def __init__(self, folder: Path, generator: Generator) -> None:
        self._folder = folder
        layouts = folder / "layouts"
        shutil.copytree(HOME / "config" / "layouts", layouts)
        shutil.copytree(_OWN_LAYOUTS, layouts, dirs_exist_ok=True)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("IVR_")},
            "IVR_DATABASE_URL": f"sqlite:///{folder / 'ledger.db'}",
            "IVR_PEPPER_FILE": str(folder / "pepper"),
            "IVR_LAYOUTS_DIR": str(layouts),
        }
        if generator.offer_floor is not None:
            self._environment["IVR_OFFER_FLOOR"] = str(generator.offer_floor)
        self.seconds: dict[str, float] = {}

    def run(self, *arguments: str) -> str:
        """Run one command and return what it wrote to its standard output."""
        started = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-m", "ivr", *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        self.seconds[arguments[0]] = time.perf_counter() - started
        if ended.returncode != 0:
            last = ended.stderr.strip().splitlines()[-1:] or ["no word on stderr"]
            raise CommandFailed(f"ivr {arguments[0]} ended with {ended.returncode}: {last[0]}")
        return ended.stdout
