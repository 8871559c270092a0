import asyncio
import csv
import gc
import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select, text

from ivr.domain.calls import CallArrived, CallId
from ivr.domain.outcomes import Outcome
from ivr.errors import DatabaseRefused, ImportBroken, ImportRefused
from ivr.store.calls_csv import COLUMNS, encode
from ivr.store.cell_writes import CELL_TABLES
from ivr.store.database import Database, open_database
from ivr.store.export_calls import export_calls
from ivr.store.export_rows import ExportFormat
from ivr.store.import_calls import ImportReport, import_calls
from ivr.store.import_lock import sole_import
from ivr.store.ledger import SqlLedger
from ivr.store.period_reads import SqlPeriodTallies
from ivr.store.tables import calls, imports, legs, presses
from ivr.store.tallies import SqlTallies
from ivr.store.writer import Writer
from ivr.usecases.fits import ALL_MONTHS

from .samples import all_counts, all_handled, facts, full_row, plain_row

HEADER = "call_id,ended_at,agent,queue,outcome"
LINE = "1,2026-03-01T10:00:00+01:00,ann,sales,no_key"


class Importing:
    def __init__(self, database: Database, writer: Writer, folder: Path) -> None:
        self._database = database
        self._writer = writer
        self._path = folder / "calls.csv"

    async def of(self, content: bytes | str, **options: object) -> ImportReport:
        self._path.write_bytes(content.encode() if isinstance(content, str) else content)
        return await self.again(**options)

    async def again(self, **options: object) -> ImportReport:
        return await import_calls(self._path, database=self._database, writer=self._writer, pseudonym=str, **options)


@pytest.fixture
def importing(database: Database, writer: Writer, tmp_path: Path) -> Importing:
    return Importing(database, writer, tmp_path)


def csv_of(rows: list) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    lines.writerows(encode(row) for row in rows)
    return out.getvalue()


def exported(database: Database) -> bytes:
    target = io.BytesIO()
    export_calls(database, target, ExportFormat.CSV)
    return target.getvalue()


def counted(database: Database, table: Table) -> int:
    return database.read_now(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar())


def left(database: Database) -> set[str]:
    """The tables that hold anything of calls."""
    tables = (calls, legs, presses, imports, *CELL_TABLES)
    return {table.name for table in tables if counted(database, table)}


async def counts_of(database: Database) -> list:
    """What is counted; a day's first and last call stay as they were when one of them is corrected away."""
    counts = await all_counts(SqlTallies(database))
    return [replace(count, first_ended_at=None, last_ended_at=None) for count in counts]


async def period_counts(database: Database) -> tuple[set, set]:
    counts = await SqlPeriodTallies(database).read(ALL_MONTHS)
    return set(counts.cells), set(counts.groups)


def many_rows(number: int) -> list:
    rated = Outcome.RATED, Outcome.NO_KEY
    return [
        replace(full_row(CallId("default", str(n))), keys=()) if n % 5 == 0 else plain_row(n, rated[n % 2])
        for n in range(number)
    ]


async def test_a_minimal_file_is_stored(importing: Importing, tallies: SqlTallies, database: Database) -> None:
    assert await importing.of(f"{HEADER}\n{LINE}\n") == ImportReport(added=1, changed=0, unchanged=0)
    [count] = await all_counts(tallies)
    assert (count.agent, count.outcome, count.calls) == ("ann", Outcome.NO_KEY, 1)
    assert counted(database, legs) == 0


async def test_byte_order_mark_windows_lines_and_empty_lines_are_fine(importing: Importing) -> None:
    content = b"\xef\xbb\xbf" + f"{HEADER}\r\n\r\n{LINE}\r\n".encode()
    assert (await importing.of(content)).added == 1


async def test_export_then_import_is_the_same_to_the_last_digit(
    database: Database, writer: Writer, second_url: str, tmp_path: Path
) -> None:
    call = CallId("default", "live")
    ledger = SqlLedger(database, writer)
    await ledger.record(*facts(call))
    await ledger.close(replace(full_row(call), keys=()))
    for row in many_rows(1200):
        await ledger.close(row)
    first = exported(database)
    second = open_database(second_url)
    async with Writer(second) as second_writer:
        report = await Importing(second, second_writer, tmp_path).of(first)
    assert report == ImportReport(added=1201, changed=0, unchanged=0)
    assert exported(second) == first
    assert await all_counts(SqlTallies(second)) == await all_counts(SqlTallies(database))
    second.close()


