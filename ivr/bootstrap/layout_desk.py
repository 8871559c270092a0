"""The desk where people decide about layouts: what they name, joined to what would be heard now.

From files the version that counts is the one of the file with the recordings of today. From the database it is that of
the newest draft, joined to the published layouts around it.
"""

from collections.abc import Sequence
from pathlib import Path

from ivr.bootstrap import parts
from ivr.bootstrap.definitions import definitions, document_of, unknown_layout
from ivr.bootstrap.offering import layout_changes, running_experiment, user_name
from ivr.catalogue.document import Document, DocumentUnreadable, Fault, read_document
from ivr.catalogue.layouts import refusal
from ivr.domain.lifecycle import LayoutDecision, NotedVersion, Standing
from ivr.errors import LayoutRefused, LifecycleRefused
from ivr.settings import Settings
from ivr.store.layout_versions import SqlLayoutVersions, read_published
from ivr.usecases.change_layout import Defined


class LayoutDesk:
    """Takes one decision after another; each is kept with who took it."""

    def __init__(self, settings: Settings, store: parts.Store) -> None:
        self._settings = settings
        self._store = store
        self._records = SqlLayoutVersions(store.database, store.writer)
        self._changes = layout_changes(store)

    async def draft(self, file: Path, *, by: str | None) -> Standing:
        """Keep ``file`` as a draft, whatever the settings say of where layouts come from."""
        try:
            document = read_document(file)
        except DocumentUnreadable as unreadable:
            raise refusal(unreadable.fault) from None
        return await self._changes.draft(self._defined(document), by=by or user_name())

    async def note_checked(self, key: str) -> Standing:
        """Check what would be heard now of ``key``, and keep that it is in order."""
        return await self._changes.check(await self._heard(key), by=user_name())

    async def publish(self, key: str, version: str | None, *, by: str) -> Standing:
        """Publish a version, the one that would be heard now unless ``version`` names another."""
        if version is not None:
            return await self._changes.publish(key, version, by=by)
        heard = await self._heard(key)
        if self._is_from_files:
            await self._changes.check(heard, by=by)
        elif heard.version.version != (newest := await self._changes.newest(key)).version:
            raise LifecycleRefused(
                f"database: {key}: the recordings have changed since version {newest.version} was drafted; "
                f"run `ivr layouts check {key}`, which keeps the version that would be heard now"
            )
        return await self._changes.publish(key, heard.version.version, by=by)

    async def retire(self, key: str, version: str | None, *, by: str, reason: str) -> Standing:
        """Retire a version, the one published last unless ``version`` names another."""
        published = {each.layout: each for each in await self._store.database.read_report(read_published)}
        if version is None and key not in published:
            raise LifecycleRefused(f"no version of {key} is published, so none can be retired; see `ivr layouts list`")
        return await self._changes.retire(
            key,
            version or published[key].version,
            by=by,
            reason=reason,
            running=await running_experiment(self._settings, self._store),
        )

    async def sign(self, key: str, version: str | None, *, by: str, reason: str) -> Standing:
        """Sign for a version, the one that would be heard now unless ``version`` names another."""
        if version is None:
            standing = await self._changes.draft(await self._heard(key), by=by)
            version = standing.version
        return await self._changes.sign(key, version, by=by, reason=reason)

    async def history(self, key: str) -> tuple[Sequence[LayoutDecision], Sequence[Standing]]:
        """Return every decision about ``key``, and where its versions stand; refuses a key without a version."""
        await self._changes.newest(key)
        return await self._records.history(key), await self._records.standings(key)

    @property
    def _is_from_files(self) -> bool:
        return self._settings.layouts_source == "files"

    async def _heard(self, key: str) -> Defined:
        if self._is_from_files:
            catalogue = parts.catalogue(self._settings)
            if key not in catalogue.versions:
                raise unknown_layout(self._settings, key, catalogue.versions, self._store.database)
            return Defined(catalogue.versions[key], catalogue.texts[key])
        newest = await self._changes.newest(key)
        noted = await self._records.find(key, newest.version)
        if noted is None:
            raise AssertionError("a version that stands was noted")
        return self._defined(_readable(noted))

    def _defined(self, document: Document) -> Defined:
        """Join the layout of ``document`` to its recordings, among the layouts that are there."""
        others = [each for each in self._others() if isinstance(each, Fault) or each.key != document.key]
        versions = parts.layout_versions(self._settings, [*others, document])
        return Defined(versions[document.key], document.text)

    def _others(self) -> Sequence[Document | Fault]:
        try:
            return definitions(self._settings, self._store.database)
        except LayoutRefused:
            return ()  # the first draft of an empty database or folder


def _readable(noted: NotedVersion) -> Document:
    document = document_of(noted)
    if isinstance(document, Fault):
        raise refusal(document)
    return document
