"""Sessions that are over are gone as soon as the service runs, and those that live stay."""

import asyncio
from datetime import timedelta
from pathlib import Path, PurePosixPath

from ivr.bootstrap import parts
from ivr.bootstrap.retention import deleting_expired
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.settings import Settings
from ivr.usecases.accounts import Role, Session
from ivr.usecases.add_user import add_user


async def test_what_is_over_is_purged_at_the_start(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'ivr.db'}",
        comments_dir=PurePosixPath(tmp_path / "comments"),
        pepper_file=tmp_path / "pepper",
        session_idle_minutes=5,
    )
    now = parts.now()
    async with parts.opened_store(settings) as store:
        ports = sign_in_ports(settings, store)
        user = (await add_user(ports, "sam", roles={Role.VIEWER})).user
        for minutes in (4, 6):
            seen = now - timedelta(minutes=minutes)
            later = now + timedelta(hours=1)
            await ports.sessions.open(Session(f"h{minutes}", user, "c", seen, later, id=f"{minutes}", seen_at=seen))
        before = now - timedelta(minutes=4)
        assert len(await ports.sessions.of_user("sam", before)) == 2
        async with deleting_expired(settings, store):
            for _ in range(500):
                if len(await ports.sessions.of_user("sam", before)) == 1:
                    break
                await asyncio.sleep(0.01)
        assert [each.id for each in await ports.sessions.of_user("sam", before)] == ["4"]
    assert not settings.pepper_file.exists()
