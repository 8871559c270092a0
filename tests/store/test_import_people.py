from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ivr.errors import ImportRefused
from ivr.store.database import Database
from ivr.store.directory import SqlDirectory
from ivr.store.import_people import PeopleReport, import_people
from ivr.store.tables import people
from ivr.store.writer import Writer

HEADER = "person,name,interface,team,from,to"
MARCH = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/Berlin"))


class Directory(SqlDirectory):
    def __init__(self, database: Database, writer: Writer, folder: Path) -> None:
        super().__init__(database)
        self._writer = writer
        self._dialect = database.dialect
        self._path = folder / "people.csv"

    async def load(self, *lines: str, header: str = HEADER) -> PeopleReport:
        self._path.write_text("\n".join([header, *lines]) + "\n")
        return await import_people(
            self._path, writer=self._writer, dialect=self._dialect, zone=ZoneInfo("Europe/Berlin")
        )


@pytest.fixture
def directory(database: Database, writer: Writer, tmp_path: Path) -> Directory:
    return Directory(database, writer, tmp_path)


async def test_people_sit_somewhere_for_a_time(directory: Directory) -> None:
    report = await directory.load(
        "ann,Ann Müller,PJSIP/101,north,,2026-03-01",
        "bob,Bob,PJSIP/101,north,2026-03-01,2026-03-02T08:00:00+01:00",
    )
    assert report == PeopleReport(people=2, interfaces=2, memberships=2)
    moment = timedelta(microseconds=1)
    assert await directory.person_at("PJSIP/101", datetime(1999, 1, 1, tzinfo=UTC)) == "ann"
    assert await directory.person_at("PJSIP/101", MARCH - moment) == "ann"
    assert await directory.person_at("PJSIP/101", MARCH) == "bob"
    assert await directory.person_at("PJSIP/101", datetime(2026, 3, 2, 7, tzinfo=UTC)) is None
    assert await directory.person_at("PJSIP/999", MARCH) is None
    assert await directory.team_of("bob", MARCH) == "north"
    assert await directory.team_of("bob", MARCH - moment) is None
    assert await directory.team_of("eve", MARCH) is None


async def test_loading_twice_changes_nothing(directory: Directory) -> None:
    line = "ann,Ann,PJSIP/101,north,2026-03-01,"
    assert await directory.load(line) == await directory.load(line)
    assert await directory.person_at("PJSIP/101", MARCH) == "ann"


async def test_a_span_is_ended_by_a_later_file(directory: Directory) -> None:
    await directory.load("ann,Ann,PJSIP/101,north,,")
    await directory.load(
        "ann,,PJSIP/101,north,,2026-03-01", "ann,,PJSIP/102,south,2026-03-01,", "bob,,PJSIP/101,,2026-03-01,"
    )
    assert await directory.person_at("PJSIP/101", MARCH) == "bob"
    assert await directory.person_at("PJSIP/102", MARCH) == "ann"
    assert await directory.team_of("ann", MARCH) == "south"


async def test_two_telephones_of_one_person_in_one_team_are_fine(directory: Directory) -> None:
    await directory.load("ann,Ann,PJSIP/101,north,,", "ann,Ann,PJSIP/102,north,2026-03-01,")
    assert await directory.team_of("ann", MARCH) == "north"


async def test_a_name_is_kept_or_replaced(directory: Directory, database: Database) -> None:
    await directory.load("ann,Ann,,,,", "bob,,,,,")
    await directory.load("ann,,,,,", "bob,Bob,,,,")
    rows = database.read_now(lambda connection: connection.execute(select(people).order_by(people.c.person)).all())
    assert [tuple(row) for row in rows] == [("ann", "Ann"), ("bob", "Bob")]


@pytest.mark.parametrize(
    ("lines", "line", "sentence"),
    [
        ([",Ann,PJSIP/1,,,"], 2, "person is empty"),
        (["ann,Ann,PJSIP/1"], 2, "3 cells stand under 6 columns"),
        (["ann,Ann,PJSIP/1,north,soon,"], 2, 'from is "soon"; write a date such as 2026-03-01'),
        (["ann,Ann,PJSIP/1,north,2026-02-30,"], 2, 'from is "2026-02-30"'),
        (["ann,Ann,PJSIP/1,north,2026-03-01T10:00:00,"], 2, "a time with its offset"),
        (["ann,Ann,PJSIP/1,north,2026-03-02,2026-03-01"], 2, "to is not after from"),
        (["ann,Ann,,,,", "ann,Eve,,,,"], 3, 'ann is called "Ann" further up'),
        (["ann,,PJSIP/1,,,", "bob,,PJSIP/1,,,"], 3, "PJSIP/1 is with ann at that time, by line 2"),
        (["ann,,PJSIP/1,,,", "bob,,PJSIP/1,,2026-03-01,"], 3, "PJSIP/1 is with ann at that time, by line 2"),
        (["ann,,,north,,", "ann,,,south,2026-03-01,"], 3, "ann is with north at that time, by line 2"),
        (["ann,,,north,,", "ann,,,north,,2026-03-01"], 3, "ann with north ends otherwise in line 2"),
        (["eve,,PJSIP/9,,2026-03-01,"], 2, "PJSIP/9 is with zoe at that time, by the directory"),
    ],
)
async def test_a_bad_file_is_refused_whole_with_its_line(
    lines: list[str], line: int, sentence: str, directory: Directory
) -> None:
    await directory.load("zoe,Zoe,PJSIP/9,,,")
    with pytest.raises(ImportRefused) as refused:
        await directory.load("kim,Kim,PJSIP/5,north,,", *lines)
    assert str(refused.value).startswith(f"line {line + 1}: ")
    assert sentence.replace("line 2", "line 3") in str(refused.value)
    assert await directory.person_at("PJSIP/5", MARCH) is None


@pytest.mark.parametrize("header", ["person,colour", "name,team", "person,person"])
async def test_a_bad_header_is_refused(header: str, directory: Directory) -> None:
    with pytest.raises(ImportRefused, match=r"line 1: .*begin the file with person,name,interface"):
        await directory.load("a,b", header=header)
