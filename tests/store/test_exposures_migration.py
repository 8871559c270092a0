"""The second migration on a ledger with calls: exposures keep their rows, and one may be of no experiment."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

import ivr.store.migrations
from ivr.store.database import open_database, upgrade

_EXPOSE = """
INSERT INTO exposures (pbx, uniqueid, layout_version, exposed_at, experiment, stratum, layout, layout_probability,
  allocation, delay_seconds, delay_probability)
VALUES ('default', '1.1', '{version}', '2026-03-01 09:00:00', {experiment}, '*', 'a', 0.5, 'a:0.5 b:0.5', 2, 1)
"""


def test_exposures_of_before_are_kept(url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(ivr.store.migrations.__file__).parent))
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO calls (pbx, uniqueid) VALUES ('default', '1.1')"))
        connection.execute(text(_EXPOSE.format(version="v1", experiment="'default'")))
    engine.dispose()
    upgrade(url)
    database = open_database(url)
    with database.engine.begin() as connection:
        connection.execute(text(_EXPOSE.format(version="v2", experiment="NULL")))
        rows = connection.execute(text("SELECT layout_version, experiment, confirm_probability FROM exposures"))
        assert sorted(tuple(row) for row in rows) == [("v1", "default", 0.0), ("v2", None, 0.0)]
        connection.execute(text("DELETE FROM calls"))
        assert connection.execute(text("SELECT count(*) FROM exposures")).scalar_one() == 0
    database.close()
