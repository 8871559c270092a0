from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from ivr.store.database import Database
from ivr.store.driver_cursor import POSITIONAL, driver_cursor
from ivr.store.import_rows import RowMaker, RowsPlan, sqlite_moment
from ivr.store.import_statements import Insertion
from ivr.store.tables import legs, people


@given(st.floats(0, 2.5e11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_a_moment_is_stored_as_sqlalchemy_stores_it(moment: datetime) -> None:
    words = POSITIONAL["sqlite"]
    bind = legs.c.ended_at.type.dialect_impl(words).bind_processor(words)
    assert sqlite_moment(moment) == bind(moment)


def stored(database: Database, *some: dict[str, list[str]], alike: dict[str, str]) -> list[tuple[str, str]]:
    """Insert people, some after the others in one transaction, and return all that are there."""
    insertion = Insertion(
        people, [name for name in ("person", "name") if name not in alike], "person", database.dialect
    )
    maker = RowMaker(insertion.plan)
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        with driver_cursor(connection) as cursor:
            for values in some:
                insertion.insert(cursor, maker.rows(values), alike)
        return [tuple(row) for row in connection.execute(select(people).order_by(people.c.person))]


@pytest.mark.parametrize("many", [0, 1, 511, 512, 513, 1500])
def test_any_number_of_rows_is_inserted(many: int, database: Database) -> None:
    names = [f"one \\ \t {number} «\n»" for number in range(many)]
    numbers = [f"{number:05}" for number in range(many)]
    found = stored(database, {"person": numbers, "name": names}, alike={})
    assert found == list(zip(numbers, names, strict=True))


@pytest.mark.parametrize("many", [1, 8, 600])
def test_what_is_alike_in_all_rows_is_in_each_of_them(many: int, database: Database) -> None:
    numbers = [f"{number:05}" for number in range(3 * many)]
    alike = {"person": numbers[:many], "name": ["same"] * many}
    differing = {"person": numbers[many : 2 * many], "name": numbers[:many]}
    again = {"person": numbers[2 * many :], "name": ["other"] * many}
    names = [name for some in (alike, differing, again) for name in some["name"]]
    assert stored(database, alike, differing, again, alike={}) == list(zip(numbers, names, strict=True))


def test_what_is_known_of_all_rows_need_not_be_in_their_columns(database: Database) -> None:
    assert stored(database, {"person": ["a", "b"]}, alike={"name": "same"}) == [("a", "same"), ("b", "same")]


def test_columns_that_are_alike_in_the_first_and_the_last_row_alone_are_not_alike() -> None:
    plan = RowsPlan(("person", "name"), "person", frozenset(), frozenset(), copies=False)
    rows = RowMaker(plan).rows({"person": ["a", "b", "c"], "name": ["x", "y", "x"]})
    assert rows.alike == {}
    assert RowMaker(plan).rows({"person": ["a", "b"], "name": [None, None]}).alike == {"name": None}


def test_a_row_that_is_there_is_refused(database: Database) -> None:
    insertion = Insertion(people, ("person", "name"), "person", database.dialect)
    rows = RowMaker(insertion.plan).rows({"person": ["b", "a"], "name": ["b", "a"]})
    with database.engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            connection.execute(insert(people).values(person="a", name="a"))
        with pytest.raises(IntegrityError), connection.begin(), driver_cursor(connection) as cursor:
            insertion.insert(cursor, rows)
        with connection.begin():
            assert connection.execute(select(people.c.person)).scalars().all() == ["a"]
