"""``ivr demo``: a whole call centre on this machine, and what was pressed beside what was stored."""

import asyncio
import json
import signal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ivr.bootstrap.demo import RunningDemo, running_demo
from ivr.domain.calls import PRIMARY_QUESTION
from ivr.rig.comparison import ComparedCall, Comparison
from ivr.rig.floor import FloorProgress
from ivr.simulation.scenarios import Scenario, scenario_named

_ROUND = 40
_GENTLE_RATE = 0.5
_SHORT_RUN_RATE = 2.0
# A long run calls faster, as far as a dozen agents can answer it.
_LONG_RUN_SECONDS = 120
_FASTEST_RATE = 4.0

Calls = Annotated[int, typer.Option("--calls", min=1, max=5000, help="How many calls.")]
Rate = Annotated[
    float | None,
    typer.Option(
        "--rate",
        min=0.1,
        max=50,
        help="How many begin a second; by default 2, in a long run up to 4.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same callers.")]
Exit = Annotated[bool, typer.Option("--exit", help="Stop after the calls; else stay up and keep calling gently.")]
ScenarioName = Annotated[
    str | None,
    typer.Option("--scenario", metavar="NAME", help="Callers of a simulated population (docs/simulation.md)."),
]
History = Annotated[
    bool, typer.Option("--history", help="Begin with two months of simulated calls, so that the pages have their say.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object alone on stdout.")]


def demo(
    calls: Calls = 60,
    rate: Rate = None,
    seed: Seed = 1,
    leave: Exit = False,  # noqa: FBT002 - typer makes a flag of it
    as_json: AsJson = False,  # noqa: FBT002 - typer makes a flag of it
    scenario: ScenarioName = None,
    history: History = False,  # noqa: FBT002 - typer makes a flag of it
) -> None:
    """Run a private Asterisk, callers and agents over real SIP and RTP, and the real service."""
    progress = Console(stderr=True, markup=False, highlight=False)
    population = None if scenario is None else scenario_named(scenario)
    pace = rate or min(max(_SHORT_RUN_RATE, calls / _LONG_RUN_SECONDS), _FASTEST_RATE)
    if asyncio.run(_demo(progress, calls, pace, seed, population, history=history, leave=leave, as_json=as_json)):
        raise typer.Exit(1)


async def _demo(
    console: Console,
    calls: int,
    rate: float,
    seed: int,
    scenario: Scenario | None,
    *,
    history: bool,
    leave: bool,
    as_json: bool,
) -> bool:
    """Return whether anything was wrong."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    opened = running_demo(console.print, keep=not leave, scenario=scenario, seed=seed, history=history)
    async with opened as running:
        working = asyncio.create_task(_round(console, running, calls, rate, seed, first=1))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return True
        comparison = working.result()
        if as_json:
            typer.echo(json.dumps(comparison_json(comparison, seed), indent=2))
        else:
            _show(comparison)
        if not leave:
            await _stay(console, running, rate_stop=stop, seed=seed, first=calls + 1)
        return bool(comparison.mismatches)


async def _round(
    console: Console, running: RunningDemo, calls: int, rate: float, seed: int, *, first: int
) -> Comparison:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=False) as bar:
        task = bar.add_task("calls ended", total=calls)

        def show(state: FloorProgress) -> None:
            bar.update(
                task,
                completed=state.ended,
                description=f"calls ended ({state.connected} answered, {state.rating} being asked)",
            )

        return await running.demo.run(running.demo.plan(calls, seed, first=first), rate, show)


async def _stay(console: Console, running: RunningDemo, *, rate_stop: asyncio.Event, seed: int, first: int) -> None:
    """Keep calling at a gentle rate until told to stop."""
    console.print(f"\nThe dashboard is at {running.dashboard}  (Ctrl-C ends the demonstration)")
    for sign_in in running.sign_ins:
        console.print(f"  {sign_in.role.value:<11} name {sign_in.name:<11} password {sign_in.password}")
    console.print(f"Its folder, with the ledger and the logs: {running.folder}\n")
    while not rate_stop.is_set():
        seed += 1
        plans = running.demo.plan(_ROUND, seed, first=first)
        first += _ROUND
        calling = asyncio.create_task(running.demo.run(plans, _GENTLE_RATE))
        stopping = asyncio.create_task(rate_stop.wait())
        await asyncio.wait({calling, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not calling.done():
            calling.cancel()
        for result in await asyncio.gather(calling, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


def comparison_json(comparison: Comparison, seed: int) -> dict[str, Any]:
    """Return the demonstration's result; ``pressed`` and ``stored`` hold each call's keys in order."""
    outcomes = comparison.outcomes()
    return {
        "seed": seed,
        "calls": comparison.attempted,
        "handled": len(comparison.rows),
        "offered": comparison.offered(),
        "rated": comparison.rated(),
        "mismatches": comparison.mismatches,
        "differences": {call.uniqueid: call.difference for call in comparison.calls if call.difference is not None},
        "outcomes": outcomes,
        "outcomes_sum": sum(outcomes.values()),
        "pressed": {call.uniqueid: call.pressed for call in comparison.calls},
        "stored": {call.uniqueid: call.stored for call in comparison.calls},
        "outcomes_checked": comparison.checked(),
        "further_answers": {
            call.uniqueid: further
            for call in comparison.calls
            if (further := {name: key for name, key in call.answers.items() if name != PRIMARY_QUESTION})
        },
        "answers": {call.uniqueid: call.row.key for call in comparison.calls if call.row is not None and call.row.key},
        "layouts": {call.uniqueid: call.row.layout for call in comparison.calls if call.row is not None},
    }


def _show(comparison: Comparison) -> None:
    table = Table(title="Pressed beside stored", title_justify="left")
    for header in ("call", "caller does", "agent", "layout", "pressed", "stored", "outcome", "options", "ms", ""):
        table.add_column(header)
    for call in comparison.calls:
        table.add_row(*_cells(call))
    console = Console(highlight=False)
    console.print(table)
    outcomes = ", ".join(f"{name} {count}" for name, count in comparison.outcomes().items())
    console.print(f"{comparison.attempted} calls, {len(comparison.rows)} handled: {outcomes}")
    console.print(f"{comparison.mismatches} mismatches")


def _cells(call: ComparedCall) -> tuple[str, ...]:
    row, record = call.row, call.record
    return (
        call.uniqueid,
        "" if record is None else record.plan.behaviour.value.replace("_", " "),
        "" if row is None else row.agent or "",
        "" if row is None else row.layout or "",
        call.pressed,
        call.stored,
        "" if row is None else row.outcome.value,
        "" if row is None or row.options_heard is None else str(row.options_heard),
        "" if row is None or row.press_ms is None else str(row.press_ms),
        call.difference or "",
    )
