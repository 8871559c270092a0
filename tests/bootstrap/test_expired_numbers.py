"""Sealed numbers that have expired are gone as soon as the service runs, and what may be used stays."""

import asyncio
from datetime import timedelta
from pathlib import Path, PurePosixPath

from ivr.bootstrap import parts
from ivr.bootstrap.retention import deleting_expired
from ivr.domain.calls import CallId
from ivr.settings import Settings
from ivr.store.sealed_numbers import SqlSealedNumbers
from ivr.usecases.draw_follow_ups import SealedNumber


async def test_what_has_expired_is_purged_at_the_start(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'ivr.db'}", comments_dir=PurePosixPath(tmp_path / "comments")
    )
    now = parts.now()
    async with parts.opened_store(settings) as store:
        numbers = SqlSealedNumbers(store.database, store.writer)
        for uniqueid, days in (("1.1", -1), ("1.2", 1)):
            call = CallId("default", uniqueid)
            await numbers.keep(SealedNumber(call, "follow-up", 0.5, "sealed", now, now + timedelta(days=days)))
        before = now - timedelta(days=2)
        assert len(await numbers.kept(before)) == 2
        async with deleting_expired(settings, store):
            for _ in range(500):
                if len(await numbers.kept(before)) == 1:
                    break
                await asyncio.sleep(0.01)
        assert [each.call.uniqueid for each in await numbers.kept(before)] == ["1.2"]
