"""The rules file: what it says is what is read, and each fault is told with file, line, key and what to write."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.catalogue.asking import load_asking_rules, read_asking_rules, rules_without_file
from ivr.domain.asking_rules import AskingRules, Caps, QueueRules, Throttle
from ivr.domain.eligibility import Sampling
from ivr.domain.schedules import Hours, Schedule
from ivr.errors import AskingRefused

from .conftest import ROOT

NEW_YORK = ZoneInfo("America/New_York")
HALF = Sampling(0.5)
TEXT = """\
total_caps_from = 2026-01-31

[throttle]
at_most = 2
days = 30

[queues."*"]
minimum_talk_seconds = 10
day_cap = 500

[queues.support]
one_in = 4
minimum_talk_seconds = 7.5
total_cap = 20_000
languages = ["en", "de_AT"]
schedule = "office"

[agents."*"]
day_cap = 10

[agents.ana]
total_cap = 400

[schedules.office]
monday = "08:00-12:00, 13:00 - 24:00"
sunday = "0:30-9:00"
days_off = [2026-12-25, 2026-12-26]

[sites.berlin]
time_zone = "Europe/Berlin"
"""


def read(tmp_path: Path, text: str, queues: tuple[str, ...] = ()) -> tuple[AskingRules | None, list[str]]:
    path = tmp_path / "asking.toml"
    path.write_text(text)
    rules, faults = read_asking_rules(path, zone=NEW_YORK, sampling=HALF, queues=queues)
    return rules, [str(fault).removeprefix(f"{path}, ").removeprefix(f"{path}: ") for fault in faults]


def test_every_rule_is_read(tmp_path: Path) -> None:
    office = Schedule(
        {0: (Hours(480, 720), Hours(780, 1440)), 6: (Hours(30, 540),)},
        frozenset({date(2026, 12, 25), date(2026, 12, 26)}),
    )
    rules, faults = read(tmp_path, TEXT)
    assert faults == []
    assert rules == AskingRules(
        queues={
            "*": QueueRules(HALF, 10.0, Caps(day=500)),
            "support": QueueRules(Sampling(0.25), 7.5, Caps(total=20_000), frozenset({"en", "de_AT"}), office),
        },
        agents={"*": Caps(day=10), "ana": Caps(total=400)},
        throttle=Throttle(2, 30),
        zones={"berlin": ZoneInfo("Europe/Berlin")},
        zone=NEW_YORK,
        totals_since=datetime(2026, 1, 31, 5, 0, tzinfo=UTC),
    )


def test_an_empty_file_asks_as_no_file_does(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == (rules_without_file(zone=NEW_YORK, sampling=HALF), [])


def test_the_shipped_file_asks_everybody_and_its_examples_are_rules(tmp_path: Path) -> None:
    shipped = (ROOT / "config" / "asking.toml").read_text()
    assert read(tmp_path, shipped) == (rules_without_file(zone=NEW_YORK, sampling=HALF), [])
    examples = re.sub(r"^# (?=\[|\w+ = )", "", shipped, flags=re.MULTILINE)
    rules, faults = read(tmp_path, examples)
    assert faults == []
    assert rules is not None
    assert rules.throttle == Throttle(1, 30)
    assert rules.of_queue("any").sampling.probability == 1
    assert rules.of_queue("any").schedule is not None
    assert rules.of_agent("any") == Caps(10, 400)
    assert rules.totals_since is not None
    assert "berlin" in rules.zones


FAULTS = {
    "misspelt table": ("[throttle]", "[throtle]", "line 3: throtle: is no key of this table; write throttle"),
    "misspelt key": ("one_in = 4", "onein = 4", "line 12: queues.support.onein: is no key of this table; write one_in"),
    "one in none": (
        "one_in = 4",
        "one_in = 0",
        "line 12: queues.support.one_in: is 0; write a whole number from 1 to 1000000; 1 asks every caller",
    ),
    "one in a half": ("one_in = 4", "one_in = 0.5", "line 12: queues.support.one_in: is 0.5, a number; write a whole"),
    "cap of none": (
        "day_cap = 10",
        "day_cap = 0",
        'line 19: agents."*".day_cap: is 0; write a whole number from 1 to 1000000, or leave it out',
    ),
    "talk of no length": (
        "minimum_talk_seconds = 10",
        "minimum_talk_seconds = -1",
        'line 8: queues."*".minimum_talk_seconds: is -1; write seconds above 0',
    ),
    "talk without end": ("= 7.5", "= inf", "line 13: queues.support.minimum_talk_seconds: is inf; write seconds above"),
    "language that is none": (
        '"de_AT"',
        '"German, mostly"',
        "line 15: queues.support.languages: 'German, mostly' is no language; write languages as the dialplan has them",
    ),
    "no language": (
        '["en", "de_AT"]',
        "[]",
        "line 15: queues.support.languages: is empty, so nobody would ever be asked; name a language, or leave it out",
    ),
    "schedule that is not there": (
        'schedule = "office"',
        'schedule = "ofice"',
        "line 16: queues.support.schedule: is 'ofice', and there is no such schedule; write one of office",
    ),
    "hours that are none": (
        "0:30-9:00",
        "half past",
        "line 26: schedules.office.sunday: 'half past' is no span of the day; write from-to on a clock of 24 hours",
    ),
    "hours over midnight": (
        "0:30-9:00",
        "22:00-6:00",
        "line 26: schedules.office.sunday: '22:00-6:00' is no span of the day; write from-to",
    ),
    "an hour that clocks do not show": ("0:30-9:00", "0:30-24:01", "line 26: schedules.office.sunday: '0:30-24:01' is"),
    "hours that overlap": (
        "13:00 - 24:00",
        "11:59-24:00",
        "line 25: schedules.office.monday: has spans that overlap (08:00-12:00, 11:59-24:00); write each hour",
    ),
    "days off as text": (
        "[2026-12-25, 2026-12-26]",
        '["2026-12-25"]',
        "line 27: schedules.office.days_off: is no list of dates; write days_off = [2026-12-25, 2026-12-26]",
    ),
    "zone that is none": (
        "Europe/Berlin",
        "Berlin",
        "line 30: sites.berlin.time_zone: 'Berlin' is no time zone; write one like Europe/Berlin",
    ),
    "site without a zone": ("time_zone =", "# =", "line 29: sites.berlin: time_zone is missing; write time_zone = "),
    "throttle without measure": (
        "at_most = 2",
        "at_most = 99999999999999999999",
        "line 4: throttle.at_most: is out of range, a whole number; write one from",
    ),
    "throttle above every database's counts": (
        "at_most = 2",
        "at_most = 1_000_001",
        "line 4: throttle.at_most: is 1000001; write how often a caller may be asked, from 1 to 1000000",
    ),
    "cap without measure": (
        "total_cap = 20_000",
        "total_cap = 1_000_001",
        "line 14: queues.support.total_cap: is 1000001; write a whole number from 1 to 1000000, or leave it out",
    ),
    "one in more than there are": (
        "one_in = 4",
        f"one_in = {10**400}",
        "line 12: queues.support.one_in: is out of range, a whole number; write one from",
    ),
    "caps from the last year there is": (
        "total_caps_from = 2026-01-31",
        "total_caps_from = 9999-12-31",
        "line 1: total_caps_from: is in the year 9999; write a year from 2 to 9998",
    ),
    "throttle of none": ("at_most = 2", "at_most = 0", "line 4: throttle.at_most: is 0; write how often a caller"),
    "throttle without days": ("days = 30", "", "line 3: throttle: days is missing; write days = 30"),
    "throttle of too many days": ("days = 30", "days = 100000", "line 5: throttle.days: is 100000; write a number of"),
    "total from no day": (
        "2026-01-31",
        "2026-01-31T00:00:00",
        "line 1: total_caps_from: is no date; write total_caps_from = 2026-01-31, without quotes",
    ),
    "a queue that is a number": ("[queues.support]", "[queues]\nsupport = 4\n[x]", "line 12: queues.support: is 4, a"),
    "no TOML": ("[throttle]", "[throttle", "line 3: is not TOML"),
}


@pytest.mark.parametrize(("there", "instead", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line_and_its_remedy(tmp_path: Path, there: str, instead: str, told: str) -> None:
    assert there in TEXT
    rules, faults = read(tmp_path, TEXT.replace(there, instead, 1))
    assert rules is None
    assert any(fault.startswith(told) for fault in faults), faults


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = TEXT.replace("at_most = 2", "at_most = 0").replace("one_in = 4", "one_in = 0").replace("Europe/", "Mars/")
    _, faults = read(tmp_path, text)
    assert [fault.split(":")[0] for fault in faults] == ["line 4", "line 12", "line 30"]
    with pytest.raises(AskingRefused, match=r"asking\.toml, line 4: .*\(2 more: `ivr asking check`\)"):
        load_asking_rules(tmp_path / "asking.toml", zone=NEW_YORK, sampling=HALF)


def test_a_queue_that_does_not_count_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, TEXT, ("support", "sales"))[1] == []
    told = "is no queue that counts here; write one of help, sales, or add it to the setting queues"
    assert read(tmp_path, TEXT, ("sales", "help"))[1] == [f"line 11: queues.support: {told}"]


def test_a_schedule_without_hours_is_refused(tmp_path: Path) -> None:
    _, faults = read(tmp_path, "[schedules.never]\ndays_off = [2026-12-25]\n")
    remedy = 'write monday = "08:00-12:00, 13:00-18:00"'
    assert faults == [f"line 1: schedules.never: has no hours, so nobody would ever be asked; {remedy}"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AskingRefused, match="cannot be read"):
        load_asking_rules(tmp_path / "none.toml", zone=NEW_YORK, sampling=HALF)
