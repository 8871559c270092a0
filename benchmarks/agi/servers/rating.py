"""The whole service, with the shipped layouts and every step of the rating script; no manager interface."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ivr.bootstrap.service import service
from ivr.observe.logging import set_up_logging
from ivr.settings import Bind, Settings


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[int]:
    """Serve on a free port of loopback; ``folder`` takes the database, the log and the key of the hashes."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'ivr.db'}",
        pepper_file=folder / "pepper",
        agi_bind=Bind(("127.0.0.1", 0)),
        web_bind=Bind(("127.0.0.1", 0)),
    )
    with (folder / "log.jsonl").open("w") as lines:
        set_up_logging(settings.log_level, lines)
        async with service(settings) as taken:
            yield taken.agi[1]
