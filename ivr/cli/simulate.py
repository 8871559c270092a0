"""``ivr simulate``: a synthetic call centre in the calls file's columns, and its truth in a second file."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.bootstrap.simulation import write_simulation

Scenario = Annotated[str, typer.Option(help="Which: S1 to S4, null, or one of those in docs/simulation.md.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same files.")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="The calls, for `ivr import calls`.")]
Truth = Annotated[Path, typer.Option("--truth", metavar="FILE.json", help="What the figures should find.")]
Agents = Annotated[int | None, typer.Option(min=1, max=10_000, help="How many agents; else the scenario's.")]
MeanCalls = Annotated[
    float | None,
    typer.Option("--calls", min=15, max=100_000, help="Mean number of calls an agent; else the scenario's."),
]


def simulate(
    scenario: Scenario,
    seed: Seed,
    out: Out,
    truth: Truth,
    agents: Agents = None,
    calls: MeanCalls = None,
) -> None:
    """Draw a synthetic call centre with known truth."""
    written = write_simulation(scenario, seed, calls_file=out, truth_file=truth, agents=agents, mean_calls=calls)
    typer.echo(f"{written.calls} calls of {written.agents} agents, {written.rated} rated", err=True)
