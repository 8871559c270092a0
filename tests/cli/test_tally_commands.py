"""``ivr db tallies`` and ``ivr db upgrade`` as processes."""

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from ivr.store import migrations

from .conftest import CommandLine

HEADER = "call_id,ended_at,agent,queue,outcome,category\n"
LINES = "".join(f"{number},2026-03-31T23:30:00Z,ann,sales,rated,{number % 2}\n" for number in range(10))
BERLIN = {"IVR_TIME_ZONE": "Europe/Berlin"}


def periods(given: CommandLine) -> list[str]:
    with closing(sqlite3.connect(given.folder / "ivr.db")) as ledger:
        return [period for (period,) in ledger.execute("SELECT DISTINCT period FROM tally_contacts ORDER BY 1")]


def test_tallies_are_checked_and_built_anew(ivr: CommandLine) -> None:
    ivr("import", "calls", ivr.file("calls.csv", HEADER + LINES), **BERLIN).ok()
    # 2 daily and 2 period cells; each call has a caller of its own, and 10 of 256 groups are seldom shared.
    checked = ivr("db", "tallies", "--check", **BERLIN)
    assert checked.ok() == ""
    assert checked.err.startswith("0 of ")
    assert checked.err.endswith("cells of 10 calls differ from the calls' rows\n")
    assert periods(ivr) == ["2026-04"]
    with closing(sqlite3.connect(ivr.folder / "ivr.db")) as ledger, ledger:
        ledger.execute("UPDATE daily_tallies SET calls = calls + 1")
    said = ivr("db", "tallies", "--check", **BERLIN).refused()
    assert said.startswith("ivr: 2 of ")
    assert "differ from the calls' rows; run `ivr db tallies --rebuild`" in said
    rebuilt = ivr("db", "tallies", "--rebuild", **BERLIN)
    assert rebuilt.ok() == ""
    assert rebuilt.err.startswith("the tallies are built anew; 2 of ")
    assert ivr("db", "tallies", "--check", **BERLIN).code == 0


def test_a_changed_time_zone_is_told_until_the_tallies_are_built_anew(ivr: CommandLine) -> None:
    ivr("import", "calls", ivr.file("calls.csv", HEADER + LINES), **BERLIN).ok()
    march = ("kpi", "agents", "--from", "2026-03-01", "--to", "2026-03-31")
    shown = " ".join(ivr(*march).ok().split())
    assert "10 handled calls" in shown
    assert "2026-03: no handled call to fit" in shown
    assert "fits have the months of Europe/Berlin, and time_zone is UTC now" in shown
    assert "`ivr db tallies --rebuild` counts all months anew" in shown
    ivr("db", "tallies", "--rebuild").ok()
    shown = ivr(*march).ok()
    assert "from 10 calls (2026-03)" in shown
    assert "time_zone" not in shown


@pytest.mark.parametrize("options", [(), ("--check", "--rebuild")])
def test_one_of_the_two_has_to_be_said(options: tuple[str, ...], ivr: CommandLine) -> None:
    wrong = ivr("db", "tallies", *options)
    assert wrong.code == 2
    assert "write --check or --rebuild" in wrong.err


def test_a_ledger_that_is_not_there_is_not_made(ivr: CommandLine) -> None:
    assert "there is no database at" in ivr("db", "tallies", "--check").refused()
    assert not (ivr.folder / "ivr.db").exists()


def test_an_upgrade_tallies_the_calls_of_before(ivr: CommandLine) -> None:
    engine = create_engine(f"sqlite:///{ivr.folder / 'ivr.db'}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        command.upgrade(config, "0002")
        connection.execute(
            text(
                "INSERT INTO calls (pbx, uniqueid, state, ended_at, outcome, agent, queue, selection_probability, "
                "legs, attribution, ended_by) VALUES ('default', '1', 'closed', '2026-03-31 23:30:00', 'no_key', "
                "'ann', 'sales', 1, 1, 'certain', 'agent')"
            )
        )
    engine.dispose()
    assert "is of the older revision 0002" in ivr("kpi", "agents").refused()
    for _ in range(2):
        assert ivr("db", "upgrade", **BERLIN).ok() == "the database is up to date\n"
    assert periods(ivr) == ["2026-04"]
    assert ivr("db", "tallies", "--check", **BERLIN).code == 0
    [row] = csv.DictReader(io.StringIO(ivr("kpi", "agents", "--format", "csv", **BERLIN).ok()))
    assert (row["agent"], row["handled"]) == ("ann", "1")
