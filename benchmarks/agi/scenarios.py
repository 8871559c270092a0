"""The scenarios: which servers take turns under which load, for how many rounds.

A round runs every server of a scenario once, in a fresh process each, so that what disturbs the machine disturbs all
of them. Ratios are taken within a round; what is told is the median of the rounds.
"""

import importlib.util
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.agi.load import Idle, Load, Measured, Session, idle, run
from benchmarks.agi.machine import Cores, Programs, Served, served

LIMIT = "C limit"
PLAIN = ("ours-uvloop", "ours-standard", "panoramisk-standard", "panoramisk-uvloop", "pystrix")
RATING = Session(commands=None, conclusion="SET VARIABLE IVR_RESULT done", key_prompt=3)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One table: its name, what it shows, who takes part and the load; no ``load`` asks for memory when idle."""

    name: str
    title: str
    servers: tuple[str, ...]
    sessions: int
    load: Load | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """How long it all takes."""

    rounds: int
    seconds: float
    warm_seconds: float
    paced_seconds: float
    rate: float


def scenarios(effort: Effort) -> tuple[Scenario, ...]:
    """Return all of them, in the order in which they run."""

    def closed(sessions: int, session: Session = Session()) -> Load:  # noqa: B008 - frozen
        return Load(sessions, effort.seconds, effort.warm_seconds, session=session)

    peers = (LIMIT, *PLAIN)
    paced = Load(2000, effort.paced_seconds, max(2.0, effort.warm_seconds), rate=effort.rate)
    return (
        Scenario("closed-100", "100 sessions, answered at once", peers, 100, closed(100)),
        Scenario("closed-1000", "1,000 sessions, answered at once", peers, 1000, closed(1000)),
        Scenario("paced", f"2,000 sessions, {effort.rate:,.0f} commands a second in all", peers, 2000, paced),
        Scenario("idle", "2,000 sessions, beside 1,000 others, that wait for a reply", peers, 2000),
        Scenario("full", "100 sessions with a ledger and a log", ("ours-full", "panoramisk-orm"), 100, closed(100)),
        Scenario("rating", "100 callers of the whole rating script", ("rating",), 100, closed(100, RATING)),
    )


Figures = dict[str, dict[str, list[Measured]]]
Memory = dict[str, list[Idle]]


class Bench:
    """Runs scenarios; holds what it measured by scenario and server, a figure for each round."""

    def __init__(self, programs: Programs, cores: Cores, report: Callable[[str], None]) -> None:
        self._programs = programs
        self._cores = cores
        self._report = report
        self.figures: Figures = defaultdict(lambda: defaultdict(list))
        self.idle: Memory = defaultdict(list)

    def run(self, scenario: Scenario, rounds: int) -> None:
        """Run ``scenario``, the servers in turns."""
        for number in range(rounds):
            for name in present(scenario.servers):
                self._report(f"{scenario.name}: round {number + 1} of {rounds}, {name}")
                with self._server(name) as server:
                    self._measure(scenario, server)

    def _measure(self, scenario: Scenario, server: Served) -> None:
        generator = self._programs.fake_asterisk
        if scenario.load is None:
            self.idle[server.name].append(idle(generator, server, scenario.sessions, self._cores.load))
        else:
            self.figures[scenario.name][server.name].append(run(generator, server, scenario.load, self._cores.load))

    @contextmanager
    def _server(self, name: str) -> Iterator[Served]:
        with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
            command: list[str | Path] = [sys.executable, "-m", "benchmarks.agi.serve", name, folder]
            if name == LIMIT:
                command = [self._programs.limit]
            with served(name, command, self._cores.server, Path(folder) / "stderr.txt") as server:
                yield server


def present(servers: Sequence[str]) -> list[str]:
    """Return those whose library is installed."""
    has_pystrix = importlib.util.find_spec("pystrix") is not None
    return [name for name in servers if name != "pystrix" or has_pystrix]
