from datetime import timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ivr.store.bulk_statement import BulkStatement
from ivr.store.database import Database
from ivr.store.driver_cursor import driver_cursor
from ivr.store.tables import imports, people, teams
from ivr.store.upserts import insert_into, insert_or_keep, insert_or_replace

from .samples import START


def run(database: Database, statement: BulkStatement, rows: list[tuple]) -> None:
    with (
        database.engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
        driver_cursor(connection) as cursor,
    ):
        statement.run(cursor, rows)


def stored(database: Database) -> dict[str, str]:
    with database.engine.connect() as connection:
        return {row.person: row.name for row in connection.execute(select(people))}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 127, 128, 129, 255, 256, 300])
def test_any_number_of_rows_is_inserted_whole(database: Database, count: int) -> None:
    rows = [(f"p{number}", f"name {number}") for number in range(count)]
    run(database, BulkStatement.of(insert_into(people, database.dialect), ("person", "name"), database.dialect), rows)
    assert stored(database) == dict(rows)


@pytest.mark.parametrize(("upsert", "left"), [("keep", "first"), ("replace", "last")])
def test_rows_with_one_key_are_taken_in_their_order(database: Database, upsert: str, left: str) -> None:
    keep = insert_or_keep(people, database.dialect)
    replace = insert_or_replace(people, database.dialect, ("name",))
    statement = BulkStatement.of(keep if upsert == "keep" else replace, ("person", "name"), database.dialect)
    run(database, statement, [("ann", "first"), ("bob", "b"), ("ann", "second"), ("ann", "last")])
    assert stored(database) == {"ann": left, "bob": "b"}


def test_the_drivers_error_comes_out_as_any_other_statements(database: Database) -> None:
    statement = BulkStatement.of(insert_into(teams, database.dialect), ("team",), database.dialect)
    with pytest.raises(IntegrityError):
        run(database, statement, [("north",), ("north",)])


def test_columns_in_another_order_than_the_tables_are_refused(database: Database) -> None:
    with pytest.raises(AssertionError, match="the table's order"):
        BulkStatement.of(insert_into(people, database.dialect), ("name", "person"), database.dialect)


def test_a_value_is_stored_as_its_type_means_it(database: Database) -> None:
    columns = ("id", "started_at", "complete")
    statement = BulkStatement.of(insert_into(imports, database.dialect), columns, database.dialect)
    elsewhere = START.astimezone(timezone(timedelta(hours=2)))
    rows = [statement.bound((1, elsewhere, True)), statement.bound((2, START, False))]
    run(database, statement, rows)
    with database.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(select(imports).order_by("id"))] == [
            (1, START, True),
            (2, START, False),
        ]
    with pytest.raises(ValueError, match="without an offset"):
        statement.bound((3, START.replace(tzinfo=None), True))
