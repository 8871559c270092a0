"""Tables: a name from elsewhere steers neither a terminal nor a spreadsheet."""

import pytest

from ivr.cli.tables import in_spreadsheet, on_screen, show_table, write_csv
from ivr.usecases.report_table import Table

HOSTILE = "ann\x1b[31m\u202e\x07"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+1-2", "'+1-2"),
        ("\t=1", "'\t=1"),
        ("-12.5", "-12.5"),
        ("+3", "+3"),
        ("-1e-05", "-1e-05"),
        ("ann", "ann"),
        ("", ""),
    ],
)
def test_a_spreadsheet_computes_nothing(cell: str, written: str) -> None:
    assert in_spreadsheet(cell) == written


def test_a_terminal_is_not_steered(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("Agents", Table(("agent",), ((HOSTILE,),), (f"{HOSTILE} is new",)))
    told = capsys.readouterr().out
    assert "ann" in told
    assert not set(told) & {"\x1b", "\u202e", "\x07"}
    assert on_screen("王 Öl\nx") == "王 Öl\nx"


def test_csv_has_a_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(Table(("agent", "n"), (("=1+1", "-2"),)))
    assert capsys.readouterr().out == "agent,n\n'=1+1,-2\n"
