"""``ivr audit`` as an auditor has it."""

import json
import sqlite3
from pathlib import Path

import pytest

from .conftest import CommandLine


@pytest.fixture
def house(ivr: CommandLine) -> CommandLine:
    """The command, after three entries."""
    ivr("user", "add", "sam", "--role", "supervisor", "--team", "north").ok()
    for step in ("disable", "enable"):
        ivr("user", step, "sam").ok()
    return ivr


def tamper(folder: Path, statement: str) -> None:
    """Change the log as somebody can who has the file."""
    with sqlite3.connect(folder / "ivr.db") as connection:
        for trigger in ("keep_update", "keep_delete", "keep_row"):
            connection.execute(f"DROP TRIGGER audit_log_{trigger}")
        connection.execute(statement)
    connection.close()


def test_every_command_that_changes_somebody_is_in_the_log(house: CommandLine) -> None:
    entries = json.loads(house("audit", "show", "--format", "json").ok())
    assert [each["event"] for each in entries] == ["user_enabled", "user_disabled", "user_added"]
    assert {each["subject"] for each in entries} == {"sam"}
    assert all(each["who"].startswith("shell:") for each in entries)
    assert entries[-1]["detail"] == {"person": None, "roles": ["supervisor"], "teams": ["north"]}
    assert entries[0]["previous"] == entries[1]["hash"]
    table = house("audit", "show", "--limit", "2").ok()
    assert "user_enabled" in table
    assert "user_added" not in table


def test_a_log_that_holds_says_how_many(house: CommandLine) -> None:
    head = json.loads(house("audit", "show", "--format", "json").ok())[0]["hash"]
    assert house("audit", "verify").ok() == f"3 entries hold; head {head}\n"
    house("user", "disable", "sam").ok()
    assert house("audit", "verify", "--from-head", head.upper()).ok().startswith("4 entries hold; head ")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_log SET subject = 'eve' WHERE id = 3", "entry 3 was changed; 2 entries before it hold"),
        ("DELETE FROM audit_log WHERE id = 2", "entry 2 is missing; 1 entry before it hold"),
    ],
)
def test_a_log_that_does_not_hold_says_where(house: CommandLine, statement: str, said: str) -> None:
    tamper(house.folder, statement)
    ended = house("audit", "verify")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith(said)


def test_a_cut_off_end_is_seen_from_a_noted_head(house: CommandLine) -> None:
    head = json.loads(house("audit", "show", "--format", "json").ok())[0]["hash"]
    tamper(house.folder, "DELETE FROM audit_log WHERE id > 2")
    assert house("audit", "verify").ok().startswith("2 entries hold")
    ended = house("audit", "verify", "--from-head", head)
    assert ended.code == 1
    assert f"none has the hash {head}: the log was cut off or made anew" in ended.out
