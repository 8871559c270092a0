"""The ledger of the benchmark: a year of a simulated call centre, taken in by the real import, and a fit of it.

A simulation of eight weeks is drawn once; the year is made of twelve copies of it, four weeks apart, each under the
name of an Asterisk of its own. So every agent, layout, queue and site has calls on every day.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

COPIES = 12
COPY_DAYS = 28
SIMULATED_DAYS = 56
_FIRST_SIMULATED = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Size:
    """So many calls, about, of so many agents."""

    calls: int
    agents: int

    @property
    def name(self) -> str:
        """The folder that the ledger of this size lies in."""
        return f"{self.calls}-calls-{self.agents}-agents"


@dataclass(frozen=True, slots=True)
class BuiltLedger:
    """A ledger in a folder; ``last_day`` is the last one with calls. Seconds are None where it was there already."""

    folder: Path
    last_day: date
    import_seconds: float | None = None
    fit_seconds: float | None = None

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "ivr.db"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings that it is used with."""
        return {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "IVR_DATABASE_URL": f"sqlite:///{self.database}",
            "IVR_PEPPER_FILE": str(self.folder / "pepper"),
            "IVR_FIT_MINUTES": "0",
        }


def built_ledger(root: Path, size: Size) -> BuiltLedger:
    """Return the ledger of this size, made where it is not there yet."""
    folder = root / size.name
    mark = folder / "last_day"
    if mark.exists():
        return BuiltLedger(folder, date.fromisoformat(mark.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    last_day = date.today() - timedelta(days=1)  # noqa: DTZ011 - any day will do
    ledger = BuiltLedger(folder, last_day)
    for old in folder.glob("ivr.db*"):
        old.unlink()
    calls = folder / "calls.csv"
    write_year(calls, size, last_day)
    import_seconds = _run(["import", "calls", str(calls)], ledger)
    calls.unlink()
    fit_seconds = _run(["kpi", "fit"], ledger)
    mark.write_text(last_day.isoformat())
    return BuiltLedger(folder, last_day, import_seconds, fit_seconds)


def write_year(target: Path, size: Size, last_day: date) -> None:
    """Write the calls file of a year that ends with ``last_day``, a line at a time."""
    base = target.with_name("base.csv")
    if not base.exists():
        mean = max(15.0, size.calls / size.agents / COPIES)
        words = ["simulate", "--scenario", "S4", "--seed", "1", "--agents", str(size.agents), "--calls", f"{mean:.1f}"]
        truth = base.with_name("truth.json")
        _python([*words, "--out", str(base), "--truth", str(truth)], os.environ)
    first = last_day - timedelta(days=SIMULATED_DAYS + (COPIES - 1) * COPY_DAYS - 1)
    with target.open("w", encoding="utf-8") as year, base.open(encoding="utf-8") as lines:
        year.write(next(lines))
        for copy in range(COPIES):
            shift = first + timedelta(days=copy * COPY_DAYS) - _FIRST_SIMULATED
            lines.seek(0)
            year.writelines(_shifted(islice(lines, 1, None), copy, shift))


def _shifted(lines: Iterator[str], copy: int, shift: timedelta) -> Iterator[str]:
    days: dict[str, str] = {}
    for line in lines:
        call, pbx, team, site, segment, language, ended_at, rest = line.split(",", 7)
        day = ended_at[:10]
        if day not in days:
            days[day] = (date.fromisoformat(day) + shift).isoformat()
        moment = days[day] + ended_at[10:]
        yield f"{call},{pbx}-{copy},{team},{site},{segment},{language},{moment},{rest}"


def _run(words: list[str], ledger: BuiltLedger) -> float:
    begun = time.perf_counter()
    _python(words, ledger.environment)
    return time.perf_counter() - begun


def _python(words: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "ivr", *words], env=environment, check=True, stdout=subprocess.DEVNULL)
