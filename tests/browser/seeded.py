"""A call centre whose truth is known, served by the real service: simulated, imported, fitted, with people and users.

Scenario S3 with a seed that shows what the pages are for. The lowest share as pressed is that of somebody who cannot
be told from the middle (``LOW_AS_PRESSED``: few ratings, on the layout that is pressed low). Two agents are clearly
below the middle whose pressed shares lie in the midst of the others (``NEEDS_HELP``). Somebody is new, some ratings
are excluded, and one layout becomes another version in the course of the window.
"""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, CommandLine
from tests.cli.running_service import RunningService, serving

SEED, AGENTS, CALLS = 201, 24, 260
PASSWORD = "a lamp behind the bookshelf"
ALDER, BIRCH = "Alder", "Birch"
NAMES = {
    "agent-01": "Ada Novak",
    "agent-02": "Bela Szabo",
    "agent-03": "Chidi Okafor",
    "agent-04": "Dana Petraitis",
    "agent-05": "Emil Brandt",
    "agent-06": "Fatima Zahra",
    "agent-07": "Georg Lindner",
    "agent-08": "Hana Kimura",
    "agent-09": "Ines Duarte",
    "agent-10": "Jonas Vaitkus",
    "agent-11": "Kofi Mensah",
    "agent-12": "Lucia Romano",
    "agent-13": "Mats Eklund",
    "agent-14": "Nora Byrne",
    "agent-15": "Olu Adeyemi",
    "agent-16": "Petra Horvat",
    "agent-17": "Quentin Roy",
    "agent-18": "Rosa Jimenez",
    "agent-19": "Sven Aalto",
    "agent-20": "Tara O’Neill",
    "agent-21": "Umut Yıldız",
    "agent-22": "Vera Kowalska",
    "agent-23": "王芳",
    "agent-24": "Xenia Popescu",
}
LOW_AS_PRESSED = "agent-20"
NEEDS_HELP = ("agent-07", "agent-16")
CLEARLY_ABOVE = ("agent-02", "agent-12")
FLAGGED = ("agent-08", "agent-18")
NEWCOMER = "agent-09"
"""Of whom only the last calls are there: too few ratings to say anything."""
EXCLUDED_OF, EXCLUDED = "agent-10", 5
EXPERIMENT = "simulated"
BREAK_OF, BREAK_ON = "paced-123", "2026-04-01"
FITTED_MONTH = "2026-04"
"""The month that is fitted beside all months; no other is."""
_NEWCOMERS_CALLS = 14
_SERVICE = {
    "PYTHONPATH": str(ROOT),
    "IVR_AGI_BIND": "127.0.0.1:0",
    "IVR_WEB_BIND": "127.0.0.1:0",
    "IVR_TIME_ZONE": "Europe/Vilnius",
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Account:
    """A way in. ``person`` is who an agent is, ``team`` what a supervisor leads."""

    name: str
    password: str
    role: str
    person: str | None = None
    team: str | None = None


@dataclass(frozen=True)
class Seeded:
    """The running service: ``address`` ends without a slash; ``accounts`` by name."""

    address: str
    accounts: dict[str, Account]
    service: RunningService
    ivr: CommandLine


USERS = (
    ("alma", "supervisor", ("--team", ALDER)),
    ("bruno", "supervisor", ("--team", BIRCH)),
    ("vida", "viewer", ()),
    ("otto", "ops", ()),
    ("root", "admin", ()),
    ("petra", "agent", ("--person", "agent-16")),
    ("tara", "agent", ("--person", LOW_AS_PRESSED)),
)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Serve the call centre for the whole test session; read it, and change nothing that another test counts on."""
    ivr = command_line(tmp_path_factory.mktemp("seeded"))
    accounts = fill(ivr)
    with serving(ivr) as service:
        yield Seeded(service.wait_for("serving")["web"].rstrip("/"), accounts, service, ivr)


def command_line(folder: Path) -> CommandLine:
    """Return the command with settings and definitions of its own in ``folder``."""
    for kind in ("layouts", "experiments"):
        shutil.copytree(ROOT / "config" / kind, folder / kind)
    # The experiment that the drawn calls carry: the service starts it, so its terms and its log are there.
    default = (folder / "experiments" / "default.toml").read_text(encoding="utf-8")
    (folder / "experiments" / f"{EXPERIMENT}.toml").write_text(
        default.replace('key = "default"', f'key = "{EXPERIMENT}"').replace('"default-2"', f'"{EXPERIMENT}-1"'),
        encoding="utf-8",
    )
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("IVR_")}
    own = {
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'ivr.db'}",
        "IVR_PEPPER_FILE": str(folder / "pepper"),
        "IVR_LAYOUTS_DIR": str(folder / "layouts"),
        "IVR_EXPERIMENTS_DIR": str(folder / "experiments"),
        "IVR_SOUNDS_DIR": str(folder / "sounds"),
        "IVR_EXPERIMENT": EXPERIMENT,
    }
    return CommandLine(folder, clean | _SERVICE | own)


def fill(ivr: CommandLine) -> dict[str, Account]:
    """Build the prompts, draw the calls, and enter calls, people, users and fits by the commands that a site uses."""
    ivr("prompts", "build").ok()
    drawn, truth = ivr.folder / "drawn.csv", ivr.folder / "truth.json"
    size = ("--agents", str(AGENTS), "--calls", str(CALLS))
    ivr("simulate", "--scenario", "S3", "--seed", str(SEED), *size, "--out", str(drawn), "--truth", str(truth)).ok()
    _write_calls(drawn, ivr.folder / "calls.csv")
    _write_people(ivr.folder / "people.csv")
    ivr("people", "import", "people.csv").ok()
    ivr("import", "calls", "calls.csv").ok()
    ivr("kpi", "fit").ok()
    ivr("kpi", "fit", "--from", FITTED_MONTH, "--to", FITTED_MONTH).ok()
    return {account.name: account for account in (_add_user(ivr, *user) for user in USERS)}


def _add_user(ivr: CommandLine, name: str, role: str, more: tuple[str, ...]) -> Account:
    command = [sys.executable, "-m", "ivr", "user", "add", name, "--role", role, *more, "--password-stdin"]
    subprocess.run(
        command, cwd=ivr.folder, env=ivr.environment, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True
    )
    known = dict(zip(more[::2], more[1::2], strict=True))
    return Account(name, PASSWORD, role, known.get("--person"), known.get("--team"))


def team_of(agent: str) -> str:
    """Return the agent's team; both teams have people at every site."""
    return ALDER if (int(agent.removeprefix("agent-")) - 1) // 3 % 2 == 0 else BIRCH


def _write_calls(drawn: Path, target: Path) -> None:
    with drawn.open(newline="", encoding="utf-8") as lines:
        calls = list(csv.DictReader(lines))
    newcomers = [call["call_id"] for call in calls if call["agent"] == NEWCOMER][-_NEWCOMERS_CALLS:]
    unhappy = [call["call_id"] for call in calls if call["agent"] == EXCLUDED_OF and call["category"] == "0"]
    excluded = frozenset(unhappy[:EXCLUDED])
    with target.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(calls[0]))
        writer.writeheader()
        for call in calls:
            if call["agent"] == NEWCOMER and call["call_id"] not in newcomers:
                continue
            call["team"] = team_of(call["agent"])
            if call["call_id"] in excluded:
                call["excluded"] = "true"
            if call["layout"] == BREAK_OF and call["ended_at"] >= BREAK_ON:
                call["layout_version"] = "5e1f0c9a7b32"
            writer.writerow(call)


def _write_people(target: Path) -> None:
    with target.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(("person", "name", "interface", "team", "from", "to"))
        for number, (person, name) in enumerate(NAMES.items()):
            writer.writerow((person, name, f"PJSIP/{300 + number}", team_of(person), "2026-01-01", ""))