async def test_importing_twice_changes_nothing(importing: Importing, database: Database) -> None:
    await importing.of(csv_of(many_rows(700)))
    before = exported(database)
    assert await importing.again() == ImportReport(added=0, changed=0, unchanged=700)
    assert await importing.again(update=True) == ImportReport(added=0, changed=0, unchanged=700)
    assert exported(database) == before
    assert database.read_now(lambda connection: connection.execute(select(func.count(imports.c.id))).scalar()) == 1


async def test_an_export_of_the_ledger_imports_into_itself(
    importing: Importing, ledger: SqlLedger, database: Database
) -> None:
    await ledger.record(*facts(CallId("default", "live")))
    await ledger.close(replace(full_row(CallId("default", "live")), keys=()))
    assert await importing.of(exported(database)) == ImportReport(added=0, changed=0, unchanged=1)


async def test_new_lines_are_added_beside_old_ones(importing: Importing, tallies: SqlTallies) -> None:
    await importing.of(csv_of(many_rows(300)))
    assert await importing.of(csv_of(many_rows(600))) == ImportReport(added=300, changed=0, unchanged=300)
    assert await all_handled(tallies) == 600


async def test_a_row_that_differs_is_refused_unless_update(
    importing: Importing, database: Database, tallies: SqlTallies
) -> None:
    rows = many_rows(300)
    await importing.of(csv_of(rows))
    before = exported(database)
    changed = csv_of([*rows[:299], replace(rows[299], agent="eve", talk_seconds=1.5), plain_row(1000)])
    with pytest.raises(ImportRefused, match=r"line 301: call call\.299 is in the ledger and differs in agent, talk"):
        await importing.of(changed)
    assert exported(database) == before
    assert await importing.again(update=True) == ImportReport(added=1, changed=1, unchanged=299)
    assert sorted(exported(database).decode().splitlines()) == sorted(changed.splitlines())
    assert {count.agent for count in await all_counts(tallies)} >= {"ann", "eve"}


async def test_an_update_counts_as_if_it_had_been_so_from_the_start(
    importing: Importing, database: Database, second_url: str, tmp_path: Path
) -> None:
    rows = many_rows(400)
    await importing.of(csv_of(rows))
    corrected = [replace(row, agent="eve", excluded=n % 3 == 0) if n % 7 == 0 else row for n, row in enumerate(rows)]
    assert (await importing.of(csv_of(corrected), update=True)).changed == 58
    second = open_database(second_url)
    async with Writer(second) as second_writer:
        await Importing(second, second_writer, tmp_path).of(csv_of(corrected))
    assert await counts_of(database) == await counts_of(second)
    assert await period_counts(database) == await period_counts(second)
    second.close()


async def test_an_update_replaces_presses_and_the_leg_that_imports_of_before_wrote(
    importing: Importing, database: Database, writer: Writer
) -> None:
    row = full_row(CallId("default", "1"))
    await importing.of(csv_of([row]))
    leg = {"pbx": "default", "uniqueid": "1", "leg": "imported", "agent": row.agent, "connected_at": row.ended_at}
    await writer.write(lambda connection: connection.execute(insert(legs), leg))
    newer = replace(row, keys=row.keys[:1], agent="eve")
    await importing.of(csv_of([newer]), update=True)
    assert exported(database).decode() == csv_of([newer]).replace("\r\n", "\n")
    assert counted(database, legs) == 0


