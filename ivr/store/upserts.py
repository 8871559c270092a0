"""Upserts: inserts that keep what is there, in the words of either database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, func
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_into(table: Table, dialect: str) -> Insert:
    """Return an insert that knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_or_keep(table: Table, dialect: str) -> Insert:
    """Insert a row; one that is already there stays as it is."""
    return insert_into(table, dialect).on_conflict_do_nothing()


def insert_or_fill(
    table: Table, dialect: str, fill: tuple[str, ...], rules: Mapping[str, ColumnElement[Any]] | None = None
) -> Insert:
    """Insert a row; of one that is already there only the NULLs among the columns ``fill`` take the new values.

    ``rules`` gives other columns their own rule; :func:`proposed` names the new value in one.
    """
    insert = insert_into(table, dialect)
    changes: dict[str, ColumnElement[Any]] = {
        name: func.coalesce(table.c[name], insert.excluded[name]) for name in fill
    }
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={**changes, **(rules or {})}
    )


def insert_or_replace(
    table: Table, dialect: str, columns: tuple[str, ...], rules: Mapping[str, ColumnElement[Any]] | None = None
) -> Insert:
    """Insert a row; of one that is already there the ``columns`` take the new values, or what ``rules`` say."""
    insert = insert_into(table, dialect)
    changes: dict[str, ColumnElement[Any]] = {name: insert.excluded[name] for name in columns}
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={**changes, **(rules or {})}
    )


def proposed(table: Table, column: str, dialect: str) -> ColumnElement[Any]:
    """Return the value that an upsert of ``table`` proposes for ``column``."""
    return insert_into(table, dialect).excluded[column]
