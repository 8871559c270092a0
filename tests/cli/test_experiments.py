"""``ivr experiments``: started and stopped by people, locked in between, refused in one sentence."""

import json
import re

from .conftest import CommandLine


def edited(ivr: CommandLine, old: str, new: str) -> None:
    file = ivr.folder / "experiments" / "default.toml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_an_experiment_from_its_start_to_its_stop(ivr: CommandLine) -> None:
    assert ivr("experiments", "list").ok() == "* default              not started\n"
    assert not list(ivr.folder.glob("ivr.db*")), "looking makes no database"
    checked = ivr("experiments", "check")
    assert (checked.ok(), checked.err) == ("experiments are in order\n", "")

    assert ivr("experiments", "start", "default", "--by", "Ada Ops", "--reason", "pilot").ok() == (
        "default is started and locked\n"
    )
    assert re.fullmatch(r"\* default +started [\d-]+ [\d:]+ UTC by Ada Ops: pilot\n", ivr("experiments", "list").ok())
    assert "has been started already" in ivr("experiments", "start", "default", "--by", "Bob").refused()
    shown = ivr("experiments", "show", "default").ok()
    assert shown.startswith((ivr.folder / "experiments" / "default.toml").read_text())
    assert "# started " in shown

    edited(ivr, '"reversed-123" = 0.05', '"reversed-123" = 0.0')
    edited(ivr, '"sequential-123" = 0.6', '"sequential-123" = 0.65')
    said = (
        "default.toml: strata.*.layouts.reversed-123 is 0.0, and was 0.05 when the experiment was started",
        "or stop it with `ivr experiments stop default --by NAME` and write the change under a new key",
    )
    for command in (("experiments", "check"), ("serve",), ("experiments", "start", "default", "--by", "Eve")):
        refused = ivr(*command).refused()
        assert all(part in refused for part in said), command

    assert (
        ivr("experiments", "stop", "default", "--by", "Ada Ops", "--reason", "enough")
        .ok()
        .startswith("default is stopped; a running service follows within a minute")
    )
    assert "has been stopped already" in ivr("experiments", "stop", "default", "--by", "Bob").refused()
    assert "a stopped one is not used again" in ivr("experiments", "start", "default", "--by", "Bob").refused()

    lines = ivr("experiments", "decisions").ok().splitlines()
    assert [line.partition("UTC  ")[2] for line in lines] == [
        "default  started by Ada Ops: pilot",
        "default  stopped by Ada Ops: enough",
    ]
    started, stopped = json.loads(ivr("experiments", "decisions", "default", "--json").ok())
    assert started["definition"]["strata"]["*"]["layouts"]["reversed-123"] == 0.05
    assert (stopped["who"], stopped["definition"]) == ("Ada Ops", None)


def test_what_makes_no_sense_is_told_with_its_line(ivr: CommandLine) -> None:
    edited(ivr, '"reversed-123" = 0.05', '"reversed-123" = 0.06')
    refused = ivr("experiments", "check").refused()
    assert re.search(r'default\.toml, line \d+: strata\."\*"\.layouts: layouts sum to 1\.01; change them', refused)
    assert "experiment nothing has not been started" in ivr("experiments", "stop", "nothing", "--by", "Ada").refused()
    edited(ivr, '"reversed-123" = 0.06', '"reversed-123" = 0.05')
    assert "nothing: is no experiment here; name one of default" in (
        ivr("experiments", "start", "nothing", "--by", "Ada").refused()
    )


def test_a_reference_layout_that_is_not_there_locks_nothing(ivr: CommandLine) -> None:
    edited(ivr, 'unit = "caller"', 'unit = "call"')
    nowhere = {"IVR_REFERENCE_LAYOUT": "nowhere-123"}
    for command in (
        ("experiments", "start", "default", "--by", "Ada"),
        ("experiments", "check"),
        ("layouts", "check"),
    ):
        said = ivr(*command, **nowhere).refused()
        assert said.startswith("ivr: reference_layout is 'nowhere-123', which is no layout here; name one of "), command
    assert ivr("experiments", "decisions").ok() == ""


def test_a_start_names_somebody_in_one_line(ivr: CommandLine) -> None:
    for who in ("", "Ada\nBob"):
        said = ivr("experiments", "start", "default", "--by", who).refused()
        assert said == f"ivr: --by is {who!r}; write it in words, in one line\n"


def test_cautions_are_warnings(ivr: CommandLine) -> None:
    edited(ivr, '"reversed-123" = 0.05', '"reversed-123" = 0.0')
    edited(ivr, '"paced-123" = 0.15', '"paced-123" = 0.2')
    edited(ivr, 'unit = "caller"', 'unit = "caller"\nqueues = ["support", "sales"]')
    checked = ivr("experiments", "check", IVR_QUEUES="support")
    assert checked.ok() == "experiments are in order\n"
    assert [line.partition(", ")[2].partition(";")[0] for line in checked.err.splitlines()] == [
        "stratum *: no layout has its reverse beside it, so the habit of key 1 cannot be told from satisfaction",
        "queues: sales is not among the settings' queues, so its calls do not count",
    ]


def test_what_a_queue_would_get_is_told_beforehand(ivr: CommandLine) -> None:
    edited(ivr, 'unit = "caller"', 'unit = "caller"\nqueues = ["support"]\nholdout = 0.1')
    told = ivr("experiments", "given", "--queue", "support", "--site", "berlin")
    first, *lines = told.ok().splitlines()
    assert re.fullmatch(r"experiment default, queue support at berlin, [\d-]+ [\d:]+ UTC: stratum \*", first)
    assert lines == [
        "layout       64.0 %  sequential-123  en",
        "layout       18.0 %  sparse-531  en",
        "layout       13.5 %  paced-123  en",
        "layout        4.5 %  reversed-123  en",
        "control              sequential-123  en",
        "silence      91.0 %  0 s",
        "silence       4.5 %  2 s",
        "silence       4.5 %  4 s",
    ]
    assert told.err == ""
    other = ivr("experiments", "given", "default", "--queue", "sales", "--at", "2026-03-01T08:00+01:00", "--json")
    assert json.loads(other.ok()) == {
        "experiment": "default",
        "queue": "sales",
        "site": None,
        "at": "2026-03-01T07:00:00+00:00",
        "stratum": "*",
        "randomises": False,
        "why_not": "the experiment's queues are support",
        "share": 0.0,
        "layouts": [{"layout": "sequential-123", "language": "en", "probability": 1.0}],
        "control": {"layout": "sequential-123", "language": "en"},
        "delays": [{"seconds": 0.0, "probability": 1.0}],
        "invitations": {},
        "scripts": {},
    }
    refused = ivr("experiments", "given", "--queue", "support", "--at", "tomorrow").refused()
    assert "--at is 'tomorrow', no moment with an offset; write it like 2026-01-31T08:00+01:00" in refused
