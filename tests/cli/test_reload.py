"""The configuration read again by a service that runs: taken as a whole, or refused as a whole, with calls served."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from .conftest import CommandLine
from .running_service import RunningService, serving

EVERYBODY = """key = "default"
salt = "default-1"
unit = "call"
primary_metric = "top_box"
minimum_sample = 1000
stop_rule = "confidence_sequence"
[strata."*"]
layouts = { "sequential-123" = 1.0 }
delays = { "0" = 1.0 }
"""
HANGING = """
import importlib, sys, threading

serve = importlib.import_module("ivr.cli.serve")
read_settings = serve.load_settings

def hang(config):
    print('{"event": "hangs"}', file=sys.stderr, flush=True)
    threading.Event().wait()

def read_once(config):
    serve.load_settings = hang
    return read_settings(config)

serve.load_settings = read_once
serve.serve()
"""
"""The service on a disk that answers when it starts and never again."""
CHANGED = ("max_tries = 2", "max_tries = 3")


class Site:
    """Layouts from one of the two sources, an experiment that gives everybody one layout, and recordings to change."""

    def __init__(self, ivr: CommandLine, source: str) -> None:
        self.ivr = CommandLine(ivr.folder, ivr.environment | {"IVR_LAYOUTS_SOURCE": source})
        self.source = source
        self.layout = ivr.folder / "layouts" / "sequential-123.toml"
        self.experiment = ivr.folder / "experiments" / "default.toml"
        self.experiment.write_text(EVERYBODY)
        self.sounds = ivr.folder / "sounds"
        shutil.copytree(ivr.environment["IVR_SOUNDS_DIR"], self.sounds)
        self.ivr.environment["IVR_SOUNDS_DIR"] = str(self.sounds)
        if source == "database":
            self.publish()

    def publish(self) -> None:
        self.ivr("layouts", "draft", str(self.layout)).ok()
        self.ivr("layouts", "check", "sequential-123").ok()
        self.ivr("layouts", "publish", "sequential-123", "--by", "ana").ok()

    def change_layout(self, old: str, new: str) -> None:
        text = self.layout.read_text()
        assert old in text
        self.layout.write_text(text.replace(old, new, 1))
        if self.source == "database":
            self.publish()

    def recording(self, name: str) -> Path:
        return self.sounds / "en" / "ivr-rating" / f"{name}.wav"

    def version(self) -> str:
        listed = (line.split() for line in self.ivr("layouts", "list").ok().splitlines())
        return next(words[1] for words in listed if words[0] == "sequential-123")

    def calls(self) -> dict[str, tuple[str, str, str]]:
        rows = json.loads(self.ivr("export", "calls", "--format", "json").ok())
        return {row["call_id"]: (row["outcome"], row["key"], row["layout_version"]) for row in rows}


@pytest.fixture(params=["files", "database"])
def site(request: pytest.FixtureRequest, ivr: CommandLine) -> Site:
    return Site(ivr, request.param)


def rate(service: RunningService, key: str = "1") -> str:
    caller = service.caller()
    caller.listen_to("press-1-satisfied")
    caller.press(key)
    return caller.uniqueid


def test_a_good_reload_is_for_calls_that_begin_from_then_on(site: Site) -> None:
    old = site.version()
    with serving(site.ivr) as service:
        site.change_layout(*CHANGED)
        new = site.version()
        assert old != new
        under_way = service.caller()
        under_way.listen_to("press-1-satisfied")
        service.reload()
        assert service.wait_for("reloaded")["layouts"] == {"sequential-123": f"{old} -> {new}"}
        warned = service.wait_for("experiment_layout_changed")
        assert (warned["experiment"], warned["layouts"]) == ("default", f"sequential-123 {old} -> {new}")
        under_way.press("1")
        after = rate(service, "2")
        assert (service.reloads("taken"), service.reloads("refused")) == (1, 0)
    assert site.calls() == {under_way.uniqueid: ("rated", "1", old), after: ("rated", "2", new)}
    change = rf"layout.changed .*by serve: .+: sequential-123 {old} -> {new}$"
    for command in (("decisions",), ("show", "default")):
        assert re.search(change, site.ivr("experiments", *command).ok(), re.MULTILINE)
    history = site.ivr("layouts", "history", "sequential-123").ok()
    who = "ana" if site.source == "database" else "serve: "
    assert [f"{version}  published by {who}" in history for version in (old, new)] == [True, True]


def test_a_bad_reload_changes_nothing_and_says_so_until_one_is_taken(site: Site) -> None:
    old = site.version()
    with serving(site.ivr) as service:
        recording = site.recording("press-2-so-so")
        kept = recording.read_bytes()
        recording.unlink()
        service.reload()
        fault = service.wait_for("reload_refused")["fault"]
        assert fault == f"{recording}: the recording is missing; run ivr prompts build"
        first = rate(service)
        ready = json.loads(service.get("readyz"))
        assert ready["ready"] is True
        assert str(recording) in ready["remarks"]["configuration"]
        recording.write_bytes(kept)
        service.reload()
        service.wait_for("reloaded")
        assert json.loads(service.get("readyz")) == {"ready": True, "reasons": {}}
        assert (service.reloads("taken"), service.reloads("refused")) == (1, 1)
    assert site.calls() == {first: ("rated", "1", old)}


def test_an_experiment_that_was_changed_while_it_runs_is_not_taken(site: Site) -> None:
    with serving(site.ivr) as service:
        site.experiment.write_text(EVERYBODY.replace("default-1", "default-2"))
        service.reload()
        fault = service.wait_for("reload_refused")["fault"]
        assert "salt" in fault
        assert "ivr experiments stop default" in fault
        rate(service)


def test_every_fault_of_the_files_is_told_with_its_line(ivr: CommandLine) -> None:
    site = Site(ivr, "files")
    with serving(site.ivr) as service:
        site.change_layout("max_tries = 2", "max_tries = 77")
        paced = ivr.folder / "layouts" / "paced-123.toml"
        paced.write_text(paced.read_text().replace('press = "2"', 'press = "1"'))
        service.reload()
        service.wait_for("reload_refused", 2)
        faults = sorted(line["fault"] for line in service.events("reload_refused"))
        assert [fault.partition(",")[0] for fault in faults] == [str(paced), str(site.layout)]
        assert "line 28: options[2].press: key 1 is already taken" in faults[0]
        assert "max_tries: is 77; write a number from 1 to 5" in faults[1]
        serving_at = service.wait_for("serving")
        web = serving_at["web"].removeprefix("http://").rstrip("/")
        told = json.loads(site.ivr("doctor", "--json", IVR_WEB_BIND=web, IVR_AGI_BIND=serving_at["agi"]).out)
        (line,) = [line for line in told if line["check"] == "web service"]
        assert line["state"] == "note"
        assert "the configuration was not reloaded, the one before goes on" in line["detail"]
        assert service.reloads("refused") == 1


def test_folders_that_are_gone_end_no_service(ivr: CommandLine) -> None:
    site = Site(ivr, "files")
    with serving(site.ivr) as service:
        for number, folder in enumerate(("layouts", "experiments", "sounds"), start=1):
            (ivr.folder / folder).rename(ivr.folder / "away")
            service.reload()
            assert str(ivr.folder / folder) in service.wait_for("reload_refused", number)["fault"]
            rate(service)
            (ivr.folder / "away").rename(ivr.folder / folder)
        service.reload()
        assert service.wait_for("reloaded")["layouts"] == {}
    assert {call[0] for call in site.calls().values()} == {"rated"}


def test_settings_that_can_change_at_a_reload_do_and_the_others_are_told(ivr: CommandLine) -> None:
    site = Site(ivr, "files")
    config = Path(site.ivr.file("ivr.toml", 'log_level = "info"\n'))
    with serving(site.ivr, IVR_CONFIG=str(config)) as service:
        new = site.experiment.with_name("next.toml")
        new.write_text(EVERYBODY.replace('"default"', '"next"').replace("sequential-123", "sparse-531"))
        config.write_text('log_level = "debug"\nexperiment = "next"\n')
        service.reload()
        assert service.wait_for("reloaded")["experiment"] == "default -> next"
        assert service.wait_for("settings_want_restart")["settings"] == ["log_level"]
        caller = service.caller()
        caller.listen_to("press-5-very-satisfied")
        caller.press("5")
        config.write_text("experiment = 5\n")
        service.reload()
        assert "experiment: " in service.wait_for("reload_refused")["fault"]
        assert str(config) in service.wait_for("reload_refused")["fault"]
    assert [call[:2] for call in site.calls().values()] == [("rated", "5")]


def test_reloads_that_come_at_once_do_no_harm(ivr: CommandLine) -> None:
    site = Site(ivr, "files")
    with serving(site.ivr) as service:
        for _ in range(5):
            service.reload()
        service.wait_for("reloaded")
        rate(service)


def test_what_is_no_file_holds_no_reload(ivr: CommandLine) -> None:
    site = Site(ivr, "files")
    with serving(site.ivr) as service:
        for number, folder in enumerate(("layouts", "experiments"), start=1):
            pipe = ivr.folder / folder / "pipe.toml"
            os.mkfifo(pipe)
            service.reload()
            assert service.wait_for("reload_refused", number)["fault"].startswith(f"{pipe}: is no regular file; ")
            pipe.unlink()
        endless = ivr.folder / "layouts" / "endless.toml"
        endless.symlink_to("/dev/zero")
        service.reload()
        assert service.wait_for("reload_refused", 3)["fault"].startswith(f"{endless}: is no regular file; ")
        rate(service)


def test_a_reload_that_never_ends_does_not_hold_the_end_of_the_service(ivr: CommandLine) -> None:
    site = Site(ivr, "files")
    with serving(site.ivr, program=("-c", HANGING)) as service:
        service.reload()
        service.wait_for("hangs")
        rate(service)
