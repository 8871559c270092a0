"""What a user does every day, from any folder: calls in and out, figures, people, users, the service."""

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request

from .conftest import CommandLine

NUMBER = "+49309876123"
COLUMNS = "call_id,ended_at,agent,team,queue,outcome,caller,layout,category,segment,test,excluded"
CALLS = f"""{COLUMNS}
1,2026-03-28T22:59:00+00:00,anna,gold,support,rated,{NUMBER},sequential-123,2,,,
2,2026-03-28T23:00:00+00:00,anna,gold,support,rated,030 9876123,sequential-123,0,"two
lines, and a ""quote"" in it",,
3,2026-03-29T21:59:59+00:00,anna,gold,sales,no_key,{NUMBER},sparse-531,,,,
4,2026-03-29T22:00:00+00:00,bob,,sales,rated,anonymous,not-ours,1,,,
5,2026-03-29T12:00:00+00:00,,,sales,caller_left_first,,,,,,
6,2026-03-29T12:00:00+00:00,anna,gold,sales,rated,,sequential-123,2,,true,
7,2026-03-29T12:00:00+00:00,anna,gold,sales,rated,,sequential-123,2,,,true
"""


def figures(ivr: CommandLine, *arguments: str, **settings: str) -> dict:
    report = json.loads(ivr("kpi", "agents", "--format", "json", *arguments, **settings).ok())
    del report["computed_at"]
    if report["fit"] is not None:
        del report["fit"]["computed_at"], report["fit"]["age_seconds"]
    return report


def test_calls_go_in_once_and_come_out_the_same(ivr: CommandLine) -> None:
    file = ivr.file("calls.csv", CALLS)
    first = ivr("import", "calls", file, IVR_DEFAULT_REGION="DE")
    assert (first.code, first.out, first.err) == (0, "", "7 added, 0 changed, 0 already there\n")
    again = ivr("import", "calls", file, IVR_DEFAULT_REGION="DE")
    assert again.err == "0 added, 0 changed, 7 already there\n"

    changed = ivr.file("changed.csv", CALLS.replace(",bob,", ",eve,"))
    said = ivr("import", "calls", changed, IVR_DEFAULT_REGION="DE").refused()
    assert "line 6: call 4 is in the ledger and differs in agent" in said

    exported = ivr("export", "calls").ok()
    callers = {row["call_id"]: row["caller"] for row in csv.DictReader(io.StringIO(exported))}
    assert callers["1"] == callers["2"] == callers["3"]
    assert re.fullmatch("h1:[0-9a-f]{64}", callers["1"])
    assert callers["4"] == ""
    assert NUMBER[-7:] not in exported

    other = f"sqlite:///{ivr.folder / 'other.db'}"
    ivr("import", "calls", ivr.file("exported.csv", exported), IVR_DATABASE_URL=other).ok()
    assert ivr("export", "calls", IVR_DATABASE_URL=other).ok() == exported
    assert figures(ivr, IVR_DATABASE_URL=other) == figures(ivr)
    assert NUMBER[-7:].encode() not in b"".join(path.read_bytes() for path in ivr.folder.glob("ivr.db*"))

    updated = ivr("import", "calls", changed, "--update", IVR_DEFAULT_REGION="DE")
    assert updated.err == "0 added, 1 changed, 6 already there\n"
    assert [row["agent"] for row in figures(ivr)["agents"]] == ["anna", "eve", None]


def test_the_figures_are_those_of_the_window_in_the_site_s_days(ivr: CommandLine) -> None:
    ivr("import", "calls", ivr.file("calls.csv", CALLS)).ok()
    everything = figures(ivr)
    anna, bob, nobody = everything["agents"]
    assert everything["handled"] == 5
    assert (anna["agent"], anna["team"], anna["handled"], anna["eligible"], anna["rated"]) == ("anna", "gold", 3, 3, 2)
    assert (anna["observed"]["estimate"], anna["observed"]["n"], anna["observed"]["status"]) == (0.5, 2, "wide")
    assert bob["observed"]["status"] == "not_identified"
    assert (nobody["agent"], nobody["eligible"], nobody["offered"]) == (None, 1, 0)
    for row in everything["agents"]:
        assert sum(row["outcomes"].values()) == row["handled"]

    berlin = {"IVR_TIME_ZONE": "Europe/Berlin"}
    the_short_day = figures(ivr, "--from", "2026-03-29", "--to", "2026-03-29", **berlin)
    assert the_short_day["window"] == {"from": "2026-03-29T00:00:00+01:00", "to": "2026-03-30T00:00:00+02:00"}
    assert the_short_day["handled"] == 3
    assert figures(ivr, "--to", "2026-03-28", **berlin)["handled"] == 1
    assert figures(ivr, "--queue", "sales", "--from", "2026-03-29", **berlin)["handled"] == 3


def test_a_leak_refuses_every_score(ivr: CommandLine) -> None:
    ivr("import", "calls", ivr.file("calls.csv", CALLS)).ok()
    with sqlite3.connect(ivr.folder / "ivr.db") as connection:
        connection.execute("UPDATE calls SET outcome = NULL WHERE uniqueid = '1'")
    connection.close()
    report = figures(ivr)
    assert report["warnings"] == [
        "disposition_leak: 5 handled calls, but 4 have an outcome; no score is shown until the ledger is whole"
    ]
    for row in report["agents"]:
        assert {row[name]["status"] for name in ("response_rate", "observed")} == {"refused"}
        assert row["observed"]["estimate"] is None
    told = ivr("kpi", "agents", "--format", "csv")
    assert "disposition_leak" in told.err


def test_what_is_shipped_is_in_order(ivr: CommandLine) -> None:
    assert ivr("layouts", "check").ok() == "layouts and experiments are in order\n"
    assert ivr("prompts", "check").ok() == "the prompts are in order\n"


def test_people_and_users_are_entered_once(ivr: CommandLine) -> None:
    file = ivr.file("people.csv", "person,name,interface,team,from,to\nanna,Anna,PJSIP/1,gold,2026-01-01,\n")
    for _ in range(2):
        assert ivr("people", "import", file).err == "1 people, 1 interface rows, 1 team rows\n"
    name, password = ivr("user", "add", "Boss", "--role", "supervisor").ok().split()
    assert name == "boss"
    assert 'the user "boss" is there already' in ivr("user", "add", "boss", "--role", "admin").refused()
    assert password.encode() not in b"".join(path.read_bytes() for path in ivr.folder.glob("ivr.db*"))


def test_the_service_makes_what_is_missing_answers_and_ends_on_sigterm(ivr: CommandLine) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ivr", "serve"],
        cwd=ivr.folder,
        env=ivr.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        started = json.loads(first)
        assert started["event"] == "serving"
        for path in ("healthz", "readyz", "metrics"):
            with urllib.request.urlopen(started["web"] + path, timeout=10) as answer:
                assert answer.status == 200
        assert (ivr.folder / "pepper").stat().st_mode & 0o777 == 0o600
        ivr("import", "calls", ivr.file("calls.csv", CALLS)).ok()
        os.kill(process.pid, signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(20) == 0
        assert "Traceback" not in rest
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()
