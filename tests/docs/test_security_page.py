"""The page about security names requirements in order and once, and tests that exist."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
CITED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
# The sections of OWASP ASVS 5.0.0, each with how many requirements of levels 1 and 2 it begins with.
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3
5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1
11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3
15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""


@cache
def named_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("path", "name"), CITED)
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in named_in(path)


def test_every_requirement_of_the_first_two_levels_has_its_row() -> None:
    named = [number for numbers, _, _ in ROWS for number in re.findall(r"\d+\.\d+\.\d+", numbers)]
    assert len(named) == len(set(named))
    sections = [each.split(":") for each in SECTIONS.split()]
    wanted = {f"{section}.{number}" for section, last in sections for number in range(1, int(last) + 1)}
    whole_chapters = {"9.1.1", "9.2.4", "10.1.1", "10.7.3"}
    assert set(named) == wanted | whole_chapters


def test_a_row_shows_a_test_or_says_why_there_is_none() -> None:
    bare = [numbers for numbers, _, shown in ROWS if "::" not in shown and not shown.startswith("reason: ")]
    assert bare == []


def test_chapters_come_in_order() -> None:
    chapters = [int(numbers.partition(".")[0]) for numbers, _, _ in ROWS]
    assert all(one <= next_one for one, next_one in pairwise(chapters))
