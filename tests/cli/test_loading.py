"""A command loads what it needs; what takes long to load and is of other commands is left alone."""

import subprocess
import sys

import pytest

SEEN = """
import sys
{what}
print(*sorted(name for name in {libraries} if name in sys.modules))
"""


def loaded(what: str, *libraries: str) -> list[str]:
    """Which of the libraries a new process has loaded after ``what``."""
    program = SEEN.format(what=what, libraries=libraries)
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1].split()


def command(*words: str) -> str:
    return f"from ivr.cli import app\ntry:\n    app({list(words)})\nexcept SystemExit:\n    pass"


def test_an_import_loads_no_library_of_other_commands() -> None:
    heavy = ("aiohttp", "numpy")
    assert loaded(command("import", "calls", "--help"), *heavy, "sqlalchemy") == ["sqlalchemy"]
    assert loaded(command("--help"), *heavy) == list(heavy)


def test_the_process_that_reads_an_import_loads_no_database() -> None:
    libraries = ("sqlalchemy", "numpy", "pydantic", "structlog", "typer")
    assert loaded("import ivr.store.import_program", *libraries) == []


@pytest.mark.parametrize("words", [("imprt",), ("import", "cals")])
def test_a_command_that_is_misspelt_is_refused_with_the_right_word(words: tuple[str, ...]) -> None:
    program = [sys.executable, "-m", "ivr", *words]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"Did you mean '{'import' if len(words) == 1 else 'calls'}'?" in done.stderr
