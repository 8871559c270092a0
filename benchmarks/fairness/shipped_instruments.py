"""Shipped instruments: what the commands know of the layouts, from their files and the built prompts.

The simulated callers hear the times of their scenario, the commands go by those of the real prompts; an estimator has
to live with that, as it has to with prompts that were recorded anew.
"""

import asyncio
import tempfile
from functools import cache
from pathlib import Path

from ivr.bootstrap import parts
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.bootstrap.prompt_lengths import PromptLengths
from ivr.domain.kpi.instruments import Instruments
from ivr.settings import HOME, Settings


@cache
def shipped_instruments() -> Instruments:
    """Return the instruments of ``config/layouts`` as prompts are built today; without built ones no times."""
    with tempfile.TemporaryDirectory(prefix="fairness-") as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'empty.db'}", layouts_dir=HOME / "config" / "layouts"
        )
        return asyncio.run(_instruments(settings))


async def _instruments(settings: Settings) -> Instruments:
    async with parts.opened_store(settings) as store:
        archive = LayoutArchive(store.database, PromptLengths(settings.sounds_dir))
        return await archive.instruments(parts.layouts(settings, ever_published=True))
