"""The pages on statistics: each has the same form, shows a picture that is up to date, and its examples are true."""

import doctest
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "statistics"
PAGES = sorted(FOLDER.glob("*.md"))
HEADINGS = [
    "What it answers",
    "How to read it",
    "When it says nothing",
    "What would make it wrong",
    "For statisticians",
]
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def draw() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", FOLDER / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_there_are_pages() -> None:
    assert "judged.md" in [page.name for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_begins_for_a_supervisor_and_ends_for_a_statistician(page: Path) -> None:
    lines = page.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert [line for line in lines[1:] if line.startswith("# ")] == []
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS
    introduction = " ".join(lines[1 : lines.index(f"## {HEADINGS[0]}")]).split()
    assert 4 <= len(introduction) <= 60, "say in a sentence or two what it is, before the first heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_a_picture_and_says_what_is_in_it(page: Path) -> None:
    pictures = PICTURE.findall(page.read_text())
    assert pictures != []
    for words, path in pictures:
        assert (FOLDER / path).is_file(), path
        assert path.startswith("images/")
        assert len(words.split()) >= 4, f"say what {path} shows to who cannot see it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pages_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if "://" in target:
            continue
        path, _, fragment = target.partition("#")
        there = (FOLDER / path) if path else page
        assert there.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.*)$", there.read_text(), re.MULTILINE)
            assert fragment in {anchor(heading) for heading in headings}, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pages_examples_are_true(page: Path) -> None:
    failed, _ = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert failed == 0


def test_every_picture_is_shown_and_every_drawing_has_its_picture() -> None:
    shown = {path for page in ROOT.rglob("docs/**/*.md") for _, path in PICTURE.findall(page.read_text())}
    shown = {Path(path).stem for path in shown if path.endswith(".svg")}
    assert set(draw().drawings()) == set(draw().pictures())
    assert set(draw().pictures()) <= shown


def test_every_picture_is_what_is_drawn_now() -> None:
    checked = subprocess.run(
        [sys.executable, FOLDER / "draw.py", "--check"], capture_output=True, text=True, check=False, cwd=FOLDER
    )
    assert checked.returncode == 0, checked.stderr


def test_another_picture_is_found_out(tmp_path: Path) -> None:
    # A copy of the folder in which one picture has been touched, one is missing, and one belongs to no drawing.
    (tmp_path / "drawings").mkdir()
    (tmp_path / "images").mkdir()
    (tmp_path / "draw.py").write_bytes((FOLDER / "draw.py").read_bytes())
    for name in ("__init__", "theme"):
        (tmp_path / "drawings" / f"{name}.py").write_bytes((FOLDER / "drawings" / f"{name}.py").read_bytes())
    drawing = """
import altair as alt
def chart():
    values = [{"x": 1 / 3, "y": n / 7} for n in range(5)]
    line = alt.Chart(alt.Data(values=values)).mark_line(clip=True)
    return line.encode(x="x:Q", y="y:Q").properties(title="Said plainly")
"""
    for name in ("same", "touched", "missing"):
        (tmp_path / "drawings" / f"{name}.py").write_text(drawing)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / "draw.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert run().returncode == 0
    assert run("--check").returncode == 0
    pictures = {path.stem: path for path in (tmp_path / "images").glob("*.svg")}
    assert pictures["same"].read_bytes() == pictures["touched"].read_bytes()
    pictures["touched"].write_text(pictures["touched"].read_text().replace("Said plainly", "Said otherwise"))
    pictures["missing"].rename(tmp_path / "images" / "nobodys.svg")
    found = run("--check")
    assert found.returncode == 1
    assert [line.partition(";")[0] for line in found.stderr.splitlines()] == [
        "nobodys.svg belongs to no drawing",
        "missing.svg is missing",
        "touched.svg is out of date",
    ]
    assert run("--check", "same").returncode == 0
    assert run("--check", "nobody").returncode == 2
    assert not pictures["missing"].exists()


def test_what_differs_between_two_machines_is_settled() -> None:
    svg = (
        '<g clip-path="url(#clip7)"/><g fill="url(#gradient_3)" d="M62.999999999999986,-0.00001L1.5,2"/><x id="clip7"/>'
    )
    assert draw().settled(svg) == (
        '<g clip-path="url(#clip0)"/><g fill="url(#gradient_1)" d="M63,0L1.5,2"/><x id="clip0"/>'
    )
