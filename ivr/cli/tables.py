"""Tables on the terminal and as CSV: names come from elsewhere and steer neither a terminal nor a spreadsheet."""

import csv
import sys
from collections.abc import Sequence
from enum import StrEnum

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable

from ivr.usecases.report_table import Table

_WIDE = 120
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How figures are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show_table(title: str, table: Table) -> None:
    """Print a table with its remarks; what is too long goes on in the next line, as a cut cell says something else."""
    screen = console()
    gap = 1 if _natural_width(table) <= screen.width else 0
    shown = RichTable(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, gap, 0, 0))
    for header in table.headers:
        shown.add_column(header, overflow="fold")
    for row in table.rows:
        shown.add_row(*(on_screen(cell) for cell in row))
    screen.print(shown)
    for remark in table.remarks:
        screen.print(Padding(on_screen(remark), (0, 0, 0, 2)))


def show_line(line: str) -> None:
    """Print a line, wrapped."""
    console().print(on_screen(line))


def write_csv(table: Table) -> None:
    """Write a table to stdout; a text that a spreadsheet would compute gets an apostrophe before it."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(table.headers)
    writer.writerows([in_spreadsheet(cell) for cell in row] for row in table.rows)


def warn(warnings: Sequence[str]) -> None:
    """Print sentences to stderr."""
    for warning in warnings:
        typer.echo(f"ivr: {on_screen(warning)}", err=True)


def console() -> Console:
    """Return the terminal; a pipe or a file has no width to fit into."""
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def on_screen(text: str) -> str:
    """Return ``text`` with everything that is not printable (escapes, bidirectional marks) as a replacement sign."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def in_spreadsheet(cell: str) -> str:
    """Return ``cell`` so that a spreadsheet shows it; numbers stay numbers."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _natural_width(table: Table) -> int:
    """Return how many columns of a terminal the table takes with wide gaps and nothing wrapped."""
    cells = zip(table.headers, *table.rows, strict=True)
    return sum(2 + max(len(line) for cell in column for line in cell.split("\n")) for column in cells)
