"""Who is asked, by a service that runs: the rules, the list, the reason that is stored, and the sealed numbers."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

from .conftest import CommandLine
from .running_service import RunningService, serving

RULES = """
[throttle]
at_most = 1
days = 30

[queues."*"]
minimum_talk_seconds = 10

[queues.sales]
day_cap = 1

[queues.office]
schedule = "never"

[queues.german]
languages = ["de"]

[queues.few]
one_in = 1000000

[schedules.never]
monday = "00:00-24:00"
days_off = [%s]
"""


def every_monday() -> str:
    """Return the dates of all Mondays near today, so that the schedule is closed whenever the test runs."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return ", ".join(str(monday + timedelta(weeks=week)) for week in range(-1, 3))


def reasons(ivr: CommandLine) -> dict[str, tuple[str, float]]:
    rows = json.loads(ivr("export", "calls", "--format", "json").ok())
    return {row["call_id"]: (row["outcome"], float(row["selection_probability"])) for row in rows}


def call(service: RunningService, number: str | None = None, **arguments: str) -> str:
    caller = service.caller(number, **arguments)
    caller.hear_out()
    return caller.uniqueid


def not_asked(service: RunningService) -> dict[str, int]:
    lines = [line for line in service.get("metrics").splitlines() if line.startswith("ivr_not_asked_total{")]
    return {line.split('"')[1]: int(float(line.split()[1])) for line in lines if float(line.split()[1])}


def test_each_rule_declines_by_its_name_and_the_reason_is_stored(ivr: CommandLine) -> None:
    rules = ivr.file("asking.toml", RULES % every_monday())
    with serving(ivr, IVR_ASKING_FILE=rules) as service:
        expected = {
            call(service, "+4930111111"): ("no_key", 1.0),
            call(service, "+4930111111"): ("throttled", 0.0),
            call(service, "+4930222222", talk_ms="9999"): ("too_short", 0.0),
            call(service, "+4930222222", talk="10"): ("no_key", 1.0),
            call(service, queue="sales"): ("no_key", 1.0),
            call(service, queue="sales"): ("throttled", 0.0),
            call(service, queue="office"): ("not_selected", 0.0),
            call(service, queue="german"): ("not_selected", 0.0),
            call(service, queue="few"): ("not_selected", 1e-6),
            call(service, "+4930111111", test="1"): ("no_key", 1.0),
        }
        assert ivr("do-not-ask", "add", "+4930333333").err == "1 added, 0 already there\n"
        expected[call(service, "+4930333333")] = ("do_not_ask", 0.0)
        ivr("do-not-ask", "remove", "+4930333333").ok()
        expected[call(service, "+4930333333")] = ("no_key", 1.0)
        assert not_asked(service) == {
            "caller_throttle": 1,
            "minimum_talk": 1,
            "queue_day_cap": 1,
            "schedule": 1,
            "language": 1,
            "sampling": 1,
            "do_not_ask": 1,
        }
        assert "ivr_eligibility_seconds_count 12.0" in service.get("metrics")
    assert reasons(ivr) == expected


def test_the_caps_of_a_day_outlast_a_restart(ivr: CommandLine) -> None:
    rules = ivr.file("asking.toml", '[agents."*"]\nday_cap = 1\n')
    with serving(ivr, IVR_ASKING_FILE=rules) as service:
        first = call(service, interface="PJSIP/ana")
    with serving(ivr, IVR_ASKING_FILE=rules) as service:
        second, other = call(service, interface="PJSIP/ana"), call(service, interface="PJSIP/ben")
    found = reasons(ivr)
    assert [found[each][0] for each in (first, second, other)] == ["no_key", "throttled", "no_key"]


def test_only_drawn_callers_who_did_not_rate_leave_a_number_and_it_is_sealed(ivr: CommandLine) -> None:
    key = str(ivr.folder / "key")
    # Which layout a caller is given hangs on the pepper, which is another one in each run.
    experiment = ivr.folder / "experiments/default.toml"
    experiment.write_text(re.sub("layouts = .*", 'layouts = { "sequential-123" = 1.0 }', experiment.read_text()))
    settings = {"IVR_FOLLOW_UP_PROBABILITY": "1", "IVR_FOLLOW_UP_PUBLIC_KEY": ivr("numbers", "key", key).ok().strip()}
    with serving(ivr, **settings) as service:
        silent = call(service, "+4930111111")
        rated = service.caller("+4930222222")
        rated.listen_to("press-1-satisfied")
        rated.press("1")
        call(service, "+4930333333", test="1")
        call(service)
    exported = ivr("numbers", "export", "--key", key)
    rows = list(csv.DictReader(io.StringIO(exported.ok())))
    assert [(row["uniqueid"], row["number"], row["followup_probability"]) for row in rows] == [
        (silent, "+4930111111", "1.0")
    ]
    stored = b"".join(path.read_bytes() for path in ivr.folder.glob("ivr.db*"))
    for number in (b"4930111111", b"4930222222", b"4930333333"):
        assert number not in stored
    assert "4930" not in service.log.read_text()
