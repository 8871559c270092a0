"""What every table is made of: the naming of constraints, and columns and checks that tables share."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Integer, MetaData

from ivr.store.column_types import NAME

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in an INTEGER."""


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the check that ``column`` holds one of ``values``."""
    # Not IN: within a check, SQLite builds the list anew for each row, which took a third of a row's time.
    return CheckConstraint(" OR ".join(f"{column} = {str(value)!r}" for value in values), name=column)


def not_below(column: str, least: int) -> CheckConstraint:
    """Return the check that ``column`` is at least ``least``."""
    return CheckConstraint(f"{column} >= {least}", name=column)


def probability(column: str) -> CheckConstraint:
    """Return the check that ``column`` lies between 0 and 1."""
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=column)


def of_call() -> tuple[Column[str], Column[str], ForeignKeyConstraint]:
    """Return the natural key of a call, for a table that stands under it."""
    return (
        Column("pbx", NAME, primary_key=True),
        Column("uniqueid", NAME, primary_key=True),
        ForeignKeyConstraint(["pbx", "uniqueid"], ["calls.pbx", "calls.uniqueid"], ondelete="CASCADE"),
    )
