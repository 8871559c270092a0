"""Expired comments on a real folder and a real ledger: a voice is noted as deleted only where it is."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest
from sqlalchemy import select

from ivr.bootstrap import parts
from ivr.bootstrap.retention import deleting_expired
from ivr.domain.calls import CallId, Comment
from ivr.errors import DatabaseRefused
from ivr.settings import Settings
from ivr.store.comments import SqlComments
from ivr.store.ledger import SqlLedger
from ivr.store.tables import comments
from ivr.telephony.comment_files import MARK, FolderOfComments
from ivr.usecases.delete_comments import DeleteComments
from ivr.usecases.take_in_comments import TakeInComments

FILE = "default+1.1+primary"


def settings_of(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'ivr.db'}", comments_dir=PurePosixPath(tmp_path / "comments"))


async def note_expired(store: parts.Store) -> None:
    now = parts.now()
    over = Comment(CallId("default", "1.1"), "primary", FILE, "wav", 1.0, now - timedelta(days=91), now)
    await SqlLedger(store.database, store.writer).record(over)


def leave(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x" * 1000)
    os.utime(folder / name, (1, 1))


async def noted(store: parts.Store) -> list[bool]:
    rows = await store.database.read(lambda each: each.execute(select(comments.c.deleted_at)).scalars().all())
    return [row is not None for row in rows]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_folder_that_is_not_mounted_leaves_no_voice_behind(tmp_path: Path) -> None:
    settings, place, disk = settings_of(tmp_path), tmp_path / "comments", tmp_path / "disk"
    place.mkdir()
    disk.mkdir()
    leave(disk, f"{FILE}.wav")
    async with parts.opened_store(settings) as store:
        await note_expired(store)
        known, files = SqlComments(store.database, store.writer), FolderOfComments(settings.comments_dir)
        delete_comments = DeleteComments(comments=known, files=files, pbx="default", clock=parts.now)
        assert await delete_comments() == 0
        assert await noted(store) == [False]
        place.rmdir()
        disk.rename(place)
        assert await delete_comments() == 1
        assert await noted(store) == [True]
        assert [path.name for path in place.iterdir()] == [MARK]
        # Out of a backup it is deleted once more.
        leave(place, f"{FILE}.wav")
        assert await delete_comments() == 0
        assert [path.name for path in place.iterdir()] == [MARK]


async def test_a_comment_that_was_deleted_by_hand_is_noted_where_the_folder_is_proven(tmp_path: Path) -> None:
    settings, place = settings_of(tmp_path), tmp_path / "comments"
    place.mkdir()
    leave(place, "default+1.2+primary.wav")
    async with parts.opened_store(settings) as store:
        await note_expired(store)
        ledger, known = SqlLedger(store.database, store.writer), SqlComments(store.database, store.writer)
        files = FolderOfComments(settings.comments_dir)
        later = parts.now() - timedelta(days=1)
        take_in = TakeInComments(ledger=ledger, comments=known, files=files, pbx="default", clock=lambda: later)
        assert await take_in() == 1
        assert await DeleteComments(comments=known, files=files, pbx="default", clock=parts.now)() == 2
        assert await noted(store) == [True, True]


async def test_what_cannot_be_taken_in_keeps_nothing_from_being_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(_taking: TakeInComments) -> int:
        raise DatabaseRefused("the ledger is full")

    monkeypatch.setattr(TakeInComments, "__call__", refused)
    settings, place = settings_of(tmp_path), tmp_path / "comments"
    place.mkdir()
    leave(place, f"{FILE}.wav")
    async with parts.opened_store(settings) as store:
        await note_expired(store)
        async with deleting_expired(settings, store):
            await until(lambda: not (place / f"{FILE}.wav").exists())


async def test_a_name_that_nobody_could_store_ends_nothing(tmp_path: Path) -> None:
    settings, place = settings_of(tmp_path), tmp_path / "comments"
    place.mkdir()
    for name in ("default+1_00+primary.wav", "default+_0a+x.wav", f"{FILE}.wav"):
        leave(place, name)
    async with parts.opened_store(settings) as store, deleting_expired(settings, store):
        await until(lambda: not (place / f"{FILE}.wav").exists())
    left = {path.name for path in place.iterdir()}
    assert left == {MARK, "default+1_00+primary.wav", "default+_0a+x.wav"}
