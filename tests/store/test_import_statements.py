from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from ivr.store.database import Database
from ivr.store.driver_cursor import POSITIONAL, driver_cursor
from ivr.store.import_statements import NewRows, sqlite_moment
from ivr.store.tables import legs, people


@given(st.floats(0, 2.5e11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_a_moment_is_stored_as_sqlalchemy_stores_it(moment: datetime) -> None:
    words = POSITIONAL["sqlite"]
    bind = legs.c.ended_at.type.dialect_impl(words).bind_processor(words)
    assert sqlite_moment(moment) == bind(moment)


@pytest.mark.parametrize("many", [0, 1, 511, 512, 513, 1500])
def test_any_number_of_rows_is_inserted(many: int, database: Database) -> None:
    new = NewRows(people, ("person", "name"), database.dialect)
    names = [f"one \\ \t {number} «\n»" for number in range(many)]
    batches = new.batches({"person": [f"{number:05}" for number in range(many)], "name": names})
    with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
        with driver_cursor(connection) as cursor:
            new.insert(cursor, batches)
        assert connection.execute(select(people.c.name).order_by(people.c.person)).scalars().all() == names


def test_a_row_that_is_there_is_refused(database: Database) -> None:
    new = NewRows(people, ("person", "name"), database.dialect)
    with database.engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            connection.execute(insert(people).values(person="a", name="a"))
        with pytest.raises(IntegrityError), connection.begin(), driver_cursor(connection) as cursor:
            new.insert(cursor, new.batches({"person": ["b", "a"], "name": ["b", "a"]}))
        with connection.begin():
            assert connection.execute(select(people.c.person)).scalars().all() == ["a"]
