"""The house's order: short files, telling names, no trace of one machine, pages that are true and links that lead."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from ivr.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 320
NO_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".conf",
    ".lock",
    ".html",
    ".css",
    ".js",
    ".cfg",
    ".txt",
    ".yml",
    ".yaml",
    ".xml",
    ".sh",
    "",
}
MADE = {".git", ".venv", "var", "build", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
HOME_PATH = re.compile(r"(?<![\w.~/-])/(?:work|root|home/\w+|Users/\w+)/")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)[^)]*\)")


def files(*suffixes: str) -> list[Path]:
    """Return the files of the checkout that people write, with one of ``suffixes``."""
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in (suffixes or TEXT)
        and not MADE & set(path.relative_to(ROOT).parts)
        and not any(part.endswith(".egg-info") for part in path.parts)
        and "prompts/sounds" not in path.as_posix()
    )


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_modules_are_short_enough_to_be_read() -> None:
    long = {
        named(path): lines
        for path in files(".py")
        if not named(path).startswith("tests/") and (lines := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    parts = {named(path): {*path.relative_to(ROOT).parts[:-1], path.stem} for path in files(".py")}
    assert [name for name, words in parts.items() if NO_NAMES & words] == []


def test_no_path_of_one_machine_is_written_anywhere() -> None:
    own = {named(Path(__file__))}
    found = [
        f"{named(path)}:{number}: {line.strip()[:80]}"
        for path in files()
        if named(path) not in own
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if HOME_PATH.search(line) or str(ROOT) in line
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_file_pins_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert re.search(r"https?://|--(extra-)?index-url|--find-links|trusted-host", text) is None
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert len(requirements) > 10
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["flow", "settings"])
def test_a_page_that_is_made_from_the_program_is_up_to_date(page: str) -> None:
    made = getattr(generator(), f"{page}_page")()
    written = (ROOT / "docs" / f"{page}.md").read_text()
    assert written == made, f"docs/{page}.md is out of date; run .venv/bin/python docs/generate.py"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{named(path)}: {target}"
        for path in files(".md")
        for target in LINK.findall(path.read_text())
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_module_of_the_program_says_what_it_is() -> None:
    silent = [
        named(path)
        for path in files(".py")
        if path.read_text().strip() and not path.read_text().lstrip("#! /a-z\n").startswith('"""')
    ]
    assert [name for name in silent if name.startswith(("ivr/", "docs/", "benchmarks/"))] == []
