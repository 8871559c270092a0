"""Answers come out whole: primary, confirmation, further questions, of live and of imported calls."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

from openpyxl import load_workbook
from sqlalchemy import text

from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION, Answer, CallArrived, CallId
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database
from ivr.store.export_answers import ANSWER_FILE_COLUMNS, export_answers
from ivr.store.export_rows import ExportFormat
from ivr.store.ledger import SqlLedger

from .samples import START, facts, full_row, plain_row

LIVE = CallId("madrid", "1.1")


def exported(database: Database, form: ExportFormat) -> bytes:
    target = io.BytesIO()
    export_answers(database, target, form)
    return target.getvalue()


def rows(database: Database) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(database, ExportFormat.CSV).decode())))


async def store_live_call(ledger: SqlLedger) -> None:
    """Store a rated, confirmed call with two further questions, one of them without an answer."""
    await ledger.record(
        *facts(LIVE),
        Answer(LIVE, "solved-12", Outcome.LEFT_IN_MENU, 1, version="s1"),
        Answer(LIVE, CONFIRMATION, Outcome.RATED, 3, "3", 1, 9000),
        Answer(LIVE, "nps-11", Outcome.RATED, 11, "10", 10, 21000, "n1"),
    )
    row = replace(plain_row(5, Outcome.RATED), call=LIVE, layout="sparse-531", layout_version="v1", options_heard=1)
    await ledger.close(replace(row, key="5", category=2, press_ms=4100, confirm_probability=0.05, confirm_key="3"))


async def test_an_empty_ledger_exports_a_header(database: Database) -> None:
    assert exported(database, ExportFormat.CSV).decode() == ",".join(ANSWER_FILE_COLUMNS) + "\n"
    assert json.loads(exported(database, ExportFormat.JSON)) == []


async def test_each_question_of_a_call_has_a_row_with_what_was_played(ledger: SqlLedger, database: Database) -> None:
    await store_live_call(ledger)
    shown = json.loads(exported(database, ExportFormat.JSON))
    assert [tuple(row) for row in shown] == [ANSWER_FILE_COLUMNS] * 4
    assert [
        tuple(
            row[name]
            for name in (
                *("question", "layout", "layout_version", "status", "options_heard"),
                *("key", "category", "press_ms"),
            )
        )
        for row in shown
    ] == [
        (PRIMARY_QUESTION, "sparse-531", "v1", "rated", 1, "5", 2, 4100),
        (CONFIRMATION, "sparse-531", "v1", "rated", 3, "3", 1, 9000),
        ("nps-11", "nps-11", "n1", "rated", 11, "10", 10, 21000),
        ("solved-12", "solved-12", "s1", "left_in_menu", 1, None, None, None),
    ]
    moment = (START + timedelta(seconds=5)).isoformat()
    for row in shown:
        assert (row["call_id"], row["pbx"], row["ended_at"]) == ("1.1", "madrid", moment)
        assert (row["agent"], row["queue"], row["test"], row["excluded"]) == ("ann", "sales", False, False)


async def test_an_imported_call_tells_its_primary_answer_and_its_confirmation(
    ledger: SqlLedger, database: Database
) -> None:
    await ledger.close(full_row(CallId("default", "1")))  # a closed row without a stored answer, as imports have
    primary, confirmation = rows(database)
    assert (primary["question"], primary["status"], primary["key"], primary["category"]) == (
        PRIMARY_QUESTION,
        "rated",
        "5",
        "2",
    )
    assert (confirmation["question"], confirmation["status"], confirmation["key"]) == (CONFIRMATION, "rated", "5")
    assert (confirmation["category"], confirmation["layout"], confirmation["layout_version"]) == (
        "",
        "sparse-531",
        "v1",
    )


async def test_a_corrected_call_shows_its_corrected_primary_answer(ledger: SqlLedger, database: Database) -> None:
    await store_live_call(ledger)
    row = replace(plain_row(5, Outcome.INVALID_KEYS), call=LIVE, layout="sparse-531", layout_version="v1")
    await ledger.close(row)
    primary = rows(database)[0]
    assert (primary["question"], primary["status"], primary["key"]) == (PRIMARY_QUESTION, "invalid_keys", "")


async def test_only_closed_visible_calls_that_were_asked_are_there_oldest_first(
    ledger: SqlLedger, database: Database
) -> None:
    await ledger.close(plain_row(3, Outcome.RATED))
    await ledger.close(replace(plain_row(1), test=True, excluded=True))
    await ledger.close(plain_row(2, Outcome.TOO_SHORT))
    await ledger.close(plain_row(4, Outcome.RATED))
    await ledger.record(CallArrived(CallId("default", "open")))
    await ledger.record(Answer(CallId("default", "open"), PRIMARY_QUESTION, Outcome.RATED, 1, "1", 0, 100))
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO imports (id, started_at) VALUES (7, '2026-03-01 09:00:00')"))
        connection.execute(text("UPDATE calls SET import_id = 7 WHERE uniqueid = 'call.4'"))
    assert [(row["call_id"], row["test"], row["excluded"]) for row in rows(database)] == [
        ("call.1", "true", "true"),
        ("call.3", "false", "false"),
    ]
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE imports SET complete = true"))
    assert [row["call_id"] for row in rows(database)] == ["call.1", "call.3", "call.4"]


async def test_more_calls_than_are_read_at_once_come_out_each_once(ledger: SqlLedger, database: Database) -> None:
    for number in range(1203):
        await ledger.close(plain_row(number, Outcome.NO_KEY if number % 2 else Outcome.RATED))
    target = io.BytesIO()
    assert export_answers(database, target, ExportFormat.CSV) == 1203
    lines = target.getvalue().decode().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [f"call.{number}" for number in range(1203)]


async def test_a_spreadsheet_has_a_sheet_of_its_name(ledger: SqlLedger, database: Database) -> None:
    await store_live_call(ledger)
    sheet = load_workbook(io.BytesIO(exported(database, ExportFormat.XLSX)))["answers"]
    header, *shown = sheet.iter_rows(values_only=True)
    assert header == ANSWER_FILE_COLUMNS
    assert [row[header.index("question")] for row in shown] == ["primary", "confirmation", "nps-11", "solved-12"]
