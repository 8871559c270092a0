"""Faults: what a database or its driver says, told in one sentence with its remedy."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ivr.errors import DatabaseRefused

# What the driver says, what that means, what to do. SQLite's words first, then PostgreSQL's.
_KNOWN = (
    ("database is locked", "another program keeps it locked", "end that program, then try again"),
    ("database or disk is full", "the disk is full", "free some space"),
    ("disk i/o error", "the disk failed", "look at the machine's log, and restore a backup if it is damaged"),
    ("readonly database", "it may not be written", "give this user the right to write the file and its folder"),
    ("malformed", "the file is damaged", "restore a backup"),
    ("not a database", "the file is not an SQLite database", "name another file, or move this one away"),
    ("unable to open", "the file cannot be opened", "check that its folder exists and that this user may write there"),
    ("no space left", "the disk is full", "free some space"),
    ("password authentication failed", "the password is wrong", "correct it in the database's address"),
    ("no password supplied", "no password is given", "add it to the database's address"),
    (
        "does not exist",
        "the database, the user or a table is not there",
        "create it, or correct the database's address",
    ),
    ("permission denied", "this user may not do that", "grant the rights in the database"),
    ("connection refused", "no PostgreSQL answers there", "start it, or correct the database's address"),
    ("no such file", "no PostgreSQL answers there", "start it, or correct the database's address"),
    ("could not translate host", "its host is not known", "correct the database's address"),
    ("failed to resolve host", "its host is not known", "correct the database's address"),
    ("timeout expired", "no PostgreSQL answers in time", "start it, or correct the database's address"),
    ("server closed the connection", "PostgreSQL ended the connection", "see that it is running"),
    ("terminating connection", "PostgreSQL ended the connection", "see that it is running"),
    ("the connection is closed", "PostgreSQL ended the connection", "see that it is running"),
    ("the connection is lost", "PostgreSQL ended the connection", "see that it is running"),
    ("too many connections", "PostgreSQL has no connection to spare", "raise its max_connections"),
)


def refusal(error: SQLAlchemyError | sqlite3.Error, place: str) -> DatabaseRefused:
    """Return the refusal that tells ``error`` of the database at ``place`` (without a password)."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    for words, meaning, remedy in _KNOWN:
        if words in said.lower():
            return DatabaseRefused(f"the database {place} cannot be used: {meaning}; {remedy}")
    first_line = said.partition("\n")[0]
    return DatabaseRefused(f"the database {place} refused: {first_line}; run `ivr doctor` to see what is wrong with it")
