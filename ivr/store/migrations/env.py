"""Runs the migrations on the connection that :mod:`ivr.store.schema` hands over, in its transaction."""

from alembic import context
from sqlalchemy import Connection

from ivr.store.tables import metadata

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("migrations run on an open connection")
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
