"""``ivr do-not-ask``, ``ivr numbers`` and ``ivr asking``, each as a process of its own."""

import csv
import io
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.domain.calls import CallId
from ivr.privacy.sealing import Seal

from .conftest import CommandLine

HASH = "h1:" + "ab" * 32


def listed(ivr: CommandLine) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ivr("do-not-ask", "export").ok())))


def test_a_caller_is_entered_by_number_or_hash_and_let_go_again(ivr: CommandLine) -> None:
    added = ivr("do-not-ask", "add", "+49 30 123456", HASH, "0049 30 123456", "--by", "eve", IVR_DEFAULT_REGION="DE")
    assert added.ok() == ""
    assert added.err == "2 added, 0 already there\n"
    rows = listed(ivr)
    assert [row["who"] for row in rows] == ["eve", "eve"]
    assert {row["source"] for row in rows} == {"command"}
    assert HASH in {row["caller"] for row in rows}
    assert all(datetime.fromisoformat(row["at"]).tzinfo is not None for row in rows)
    assert "123456" not in str(rows)
    shown = ivr("do-not-ask", "list")
    assert shown.ok().count("h1:") == 2
    assert shown.err == "2 callers are not to be asked\n"
    assert ivr("do-not-ask", "remove", "+4930123456", "+4930777777").err == "1 removed, 1 not on the list\n"
    assert [row["caller"] for row in listed(ivr)] == [HASH]


