"""How quickly every page of the real service is there over a large ledger, beside the same asked of the rows.

    .venv/bin/python -m benchmarks.pages                          a million calls of 1,000 agents
    .venv/bin/python -m benchmarks.pages --calls 1e7              ten million: half an hour to build, once
    --agents N; --views N; --live-seconds N (0: none); --no-rows; --only NAME ...; --json FILE

The ledger is built once into build/pages: simulated calls of a year, `ivr import calls`, `ivr kpi fit`. Then
`ivr serve` runs with its pages, and somebody signs in and asks for each page: the first view apart, then many. The
same questions go to the rows of the calls as plain SQL, in the same run. Last, all pages again while another process
closes 20 calls a second. It ends with 1 where the p99 of a page is not under 200 ms, or not 20 times as quick as the
rows.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from socket import SOCK_STREAM

from benchmarks.pages.ledger import BuiltLedger, Size, built_ledger
from benchmarks.pages.paths import PAGES, Page, chosen, window_of
from benchmarks.pages.reader import Reader
from benchmarks.pbx.service_metrics import at_most_seconds, scrape
from benchmarks.pbx.table import table
from ivr.bootstrap.prompts import build_all
from ivr.rig.ports import free_port
from ivr.rig.service import ServiceProcess
from ivr.settings import load_settings

WANTED_MS = 200.0
WANTED_RATIO = 20.0
LIVE_PACE = 20.0
_SETTLED_SECONDS = 900.0
_DELAY = "ivr_event_loop_delay_seconds"


@dataclass(frozen=True, slots=True)
class Views:
    """One page's times in milliseconds.

    ``service_ms`` is what a view takes of the service's own processor, which callers share; ``rows_ms`` is what the
    rows took for the same, None where nothing is compared.
    """

    page: str
    first_ms: float
    p50_ms: float
    p99_ms: float
    most_ms: float
    bytes: int
    service_ms: float
    rows_ms: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as quick as the rows, in the worst of a hundred views."""
        return None if self.rows_ms is None else self.rows_ms / self.p99_ms


