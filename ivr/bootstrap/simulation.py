"""``ivr simulate`` joined to the house: the simulated calls in the store's calls file, the truth beside it."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ivr.catalogue.whole_files import replaceable
from ivr.errors import SimulationRefused
from ivr.simulation.calls import simulate
from ivr.simulation.rows import handled_rows
from ivr.simulation.scenarios import scenario_named
from ivr.simulation.truth import truth_document
from ivr.store.export_calls import write_csv


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    agents: int
    calls: int
    rated: int


def write_simulation(
    scenario: str,
    seed: int,
    *,
    calls_file: Path,
    truth_file: Path,
    agents: int | None = None,
    mean_calls: float | None = None,
) -> Written:
    """Draw the scenario and write both files, whole or not at all; the same seed gives the same bytes.

    Raises:
        SimulationRefused: the scenario is not known, or a file cannot be written.
    """
    if calls_file.resolve() == truth_file.resolve():
        raise SimulationRefused(f"{calls_file} is to hold both the calls and the truth; name two files")
    simulation = simulate(scenario_named(scenario).sized(agents, mean_calls), seed)
    truth = json.dumps(truth_document(simulation), indent=1) + "\n"
    with _whole(calls_file) as calls_target, _whole(truth_file) as truth_target:
        count = write_csv(handled_rows(simulation), calls_target)
        truth_target.write(truth.encode())
    return Written(len(simulation.agents.names), count, int(simulation.rated.sum()))


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a file beside ``path`` that takes its place when the block has ended well, and else is removed."""
    try:
        path = replaceable(path)
    except OSError:
        raise SimulationRefused(f"{path} is no file; name a file, it is replaced when the new one is whole") from None
    try:
        descriptor, beside = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
    except OSError as error:
        raise SimulationRefused(
            f"{path} cannot be written ({error.strerror}); name a file in a folder that is there and yours to write"
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        # mkstemp makes it the owner's alone; who reads it afterwards is for the folder to say.
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except OSError as error:
        raise SimulationRefused(
            f"{path} cannot be written whole ({error.strerror}); make room on its disk or draw fewer calls with --calls"
        ) from None
    finally:
        Path(beside).unlink(missing_ok=True)
