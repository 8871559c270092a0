"""The dialplan as text: the shipped file is read whole, and every module that it uses is looked for."""

import re

import pytest

from ivr.settings import HOME
from ivr.telephony.probe.dialplan import Step, arguments, loaded_steps, written_steps
from ivr.telephony.probe.modules import NEEDED
from ivr.telephony.probe.rating_context import CONTEXTS, GUARDS

SHIPPED = (HOME / "dialplans" / "ivr-rating.conf").read_text()
IN_THE_CORE = {"NoOp", "GotoIf", "Goto", "Set", "ExecIf"}
APPLICATIONS = {
    "AGI": "res_agi.so",
    "Return": "app_stack.so",
    "StoreDTMF": "app_dtmfstore.so",
    "TryExec": "app_exec.so",
    "Read": "app_read.so",
    "QueueLog": "app_queue.so",
}
FUNCTIONS = {
    "CHANNEL": "func_channel.so",
    "TIMEOUT": "func_timeout.so",
    "URIENCODE": "func_uri.so",
    "LOCAL": "app_stack.so",
}


def test_the_shipped_dialplan_is_read_whole() -> None:
    steps = written_steps(SHIPPED)
    lines = [line for line in SHIPPED.splitlines() if line.lstrip().startswith(("exten", "same"))]
    assert len(steps) == len(lines)
    assert {step.context for step in steps} == set(CONTEXTS)
    assert steps[0] == Step("ivr-rating", "s", 1, "NoOp", "rating of a call of queue ${ARG1}")
    assert Step("ivr-rating", "T", 6, "Goto", "s,verdict") in steps
    assert not [step for step in steps if ";" in step.data]


def test_every_module_that_the_dialplan_uses_is_looked_for() -> None:
    text = "\n".join(step.deed for step in written_steps(SHIPPED))
    used = set(re.findall(r"\b([A-Z][A-Za-z]+)\(", text)) - IN_THE_CORE
    assert used == set(APPLICATIONS) | set(FUNCTIONS)
    modules = {*APPLICATIONS.values(), *FUNCTIONS.values()}
    assert modules | {"format_wav.so"} == set(NEEDED)


@pytest.mark.parametrize("mark", GUARDS)
def test_every_guard_stands_in_the_shipped_dialplan(mark: str) -> None:
    assert [step for step in written_steps(SHIPPED) if mark in step.deed]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("exten => 100,1,Answer()", Step("c", "100", 1, "Answer", "")),
        ("exten=>_X.,1,NoOp", Step("c", "_X.", 1, "NoOp", "")),
        ("exten => s,1(here),Set(a=b\\;c) ; why", Step("c", "s", 1, "Set", "a=b;c", "here")),
    ],
)
def test_lines_are_read_as_asterisk_reads_them(line: str, step: Step) -> None:
    assert written_steps(f"[c]\n{line}") == [step]


def test_rows_that_are_no_steps_are_passed_over() -> None:
    rows = [
        {"Context": "c", "IncludeContext": "other", "Registrar": "pbx_config"},
        {"Context": "c", "Extension": "s", "Priority": "hint", "Application": "PJSIP/1"},
        {"Context": "c", "Extension": "s", "Priority": "2", "Application": "Return", "AppData": ""},
    ]
    assert loaded_steps(rows) == [Step("c", "s", 2, "Return", "")]


@pytest.mark.parametrize(
    ("data", "split"),
    [
        ("support,c", ["support", "c"]),
        ("", [""]),
        ("${IF($[1]?a,b)},tb(c^s,1),,60", ["${IF($[1]?a,b)}", "tb(c^s,1)", "", "60"]),
    ],
)
def test_arguments_are_split_outside_brackets(data: str, split: list[str]) -> None:
    assert arguments(data) == split
