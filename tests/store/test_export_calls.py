import io
import json
from dataclasses import replace

from openpyxl import load_workbook

from ivr.domain.calls import CallArrived, CallId
from ivr.store.calls_csv import COLUMNS, encode
from ivr.store.database import Database
from ivr.store.export_calls import export_calls
from ivr.store.export_rows import ExportFormat
from ivr.store.ledger import SqlLedger

from .samples import full_row, plain_row

FULL = full_row(CallId("default", "1"))


def exported(database: Database, form: ExportFormat) -> bytes:
    target = io.BytesIO()
    export_calls(database, target, form)
    return target.getvalue()


async def test_an_empty_ledger_exports_a_header(database: Database) -> None:
    assert exported(database, ExportFormat.CSV).decode() == ",".join(COLUMNS) + "\n"
    assert json.loads(exported(database, ExportFormat.JSON)) == []


async def test_only_closed_calls_are_exported_oldest_first(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(plain_row(3))
    await ledger.close(replace(plain_row(1), test=True, excluded=True))
    await ledger.record(CallArrived(CallId("default", "open")))
    await ledger.record(CallArrived(CallId("default", "never")))
    await ledger.discard(CallId("default", "never"))
    target = io.BytesIO()
    assert export_calls(database, target, ExportFormat.CSV) == 2
    assert [line.split(",")[0] for line in target.getvalue().decode().splitlines()[1:]] == ["call.1", "call.3"]


async def test_json_has_the_same_columns_with_typed_values(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(FULL)
    [row] = json.loads(exported(database, ExportFormat.JSON))
    assert tuple(row) == COLUMNS
    assert row["ended_at"] == "2026-03-01T09:00:00.123456+00:00"
    assert row["wait_seconds"] == 0.1 + 0.2
    assert (row["legs"], row["test"], row["keys"]) == (2, False, "9@-350-120 *@ 5@-20")
    await ledger.close(plain_row(2))
    assert json.loads(exported(database, ExportFormat.JSON))[1]["layout"] is None


async def test_a_spreadsheet_has_the_same_cells(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(FULL)
    sheet = load_workbook(io.BytesIO(exported(database, ExportFormat.XLSX)))["calls"]
    header, row = sheet.iter_rows(values_only=True)
    assert header == COLUMNS
    shown = dict(zip(COLUMNS, encode(FULL), strict=True))
    values = dict(zip(header, row, strict=True))
    assert values["agent"] == shown["agent"]
    assert values["talk_seconds"] == FULL.talk_seconds
    assert values["ended_at"] == shown["ended_at"]
    assert values["excluded"] is False


async def test_a_spreadsheet_runs_no_formula_from_a_name(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(replace(plain_row(1), agent='=HYPERLINK("http://example.org")', team="a\x07b"))
    sheet = load_workbook(io.BytesIO(exported(database, ExportFormat.XLSX)))["calls"]
    agent = sheet.cell(2, COLUMNS.index("agent") + 1)
    assert (agent.data_type, agent.value) == ("s", '=HYPERLINK("http://example.org")')
    assert sheet.cell(2, COLUMNS.index("team") + 1).value == "a\ufffdb"