def views_of(reader: Reader, page: Page, path: str, views: int, service: int) -> Views:
    """Ask for a page again and again."""
    first, size = reader.view(path, patient=True)
    before = processor_seconds(service)
    took = sorted(1000 * reader.view(path)[0] for _ in range(views))
    service_ms = 1000 * (processor_seconds(service) - before) / views
    return Views(
        page.name,
        1000 * first,
        took[len(took) // 2],
        took[int(0.99 * (len(took) - 1))],
        took[-1],
        size,
        service_ms,
    )


class Rows:
    """The rows of the calls, asked with plain SQL; what several pages ask is asked once."""

    def __init__(self, ledger: BuiltLedger, names: Mapping[str, str]) -> None:
        self._connection = sqlite3.connect(f"file:{ledger.database}?mode=ro", uri=True)
        self._names = names
        self._took: dict[tuple[str, str, str], float] = {}

    def milliseconds(self, page: Page) -> float | None:
        """Return how long the rows take for what ``page`` shows, every answer read; None where nothing is compared."""
        if not page.statements:
            return None
        given = window_of(page, self._names)
        for statement in page.statements:
            key = statement, given["since"], given["until"]
            if key not in self._took:
                begun = time.perf_counter()
                self._connection.execute(statement, given).fetchall()
                self._took[key] = 1000 * (time.perf_counter() - begun)
        return sum(self._took[statement, given["since"], given["until"]] for statement in page.statements)


def resident_mb(process: int) -> float:
    """Return the memory of a process that is its own."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 1024


def processor_seconds(process: int) -> float:
    """Return how much of a processor a process has used, all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


async def run(given: argparse.Namespace, ledger: BuiltLedger) -> dict[str, object]:
    """Serve and ask; return all figures."""
    port = free_port(SOCK_STREAM)
    environment = {
        **ledger.environment,
        "IVR_WEB_BIND": f"127.0.0.1:{port}",
        "IVR_AGI_BIND": f"127.0.0.1:{free_port(SOCK_STREAM)}",
    }
    service = ServiceProcess(environment, ledger.folder, port)
    await service.start()
    try:
        return await asyncio.to_thread(measure, given, ledger, environment, port, service.pid or 0)
    finally:
        await service.stop()


def measure(
    given: argparse.Namespace, ledger: BuiltLedger, environment: Mapping[str, str], port: int, service: int
) -> dict[str, object]:
    """Ask the running service for every page, and the rows for the same."""
    reader = Reader(port)
    reader.sign_in(environment)
    names = chosen(ledger.last_day)
    pages = [(page, page.path.format(**names)) for page in PAGES if is_asked(page, given.only)]
    loading_seconds = until_held(ledger)
    before = asyncio.run(scrape(port))
    quiet = []
    for page, path in pages:
        quiet.append(views_of(reader, page, path, given.views, service))
        say(quiet[-1])
    after = asyncio.run(scrape(port))
    document: dict[str, object] = {
        "calls": given.calls,
        "agents": given.agents,
        "import_seconds": ledger.import_seconds,
        "fit_seconds": ledger.fit_seconds,
        "loading_seconds": loading_seconds,
        "loop_delay_p99_seconds": at_most_seconds(before, after, 0.99).get(_DELAY),
        "service_mb": resident_mb(service),
        "pages_mb": [resident_mb(child) for child in children_of(service)],
    }
    if given.live_seconds:
        before = asyncio.run(scrape(port))
        document["live"] = [asdict(each) for each in live(reader, pages, environment, given.live_seconds)]
        document["live_loop_delay_p99_seconds"] = at_most_seconds(before, asyncio.run(scrape(port)), 0.99).get(_DELAY)
    rows, found = Rows(ledger, names), []
    for (page, _), views in zip(pages, quiet, strict=True):
        taken = None if given.no_rows else rows.milliseconds(page)
        found.append(Views(**{**asdict(views), "rows_ms": taken}))
    document["pages"] = [asdict(each) for each in found]
    show(found, document)
    return document


def is_asked(page: Page, only: Sequence[str] | None) -> bool:
    """Say whether a page is asked for: all are by themselves, but for the heavy ones."""
    return page.name in only if only else not page.is_heavy


def until_held(ledger: BuiltLedger) -> float:
    """Wait until the process of the pages has read all days; return its seconds by its own log."""
    deadline = time.monotonic() + _SETTLED_SECONDS
    while time.monotonic() < deadline:
        for line in (ledger.folder / "service.log").read_text().splitlines():
            if '"cells_read"' in line:
                print("cells:", line)
                return float(json.loads(line)["seconds"])
        time.sleep(0.5)
    raise SystemExit("the pages' process has not read the days in time")


def live(
    reader: Reader, pages: Sequence[tuple[Page, str]], environment: Mapping[str, str], seconds: float
) -> list[Views]:
    """Ask for all pages in turn while calls close."""
    words = ["-m", "benchmarks.pages.closings", environment["IVR_DATABASE_URL"], str(LIVE_PACE)]
    closings = subprocess.Popen([sys.executable, *words], env=environment)
    took: dict[str, list[float]] = {page.name: [] for page, _ in pages}
    sizes: dict[str, int] = {}
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for page, path in pages:
                one, sizes[page.name] = reader.view(path)
                took[page.name].append(1000 * one)
            # A reader looks at what there is.
            time.sleep(0.1)
    finally:
        closings.terminate()
        closings.wait()
    return [
        Views(
            name, some[0], ranked[len(ranked) // 2], ranked[int(0.99 * (len(ranked) - 1))], ranked[-1], sizes[name], 0.0
        )
        for name, some in took.items()
        for ranked in (sorted(some),)
    ]


def say(views: Views) -> None:
    times = f"first {views.first_ms:.0f} ms, p50 {views.p50_ms:.1f}, p99 {views.p99_ms:.1f}"
    print(f"{views.page}: {times}, the service's processor {views.service_ms:.1f}", flush=True)


def show(found: Sequence[Views], document: Mapping[str, object]) -> None:
    """Print everything."""
    heads = ("page", "first ms", "p50", "p99", "most", "KB", "service ms", "rows ms", "times")
    lines = [
        (
            each.page,
            *(
                f"{value:,.1f}"
                for value in (each.first_ms, each.p50_ms, each.p99_ms, each.most_ms, each.bytes / 1024, each.service_ms)
            ),
            "" if each.rows_ms is None else f"{each.rows_ms:,.0f}",
            "" if each.ratio is None else f"{each.ratio:,.0f}",
        )
        for each in found
    ]
    print(table(heads, lines))
    for name, value in document.items():
        if name not in {"pages", "live"}:
            print(f"{name}: {value}")
    beside = document.get("live")
    if isinstance(beside, list):
        print(f"while {LIVE_PACE:g} calls a second are closed:")
        heads = ("page", "p50 ms", "p99", "most")
        print(
            table(
                heads,
                [(each["page"], *(f"{each[key]:,.1f}" for key in ("p50_ms", "p99_ms", "most_ms"))) for each in beside],
            )
        )


def is_met(document: Mapping[str, object]) -> bool:
    """Say whether every page that is held against the bars meets them."""
    pages = document["pages"]
    if not isinstance(pages, list):
        return False
    found = [Views(**each) for each in pages]
    return all(each.p99_ms < WANTED_MS and (each.ratio is None or each.ratio >= WANTED_RATIO) for each in found)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=float, default=1e6)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--views", type=int, default=100)
    parser.add_argument("--live-seconds", type=float, default=60.0)
    parser.add_argument("--no-rows", action="store_true")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    build_all(load_settings(), lambda _line: None)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    ledger = built_ledger(Path("build/pages").absolute(), Size(int(given.calls), given.agents))
    (ledger.folder / "service.log").unlink(missing_ok=True)
    document = asyncio.run(run(given, ledger))
    if given.json is not None:
        given.json.write_text(json.dumps(document, indent=2) + "\n")
    if not is_met(document):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
