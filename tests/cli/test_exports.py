"""Answers, presses and comments out of the ledger, by the command itself."""

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ivr.domain.calls import CallId, Comment
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer
from tests.memory_ports import NOON

from .conftest import CommandLine

CALLS = """call_id,ended_at,agent,queue,outcome,layout,layout_version,key,category,keys,confirm_key
1,2026-03-28T10:00:00+00:00,anna,support,rated,sequential-123,v1,3,2,9@-350--20 3@4100-4250,1
2,2026-03-28T09:00:00+00:00,anna,support,no_key,sequential-123,v1,,,,
3,2026-03-28T11:00:00+00:00,anna,support,too_short,,,,,,
"""


@pytest.fixture
def filled(ivr: CommandLine) -> CommandLine:
    ivr("import", "calls", ivr.file("calls.csv", CALLS)).ok()
    return ivr


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_answers_and_presses_of_imported_calls_come_out(filled: CommandLine) -> None:
    answers = filled("export", "answers")
    assert answers.err == "3 answers exported\n"
    assert [(row["call_id"], row["question"], row["status"], row["key"]) for row in table(answers.ok())] == [
        ("2", "primary", "no_key", ""),
        ("1", "primary", "rated", "3"),
        ("1", "confirmation", "rated", "1"),
    ]
    presses = filled("export", "presses")
    assert presses.err == "2 presses exported\n"
    assert presses.ok() == (
        "call_id,pbx,number,question,key,lo_ms,hi_ms\n1,default,1,,9,-350,-20\n1,default,2,,3,4100,4250\n"
    )
    noted = json.loads(filled("audit", "show", "--format", "json").ok())
    assert [(each["event"], each["subject"]) for each in noted] == [("exported", "presses"), ("exported", "answers")]


async def test_comments_come_out_in_a_file(filled: CommandLine) -> None:
    database = open_database(filled.environment["IVR_DATABASE_URL"])
    async with Writer(database) as writer:
        comment = Comment(CallId("default", "1"), "primary", "1+primary", "wav", 2.5, NOON, NOON)
        await SqlLedger(database, writer).record(comment)
    database.close()
    file = filled.folder / "comments.json"
    assert filled("export", "comments", "--format", "json", "-o", str(file)).err == "1 comments exported\n"
    [row] = json.loads(file.read_text())
    assert (row["call_id"], row["file"], row["seconds"], row["deleted_at"]) == ("1", "1+primary", 2.5, None)
    assert row["keep_until"] == NOON.isoformat()


@pytest.mark.parametrize("what", ["answers", "presses", "comments"])
def test_each_has_the_options_that_calls_have(filled: CommandLine, what: str) -> None:
    file = filled.folder / "out.xlsx"
    assert filled("export", what, "--format", "xlsx", "--output", str(file)).ok() == ""
    header = next(load_workbook(file)[what].iter_rows(values_only=True))
    assert list(header) == next(csv.reader(io.StringIO(filled("export", what).ok())))
    assert filled("export", what, "--format", "pdf").code == 2
    assert "/not/there.csv cannot be used" in filled("export", what, "--output", "/not/there.csv").refused()
    assert not Path("/not").exists()