async def test_a_call_that_is_still_open_is_refused(importing: Importing, ledger: SqlLedger) -> None:
    await ledger.record(CallArrived(plain_row(1).call))
    with pytest.raises(ImportRefused, match=r"line 2: call call\.1 is in the ledger and is still open"):
        await importing.of(csv_of([plain_row(1)]))
    assert await importing.again(update=True) == ImportReport(added=0, changed=1, unchanged=0)
    assert await ledger.open_calls() == []


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        ("", 1, "the file is empty; begin the file with a line of column names"),
        (f"{LINE}\n", 1, "there is no header"),
        (f"{HEADER.replace(',', ';')}\n{LINE}", 1, "not separated by commas"),
        (f"{HEADER},colour\n{LINE},red\n", 1, 'the column "colour" is not known'),
        (f"{HEADER},layouts\n{LINE},x\n", 1, 'the column "layouts" is not known; write layout'),
        (f"{HEADER},agent\n{LINE},x\n", 1, "the column agent stands twice"),
        ("call_id,agent,queue,outcome\n", 1, "the column ended_at is missing; add it"),
        (f"{HEADER}\n{LINE}\n2,2026-03-01T10:00:00+01:00,ann\n", 3, "3 cells stand under 5 columns"),
        (f"{HEADER}\n{LINE},\n", 2, "6 cells stand under 5 columns"),
        (f"{HEADER}\n{LINE}\n{LINE}\n", 3, "call_id 1 stands in line 2 already"),
        (f'{HEADER}\n{LINE}\n2,"x"y,a,b,c\n', 3, "the quoting or the line's end is broken"),
        (f'{HEADER}\n{LINE}\n2,"never closed\n\n', 3, "the quoting or the line's end is broken"),
        (f"{HEADER}\n{LINE}\n".encode() + b"2,\xe4\xf6,a,b,c\n", 3, "the text is not UTF-8; save the file as UTF-8"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16"), 1, "the text is not UTF-8"),
        (f'{HEADER}\n{LINE}\n2,2026-03-01T10:00:00Z,"a\nb\nc",sales,no_key\n3,x,a,b,c\n', 6, "ended_at"),
        (b"PK\x03\x04" + b"\x00\xff" * 100, 1, "the text is not UTF-8"),
    ],
)
async def test_a_bad_file_is_refused_whole_with_its_line(
    content: str | bytes, line: int, sentence: str, importing: Importing, tallies: SqlTallies
) -> None:
    with pytest.raises(ImportRefused) as refused:
        await importing.of(content)
    assert str(refused.value).startswith(f"line {line}: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert await all_handled(tallies) == 0


async def test_the_lock_is_free_as_soon_as_it_is_given_back(database: Database) -> None:
    for _ in range(50):
        with sole_import(database):
            pass


async def test_a_pipe_is_refused_as_it_cannot_be_read_twice(importing: Importing, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "calls.csv")
    with pytest.raises(ImportRefused, match="is no file and would be empty at the second reading; save it as a file"):
        await importing.again()


async def test_a_missing_file_is_refused(importing: Importing, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read"):
        await importing.again()
    (tmp_path / "calls.csv").mkdir()
    with pytest.raises(ImportRefused, match="cannot be read"):
        await importing.again()


async def test_a_fault_in_the_last_of_many_lines_keeps_nothing(importing: Importing, database: Database) -> None:
    lines = csv_of(many_rows(50_000)).rstrip("\r\n")
    with pytest.raises(ImportRefused, match="line 50002: "):
        await importing.of(lines + "\n" + "," * (len(COLUMNS) - 1) + "\n")
    assert left(database) == set()


async def test_twenty_thousand_rows_appear_at_once_while_live_calls_are_stored(
    importing: Importing, ledger: SqlLedger, tallies: SqlTallies
) -> None:
    running = asyncio.create_task(importing.of(csv_of(many_rows(20_000))))
    live = 0
    while not running.done():
        await ledger.close(replace(plain_row(0), call=CallId("live", str(live))))
        live += 1
        handled = await all_handled(tallies)
        assert handled in {live, 20_000 + live}
    assert (await running).added == 20_000
    assert await all_handled(tallies) == 20_000 + live
    # Were the import one transaction, the second call would wait for its end.
    assert live > 3


async def test_a_call_that_comes_in_while_the_file_is_read_is_compared_as_any_other(
    importing: Importing, ledger: SqlLedger, database: Database
) -> None:
    rows = many_rows(6000)
    closings: list[asyncio.Task] = []

    def close_last(row) -> Callable[[int], None]:
        def at_first(_: int) -> None:
            if not closings:
                closings.append(asyncio.create_task(ledger.close(row)))

        return at_first

    other = close_last(replace(rows[-1], agent="eve"))
    with pytest.raises(ImportRefused, match=r"line 6001: call call\.5999 is in the ledger and differs in agent"):
        await importing.of(csv_of(rows), progress=other)
    assert counted(database, calls) == 1
    await ledger.close(rows[-1])
    closings.clear()
    assert await importing.again(progress=close_last(rows[-2])) == ImportReport(added=5998, changed=0, unchanged=2)
    assert counted(database, calls) == 6000


@pytest.mark.parametrize("apart", [1, 5000])
async def test_a_call_that_stands_twice_is_refused_with_both_lines(
    importing: Importing, database: Database, apart: int
) -> None:
    rows = many_rows(6000)
    with pytest.raises(ImportRefused, match=rf"line {apart + 3}: call_id call\.1 stands in line 3 already; keep one"):
        await importing.of(csv_of([*rows[: apart + 1], rows[1], *rows[apart + 1 :]]))
    assert left(database) == set()


async def test_whatever_fails_at_the_last_step_leaves_nothing(
    importing: Importing, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: object, number: int) -> None:
        raise RuntimeError("the last step")

    with monkeypatch.context() as patched:
        patched.setattr("ivr.store.import_calls.complete_import", fail)
        with pytest.raises(RuntimeError, match="the last step"):
            await importing.of(csv_of(many_rows(3000)))
    assert left(database) == set()
    assert (await importing.again()).added == 3000
    assert left(database) > {"calls", "imports", "daily_tallies", "period_tallies", "group_tallies"}


async def test_one_import_at_a_time(importing: Importing, database: Database) -> None:
    with sole_import(database), pytest.raises(DatabaseRefused, match=r"an import into .* is under way; wait"):
        await importing.of(f"{HEADER}\n{LINE}\n")
    assert (await importing.again()).added == 1


_IMPORTING_PROGRAM = """
import asyncio, signal, sys
from pathlib import Path
from ivr.store.database import open_database
from ivr.store.import_calls import import_calls
from ivr.store.writer import Writer

async def main():
    database = open_database(sys.argv[1])
    await import_calls(Path(sys.argv[2]), database=database, writer=Writer(database), pseudonym=str)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it runs in the background ignore it
asyncio.run(main())
"""


async def test_an_import_that_is_killed_leaves_nothing_and_can_be_repeated(
    url: str, database: Database, importing: Importing, tallies: SqlTallies, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(csv_of(many_rows(30_000)))

    def stored() -> int:
        with database.engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM calls")).scalar_one()

    program = await asyncio.create_subprocess_exec(sys.executable, "-c", _IMPORTING_PROGRAM, url, path)
    while stored() < 500 and program.returncode is None:
        await asyncio.sleep(0.005)
    program.kill()
    await program.wait()
    assert 500 <= stored() < 30_000
    assert await all_handled(tallies) == 0
    assert await importing.again() == ImportReport(added=30_000, changed=0, unchanged=0)
    assert await all_handled(tallies) == 30_000


async def test_live_calls_are_stored_beside_the_import_of_another_program(
    url: str, ledger: SqlLedger, tallies: SqlTallies, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(csv_of(many_rows(20_000)))
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", _IMPORTING_PROGRAM, url, path)
    ended = asyncio.create_task(program.wait())
    live = 0
    while not ended.done():
        await ledger.close(replace(plain_row(0), call=CallId("live", str(live))))
        live += 1
        assert await all_handled(tallies) in {live, 20_000 + live}
    assert await ended == 0
    assert await all_handled(tallies) == 20_000 + live
    # Were the import one transaction, the second call would wait for its end.
    assert live > 3


def children_of(process: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_where_the_process_that_reads_dies_nothing_is_kept(importing: Importing, database: Database) -> None:
    before = set(children_of(os.getpid()))
    beside: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: beside.append(told["message"]))

    def kill() -> None:
        for child in set(children_of(os.getpid())) - before:
            os.kill(child, signal.SIGKILL)

    def kill_soon(read: int) -> None:
        if read > 5000:
            loop.call_later(0.02, kill)  # while it counts some calls and is asked for others

    with pytest.raises(ImportBroken, match=r"has ended by itself \(-9\); look whether memory ran out, and import"):
        await importing.of(csv_of(many_rows(30_000)), progress=kill_soon)
    gc.collect()
    assert beside == [], "one sentence is told, and nothing beside it"
    assert left(database) == set()
    assert (await importing.again()).added == 30_000
    assert set(children_of(os.getpid())) == before


async def test_no_process_is_left_behind_where_the_import_is_killed(
    url: str, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(csv_of(many_rows(30_000)))
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", _IMPORTING_PROGRAM, url, path)
    while not (reading := children_of(program.pid)) and program.returncode is None:
        await asyncio.sleep(0.005)
    assert len(reading) == 1
    program.kill()
    await program.wait()
    async with asyncio.timeout(60):
        while is_running(reading[0]):
            await asyncio.sleep(0.01)


async def test_an_import_that_is_interrupted_ends_by_itself_and_leaves_nothing(
    url: str, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(csv_of(many_rows(30_000)))
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _IMPORTING_PROGRAM, url, path, stderr=asyncio.subprocess.PIPE
    )
    while counted(database, calls) < 500 and program.returncode is None:
        await asyncio.sleep(0.005)
    reading = children_of(program.pid)
    program.send_signal(signal.SIGINT)
    _, told = await program.communicate()
    assert told.decode().rstrip().endswith("KeyboardInterrupt")
    assert left(database) == set()
    assert [child for child in reading if is_running(child)] == []
