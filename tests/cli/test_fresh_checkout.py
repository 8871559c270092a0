"""A checkout as it was just got: the folder of the default database is made by whichever command comes first."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from .conftest import ROOT, CommandLine

CALLS = "call_id,ended_at,agent,queue,outcome\n1.1,2026-03-01T09:30:00+01:00,anna,support,no_key\n"


@pytest.fixture
def checkout(tmp_path: Path) -> CommandLine:
    """The program and what it ships, without a ``var`` folder and without a single setting."""
    for name in ("ivr", "config", "prompts/transcripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("IVR_")}
    return CommandLine(tmp_path, clean | {"PYTHONPATH": str(tmp_path)})


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "ada", "--role", "admin"),
        ("db", "upgrade"),
        ("kpi", "agents"),
        ("import", "calls", "calls.csv"),
    ],
)
def test_the_first_command_makes_the_folder_of_the_default(checkout: CommandLine, arguments: tuple[str, ...]) -> None:
    checkout.file("calls.csv", CALLS)
    checkout(*arguments).ok()
    folder = checkout.folder / "var"
    assert (folder / "ivr.db").is_file()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("experiments", "stop", "default", "--by", "Ada"), "experiment default has not been started"),
        (("layouts", "history", "rating-5"), "rating-5"),
    ],
)
def test_a_command_that_finds_nothing_says_that_and_not_the_folder(
    checkout: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    refused = checkout(*arguments).refused()
    assert said in refused
    assert "folder" not in refused


def test_a_folder_that_was_named_is_missed(checkout: CommandLine) -> None:
    named = checkout.folder / "elsewhere" / "ivr.db"
    refused = checkout("db", "upgrade", IVR_DATABASE_URL=f"sqlite:///{named}").refused()
    assert f"the folder {named.parent} is not there; create it" in refused
    assert not named.parent.exists()
