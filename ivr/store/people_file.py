"""The people file: who sits at which interface and in which team, from when to when.

Columns ``person,name,interface,team,from,to``. ``from`` and ``to`` are times with an offset, or dates, which
begin at the site's midnight; an empty ``from`` means always, an empty ``to`` means still.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from ivr.errors import ImportRefused
from ivr.store.cells import parse_moment, parse_text
from ivr.store.csv_lines import CsvLines

COLUMNS = ("person", "name", "interface", "team", "from", "to")
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""What an empty ``from`` is stored as: no call is older."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the file; ``name``, ``interface`` and ``team`` may be None, ``ends_at`` is None while it lasts."""

    line: int
    person: str
    name: str | None
    interface: str | None
    team: str | None
    starts_at: datetime
    ends_at: datetime | None


def read_people(path: Path, zone: tzinfo) -> Iterator[PersonLine]:
    """Yield each line of the file; ``zone`` is the site's, for dates. Raises ImportRefused at what is wrong."""
    rows = iter(CsvLines(path))
    header = next(rows, None)
    remedy = f"begin the file with {','.join(COLUMNS)}"
    if header is None:
        raise ImportRefused(1, "the file is empty", remedy)
    columns = header[1]
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown:
        raise ImportRefused(1, f'the column "{unknown[0][:40]}" is not known', remedy)
    if "person" not in columns or len(set(columns)) != len(columns):
        raise ImportRefused(1, "the column person is missing, or a column stands twice", remedy)
    for number, row in rows:
        if len(row) != len(columns):
            raise ImportRefused(number, f"{len(row)} cells stand under {len(columns)} columns", "write one for each")
        yield _line(number, dict(zip(columns, row, strict=True)), zone)


def _line(number: int, cells: Mapping[str, str], zone: tzinfo) -> PersonLine:
    texts = {column: _text(number, column, cells) for column in ("person", "name", "interface", "team")}
    person = texts["person"]
    if person is None:
        raise ImportRefused(number, "person is empty", "write the person's key")
    starts_at = _moment(number, "from", cells, zone) or ALWAYS
    ends_at = _moment(number, "to", cells, zone)
    if ends_at is not None and ends_at <= starts_at:
        raise ImportRefused(number, "to is not after from", "write a later moment, or leave it empty")
    return PersonLine(number, person, texts["name"], texts["interface"], texts["team"], starts_at, ends_at)


def _text(number: int, column: str, cells: Mapping[str, str]) -> str | None:
    try:
        return parse_text(cells.get(column, "").strip()) or None
    except ValueError as error:
        raise ImportRefused(number, f"{column} is too long", str(error)) from None


def _moment(number: int, column: str, cells: Mapping[str, str], zone: tzinfo) -> datetime | None:
    cell = cells.get(column, "").strip()
    if not cell:
        return None
    try:
        if len(cell) == len("2026-03-01"):
            midnight = datetime.combine(date.fromisoformat(cell), time(), zone)
            return parse_moment(midnight.isoformat())
        return parse_moment(cell)
    except ValueError:
        raise ImportRefused(
            number,
            f'{column} is "{cell[:40]}"',
            "write a date such as 2026-03-01, or a time with its offset such as 2026-03-01T09:30:00+01:00",
        ) from None


def names_of(lines: Sequence[PersonLine]) -> dict[str, str | None]:
    """Return each person's name, None where no line gives one; raises ImportRefused where two lines differ."""
    names: dict[str, str | None] = {}
    for line in lines:
        known = names.setdefault(line.person, line.name)
        if known is None:
            names[line.person] = line.name
        elif line.name not in {None, known}:
            raise ImportRefused(
                line.line, f'{line.person} is called "{known}" further up', "write one name for one person"
            )
    return names
