"""An experiment that was stopped and is still named, and one that was left running: told wherever one looks."""

import json

from .conftest import CommandLine
from .running_service import serving


def other(ivr: CommandLine) -> None:
    """Write the shipped experiment once more, under the key ``next``."""
    folder = ivr.folder / "experiments"
    text = (folder / "default.toml").read_text()
    renamed = text.replace('key = "default"', 'key = "next"').replace('salt = "default-2"', 'salt = "next-1"')
    (folder / "next.toml").write_text(renamed)


def test_a_stopped_experiment_that_the_settings_name_is_told(ivr: CommandLine) -> None:
    said = "which was stopped ("
    ivr("experiments", "start", "default", "--by", "Ada").ok()
    assert [said in ivr("experiments", each).err for each in ("check", "list")] == [False, False]
    ivr("experiments", "stop", "default", "--by", "Ada").ok()
    for command in ("check", "list"):
        told = ivr("experiments", command)
        told.ok()
        assert "ivr: warning: the settings name the experiment default, which was stopped (" in told.err
    with serving(ivr) as service:
        assert said in service.wait_for("experiment_remark")["remark"]
        ready = json.loads(service.get("readyz"))
        assert (ready["ready"], ready["remarks"]["experiment"].partition(" (")[0]) == (
            True,
            "experiment default was stopped",
        )
        service.reload()
        assert said in service.wait_for("experiment_remark", 2)["remark"]


def test_an_experiment_that_was_left_running_names_the_command_that_stops_it(ivr: CommandLine) -> None:
    other(ivr)
    ivr("experiments", "start", "default", "--by", "Ada").ok()
    left = "experiment default was started and not stopped, and assigns no calls now that the settings name next; "
    remedy = "stop it with `ivr experiments stop default --by NAME`"
    assert f"ivr: warning: {left}{remedy}\n" in ivr("experiments", "check", IVR_EXPERIMENT="next").err
    with serving(ivr, IVR_EXPERIMENT="next") as service:
        assert service.wait_for("experiment_remark")["remark"] == left + remedy
        assert json.loads(service.get("readyz")) == {"ready": True, "reasons": {}}
    ivr("experiments", "stop", "default", "--by", "Ada").ok()
    assert left not in ivr("experiments", "check", IVR_EXPERIMENT="next").err