def test_a_list_goes_out_and_into_another_database(ivr: CommandLine, tmp_path: Path) -> None:
    ivr("do-not-ask", "add", HASH, "+4930123456", "--by", "eve").ok()
    file = str(tmp_path / "list.csv")
    assert ivr("do-not-ask", "export", "-o", file).err == "2 callers exported\n"
    other = {"IVR_DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}
    assert ivr("do-not-ask", "import", file, **other).err == "2 added, 0 already there or changed since\n"
    assert ivr("do-not-ask", "import", file, **other).err == "0 added, 2 already there or changed since\n"
    assert ivr("do-not-ask", "export", **other).ok() == Path(file).read_text()
    # Who changed their mind since is not entered again by the old list.
    ivr("do-not-ask", "remove", HASH, **other).ok()
    assert ivr("do-not-ask", "import", file, **other).err == "0 added, 2 already there or changed since\n"


def test_a_bad_line_is_refused_with_its_number_and_nothing_is_kept(ivr: CommandLine) -> None:
    refused = ivr("do-not-ask", "import", ivr.file("list.csv", f"caller\n{HASH}\nCarl\n")).refused()
    assert "line 3: the caller is neither a number nor a hash" in refused
    assert listed(ivr) == []


def test_what_is_no_caller_is_refused(ivr: CommandLine) -> None:
    said = ivr("do-not-ask", "add", "+4930123456", "anonymous").refused()
    assert "caller 2 is neither a number nor a hash" in said
    assert listed(ivr) == []


def keep_numbers(ivr: CommandLine, public_key: str, numbers: dict[str, str], *, days: int = 1) -> None:
    """Seal numbers as the service does, and store them."""
    ivr("db", "upgrade").ok()
    now = datetime.now(UTC).replace(tzinfo=None)
    with sqlite3.connect(ivr.folder / "ivr.db") as connection:
        for uniqueid, number in numbers.items():
            sealed = Seal(public_key).close(CallId("default", uniqueid), number)
            row = ("default", uniqueid, "follow-up", 0.05, sealed, str(now), str(now + timedelta(days=days)))
            connection.execute(
                "INSERT INTO sealed_numbers (pbx, uniqueid, purpose, probability, sealed, sealed_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
    connection.close()


def test_sealed_numbers_are_opened_by_whoever_has_the_key_and_that_is_noted(ivr: CommandLine, tmp_path: Path) -> None:
    file = str(tmp_path / "key")
    public_key = ivr("numbers", "key", file).ok().strip()
    keep_numbers(ivr, public_key, {"1.1": "+4930123456", "1.2": "+4930999"})
    exported = ivr("numbers", "export", "--key", file, "--by", "eve")
    rows = list(csv.DictReader(io.StringIO(exported.ok())))
    assert [(row["uniqueid"], row["number"], row["followup_probability"]) for row in rows] == [
        ("1.1", "+4930123456", "0.05"),
        ("1.2", "+4930999", "0.05"),
    ]
    assert '"numbers_opened"' in exported.err
    assert "+4930" not in exported.err
    with sqlite3.connect(ivr.folder / "ivr.db") as connection:
        assert connection.execute("SELECT DISTINCT opened_by FROM sealed_numbers").fetchall() == [("eve",)]
    connection.close()
    target = tmp_path / "numbers.csv"
    ivr("numbers", "export", "--key", file, "-o", str(target)).ok()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "+4930123456" in target.read_text()
    assert ivr("numbers", "purge").err == "0 numbers deleted\n"
    assert ivr("numbers", "purge", "--all").err == "2 numbers deleted\n"


def test_another_key_opens_nothing_and_shows_nothing(ivr: CommandLine, tmp_path: Path) -> None:
    right, wrong = str(tmp_path / "right"), str(tmp_path / "wrong")
    public_key = ivr("numbers", "key", right).ok().strip()
    ivr("numbers", "key", wrong).ok()
    keep_numbers(ivr, public_key, {"1.1": "+4930123456"})
    assert "does not open" in ivr("numbers", "export", "--key", wrong).refused()
    assert "is there already" in ivr("numbers", "key", right).refused()


def test_expired_numbers_are_not_opened(ivr: CommandLine, tmp_path: Path) -> None:
    file = str(tmp_path / "key")
    keep_numbers(ivr, ivr("numbers", "key", file).ok().strip(), {"1.1": "+4930123456"}, days=-1)
    assert "+4930" not in ivr("numbers", "export", "--key", file).ok()
    assert ivr("numbers", "purge").err == "0 numbers deleted\n"


def test_the_rules_are_checked_with_every_fault_at_once(ivr: CommandLine) -> None:
    assert ivr("asking", "check").err.endswith("config/asking.toml: in order\n")
    file = ivr.file("asking.toml", "[throttle]\nat_most = 0\ndays = 0\n")
    checked = ivr("asking", "check", IVR_ASKING_FILE=file)
    assert checked.code == 1
    assert [line.split(", ")[1].split(":")[0] for line in checked.err.splitlines()] == ["line 2", "line 3"]
    assert "throttle.at_most: is 0" in ivr("serve", IVR_ASKING_FILE=file).refused()
    missing = str(ivr.folder / "none.toml")
    assert f"{missing}: cannot be read" in ivr("serve", IVR_ASKING_FILE=missing).refused()


def test_follow_ups_without_a_key_are_refused_at_the_start(ivr: CommandLine) -> None:
    said = ivr("serve", IVR_FOLLOW_UP_PROBABILITY="0.05").refused()
    assert "make one with `ivr numbers key FILE`, or set the probability to 0" in said
    assert "follow_up_public_key" in ivr("serve", IVR_FOLLOW_UP_PUBLIC_KEY="abc").refused()


def test_a_number_that_can_be_nobodys_is_refused_without_being_shown(ivr: CommandLine) -> None:
    for command in ("add", "remove"):
        said = ivr("do-not-ask", command, "861234567").refused()
        assert "caller 1 is no valid number in US; write it with + and the country code, or set default_region" in said
        assert "861234567" not in said
    assert "caller 2 is no valid number of its country" in ivr("do-not-ask", "add", HASH, "+49 30").refused()
    assert not listed(ivr)
    assert ivr("do-not-ask", "add", "4021", "--by", "eve").err == "1 added, 0 already there\n"
    assert ivr("do-not-ask", "list").err == "1 caller is not to be asked\n"
    assert ivr("do-not-ask", "export").err == "1 caller exported\n"
    assert ivr("do-not-ask", "add", "861234567", IVR_DEFAULT_REGION="DE").err == "1 added, 0 already there\n"
