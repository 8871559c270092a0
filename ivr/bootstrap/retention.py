"""Retention: what was kept long enough is deleted, at the start and every hour.

That is comments, sealed numbers, sessions and API tokens that are over, and failed sign-ins that are forgotten.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from ivr.bootstrap import parts
from ivr.bootstrap.sign_ins import sign_in_ports
from ivr.errors import IvrError
from ivr.settings import Settings
from ivr.store.comments import SqlComments
from ivr.store.ledger import SqlLedger
from ivr.store.sealed_numbers import SqlSealedNumbers
from ivr.telephony.comment_files import FolderOfComments
from ivr.usecases.delete_comments import DeleteComments
from ivr.usecases.purge_sign_ins import purge_sign_ins
from ivr.usecases.take_in_comments import TakeInComments

PAUSE_SECONDS = 3600.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def deleting_expired(settings: Settings, store: parts.Store) -> AsyncIterator[None]:
    """Delete what has expired while the block runs; a fault is told, and tried anew the next time."""
    task = asyncio.create_task(_keep_deleting(settings, store), name="retention")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_deleting(settings: Settings, store: parts.Store) -> None:
    comments = SqlComments(store.database, store.writer)
    files = FolderOfComments(settings.comments_dir)
    take_in_comments = TakeInComments(
        ledger=SqlLedger(store.database, store.writer),
        comments=comments,
        files=files,
        pbx=settings.pbx,
        clock=parts.now,
    )
    delete_comments = DeleteComments(comments=comments, files=files, pbx=settings.pbx, clock=parts.now)
    numbers = SqlSealedNumbers(store.database, store.writer)
    ports = sign_in_ports(settings, store)
    while True:
        try:
            # First, so that what nobody knew and is over goes at once.
            await take_in_comments()
        except IvrError as fault:
            log.error("comments_not_taken_in", reason=str(fault))
        try:
            await delete_comments()
        except IvrError as fault:
            log.error("comments_not_deleted", reason=str(fault))
        try:
            purged = await numbers.purge(parts.now())
        except IvrError as fault:
            log.error("numbers_not_purged", reason=str(fault))
        else:
            if purged:
                log.info("numbers_purged", numbers=purged)
        try:
            await purge_sign_ins(ports)
        except IvrError as fault:
            log.error("sign_ins_not_purged", reason=str(fault))
        await asyncio.sleep(PAUSE_SECONDS)
