"""A seed through the real commands, and the same without them."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.fairness.generators import generator_named
from benchmarks.fairness.in_process import run_in_process
from benchmarks.fairness.oracle import Oracles
from benchmarks.fairness.scored_agents import scored_agents
from benchmarks.fairness.scores import scores_of
from benchmarks.fairness.seed_run import CommandFailed, run_seed
from benchmarks.fairness.shipped_instruments import shipped_instruments
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import GroupCell, PeriodCell
from ivr.domain.kpi.wilson import proportion
from ivr.simulation.calls import simulate

ROOT = Path(__file__).resolve().parents[2]


def pressed_shares(
    cells: Sequence[PeriodCell], groups: Sequence[GroupCell], known: Instruments, options: FitOptions
) -> FittedFigures:
    """A fit that corrects nothing."""
    rated, best = Counter(), Counter()
    for cell in cells:
        if cell.result.category is not None:
            rated[cell.agent] += cell.calls
            best[cell.agent] += cell.calls * (cell.result.category == 2)
    assert sum(cell.calls for cell in cells) == sum(cell.calls for cell in groups)
    assert {cell.contact.layout for cell in cells} <= set(known.current)
    figures = {agent: proportion(best[agent], count, of="ratings") for agent, count in rated.items()}
    agents = tuple(FittedAgent(agent, figure, figure) for agent, figure in figures.items())
    return FittedFigures("pressed", options.reference_layout, "as pressed", agents, ())


@pytest.mark.parametrize("name", ["S3", "middle_read_first"])
def test_the_commands_figures_are_those_of_the_calls_that_were_drawn(name: str, tmp_path: Path) -> None:
    generator = generator_named(name)
    generator = replace(generator, scenario=generator.scenario.sized(6, 60.0))
    simulation = simulate(generator.scenario, 11)
    run = run_seed(generator, simulation, tmp_path)
    assert set(run.seconds) <= {"simulate", "import", "kpi"}
    rated, best = Counter(), Counter()
    with (tmp_path / "calls.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            rated[row["agent"]] += row["category"] != ""
            best[row["agent"]] += row["category"] == "2"
    agents = scored_agents(run.kpi, run.truth)
    assert [each.agent for each in agents] == list(simulation.agents.names)
    for each in agents:
        assert each.rated == rated[each.agent]
        assert each.figures["observed"].estimate == pytest.approx(best[each.agent] / rated[each.agent])
    beside = run_in_process(generator, simulation, pressed_shares)
    assert beside.truth["agents"] == run.truth["agents"]
    in_process = scored_agents(beside.kpi, beside.truth)
    assert [each.figures["observed"] for each in in_process] == [each.figures["observed"] for each in agents]
    scores = scores_of(in_process, Oracles({}))
    assert scores["corrected.ratio"] == pytest.approx(1.0)
    assert scores["corrected.coverage"] == scores["observed.coverage"]


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    generator = generator_named("S1")
    simulation = simulate(generator.scenario.sized(2, 15.0), 1)
    (tmp_path / "calls.csv").mkdir()
    with pytest.raises(CommandFailed, match=r"ivr simulate ended with 1: .*calls\.csv"):
        run_seed(generator, simulation, tmp_path)


def test_the_shipped_layouts_are_known_as_the_commands_know_them() -> None:
    known = shipped_instruments().current
    for instrument in generator_named("S1").scenario.instruments:
        shipped = known[instrument.layout]
        assert {shipped.keys[key]: key for key in instrument.keys} == dict(enumerate(instrument.keys))


def test_the_command_line_names_what_there_is_and_refuses_the_rest(tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        score_file = ("--score-file", str(tmp_path / "scores.jsonl"))
        return subprocess.run(
            [sys.executable, "-m", "benchmarks.fairness", *arguments, *score_file],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    refused = command("--scenarios", "S9")
    assert refused.returncode == 2
    assert "S9" in refused.stderr
    assert "no_overlap" in refused.stderr
    small = ("--agents", "6", "--calls", "40", "--json", str(tmp_path / "means.json"))
    seeds = ("--seeds", "1", "--first-seed", "5", "--keep", str(tmp_path / "kept"))
    ran = command("--scenarios", "no_selective", *small, *seeds, "--page", str(tmp_path / "table.md"))
    assert "no_selective: S3 with nobody selective" in ran.stdout, ran.stderr
    assert (tmp_path / "kept" / "no_selective-5" / "kpi.json").is_file()
    assert len((tmp_path / "table.md").read_text().splitlines()) == 3
    (means,) = json.loads((tmp_path / "means.json").read_text())
    assert means["means"]["observed.missing"]["value"] == 0.0
    # The second time the scores are taken from the score file.
    again = command("--scenarios", "no_selective", *small, *seeds)
    assert "seed 5" in ran.stderr
    assert "seed 5" not in again.stderr
    assert again.returncode == ran.returncode
