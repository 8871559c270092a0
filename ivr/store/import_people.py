"""Importing people: the directory's dated interfaces and teams from a file, whole or not at all.

A line that is there already changes nothing; one with the same owner and the same start gives the span its
end. Nobody may sit at an interface that is another's at that time, nor be in two teams at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from sqlalchemy import Connection, Table, select

from ivr.errors import ImportRefused
from ivr.store.people_file import PersonLine, names_of, read_people
from ivr.store.tables import interfaces, memberships, people, teams
from ivr.store.upserts import insert_or_keep, insert_or_replace
from ivr.store.writer import Writer

Spans = dict[datetime, "_Span"]


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """How many people, interface spans and team spans a file names."""

    people: int
    interfaces: int
    memberships: int


@dataclass(frozen=True, slots=True)
class _Span:
    """``holder`` has ``owner`` (an interface has a person, a person has a team) for a time."""

    line: int
    owner: str
    holder: str
    starts_at: datetime
    ends_at: datetime | None

    def meets(self, later: "_Span") -> bool:
        return self.ends_at is None or self.ends_at > later.starts_at


async def import_people(path: Path, *, writer: Writer, dialect: str, zone: tzinfo = UTC) -> PeopleReport:
    """Store the people of the file at ``path``; ``zone`` is the site's, for dates. Raises ImportRefused."""
    lines = list(read_people(path, zone))
    names = names_of(lines)
    seats = [
        _Span(line.line, line.interface, line.person, line.starts_at, line.ends_at)
        for line in lines
        if line.interface is not None
    ]
    places = [
        _Span(line.line, line.person, line.team, line.starts_at, line.ends_at)
        for line in lines
        if line.team is not None
    ]

    def work(connection: Connection) -> None:
        _store_people(connection, dialect, names)
        _store_teams(connection, dialect, lines)
        _store_spans(connection, dialect, seats, interfaces, ("interface", "person"))
        _store_spans(connection, dialect, places, memberships, ("person", "team"))

    await writer.write(work)
    return PeopleReport(len(names), len(seats), len(places))


def _store_people(connection: Connection, dialect: str, names: dict[str, str | None]) -> None:
    named = [{"person": person, "name": name} for person, name in names.items() if name is not None]
    unnamed = [{"person": person, "name": person} for person, name in names.items() if name is None]
    if named:
        connection.execute(insert_or_replace(people, dialect, ("name",)), named)
    if unnamed:
        connection.execute(insert_or_keep(people, dialect), unnamed)


def _store_teams(connection: Connection, dialect: str, lines: Sequence[PersonLine]) -> None:
    keys = sorted({line.team for line in lines if line.team is not None})
    if keys:
        connection.execute(insert_or_keep(teams, dialect), [{"team": key} for key in keys])


def _store_spans(
    connection: Connection, dialect: str, spans: Sequence[_Span], table: Table, columns: tuple[str, str]
) -> None:
    owner, holder = columns
    by_owner: dict[str, Spans] = {}
    for row in connection.execute(select(table)).mappings():
        known = _Span(0, row[owner], row[holder], row["starts_at"], row["ends_at"])
        by_owner.setdefault(known.owner, {})[known.starts_at] = known
    for span in spans:
        beside = by_owner.setdefault(span.owner, {})
        _require_same(span, beside.get(span.starts_at))
        beside[span.starts_at] = span
    for key in {span.owner for span in spans}:
        _require_apart(by_owner[key])
    if spans:
        connection.execute(
            insert_or_replace(table, dialect, ("ends_at",)),
            [
                {owner: span.owner, holder: span.holder, "starts_at": span.starts_at, "ends_at": span.ends_at}
                for span in spans
            ],
        )


def _require_same(span: _Span, known: _Span | None) -> None:
    """Refuse another holder from the same moment on, and two ends of one span in one file."""
    if known is None:
        return
    if known.holder != span.holder:
        raise _clash(span, known)
    if known.line and known.ends_at != span.ends_at:
        raise ImportRefused(
            span.line, f"{span.owner} with {span.holder} ends otherwise in line {known.line}", "write one end"
        )


def _require_apart(spans: Spans) -> None:
    ordered = [spans[start] for start in sorted(spans)]
    for index, span in enumerate(ordered):
        for later in ordered[index + 1 :]:
            if span.holder != later.holder and span.meets(later):
                newer, older = (later, span) if later.line >= span.line else (span, later)
                raise _clash(newer, older)


def _clash(span: _Span, other: _Span) -> ImportRefused:
    where = f"line {other.line}" if other.line else "the directory"
    return ImportRefused(
        span.line,
        f"{span.owner} is with {other.holder} at that time, by {where}",
        f"give {other.holder}'s line an end in `to` first",
    )
