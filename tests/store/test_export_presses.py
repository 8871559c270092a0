"""Every press comes out with its time, of live calls and of imported ones."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

from openpyxl import load_workbook

from ivr.domain.calls import CallId, Press
from ivr.store.database import Database
from ivr.store.export_calls import export_calls
from ivr.store.export_presses import PRESS_FILE_COLUMNS, export_presses
from ivr.store.export_rows import ExportFormat
from ivr.store.import_calls import import_calls
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

from .samples import full_row, plain_row

LIVE = CallId("madrid", "1.1")


def exported(database: Database, form: ExportFormat) -> bytes:
    target = io.BytesIO()
    export_presses(database, target, form)
    return target.getvalue()


async def test_an_empty_ledger_exports_a_header(database: Database) -> None:
    assert exported(database, ExportFormat.CSV).decode() == ",".join(PRESS_FILE_COLUMNS) + "\n"
    assert json.loads(exported(database, ExportFormat.JSON)) == []


async def test_presses_stand_in_their_order_under_the_oldest_call_first(ledger: SqlLedger, database: Database) -> None:
    keys = (Press(LIVE, 1, "9", -350, -20, "primary"), Press(LIVE, 2, "1", 9000, 9000, "nps-11"))
    await ledger.record(Press(LIVE, 10, "0", 9100, 9180, "nps-11"), Press(CallId("default", "open"), 1, "1", 5, 5))
    await ledger.close(replace(plain_row(9), call=LIVE, keys=keys))
    earlier = CallId("default", "call.1")
    await ledger.close(replace(plain_row(1), keys=(Press(earlier, 1, "#", None, None),)))
    assert [tuple(row.values()) for row in json.loads(exported(database, ExportFormat.JSON))] == [
        ("call.1", "default", 1, None, "#", None, None),
        ("1.1", "madrid", 1, "primary", "9", -350, -20),
        ("1.1", "madrid", 2, "nps-11", "1", 9000, 9000),
        ("1.1", "madrid", 10, "nps-11", "0", 9100, 9180),
    ]


async def test_the_presses_of_imported_calls_are_there(
    ledger: SqlLedger, database: Database, writer: Writer, tmp_path: Path
) -> None:
    file = tmp_path / "calls.csv"
    await ledger.close(full_row(CallId("default", "1")))
    with file.open("wb") as target:
        export_calls(database, target, ExportFormat.CSV)
    file.write_text(file.read_text().replace("\n1,", "\nagain,"))
    await import_calls(file, database=database, writer=writer, pseudonym=str, update=False)
    shown = list(csv.DictReader(io.StringIO(exported(database, ExportFormat.CSV).decode())))
    assert [tuple(row.values()) for row in shown if row["call_id"] == "again"] == [
        ("again", "default", "1", "", "9", "-350", "120"),
        ("again", "default", "2", "", "*", "", ""),
        ("again", "default", "3", "", "5", "-20", "-20"),
    ]
    assert len(shown) == 6


async def test_a_spreadsheet_has_a_sheet_of_its_name(ledger: SqlLedger, database: Database) -> None:
    await ledger.close(full_row(CallId("default", "1")))
    sheet = load_workbook(io.BytesIO(exported(database, ExportFormat.XLSX)))["presses"]
    header, *shown = sheet.iter_rows(values_only=True)
    assert header == PRESS_FILE_COLUMNS
    assert shown[0] == ("1", "default", 1, None, "9", -350, 120)
