"""Where layouts are defined: the files of a folder, or what people published in the database; read by one reader."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ivr.catalogue.document import Document, DocumentUnreadable, Fault, parse_document
from ivr.catalogue.layouts import layout_documents
from ivr.domain.lifecycle import NotedVersion
from ivr.errors import DatabaseRefused, LayoutRefused
from ivr.settings import Settings
from ivr.store.database import Database, open_database
from ivr.store.layout_versions import read_published, read_standings


def definitions(
    settings: Settings, database: Database | None = None, *, ever_published: bool = False
) -> list[Document | Fault]:
    """Return the texts that define the layouts, each under the name that its faults are told with.

    From the database that is the version of each layout that was published last and is not retired; with
    ``ever_published`` a retired one too, where a layout has no other, as the figures of old calls need.

    Raises:
        LayoutRefused: there is none.
        DatabaseRefused: the database cannot be read.
    """
    if settings.layouts_source == "files":
        return layout_documents(settings.layouts_dir)
    with _opened(settings, database) as opened:
        published = opened.read_now(lambda connection: read_published(connection, ever=ever_published))
    if not published:
        raise LayoutRefused(
            "database",
            "holds no published layout",
            "draft one with `ivr layouts draft FILE`, check it and publish it, or set layouts_source to files",
        )
    return [document_of(noted) for noted in published]


def document_of(noted: NotedVersion) -> Document | Fault:
    """Return the text of a version that was noted; a fault where it is no TOML."""
    try:
        return parse_document(Path(f"database: {noted.layout}"), noted.definition, key=noted.layout)
    except DocumentUnreadable as unreadable:
        return unreadable.fault


def unknown_layout(
    settings: Settings, key: str, there: Collection[str], database: Database | None = None
) -> LayoutRefused:
    """Return the refusal of a ``key`` that is not ``there``; one that the log knows wants the other source."""
    noted = []
    # Without a ledger nothing was drafted; one that cannot be read leaves the plain refusal.
    with suppress(DatabaseRefused), _opened(settings, database) as opened:
        noted = opened.read_now(lambda connection: read_standings(connection, key))
    if not noted or settings.layouts_source == "database":
        return LayoutRefused(key, "is no layout here", f"name one of {', '.join(sorted(there))}")
    return LayoutRefused(
        key,
        f"is {noted[-1].state or 'noted'} in the database, but layouts come from the files of {settings.layouts_dir}",
        f'set layouts_source = "database", or put {key}.toml into that folder',
    )


@contextmanager
def _opened(settings: Settings, database: Database | None) -> Iterator[Database]:
    if database is not None:
        yield database
        return
    opened = open_database(settings.database_url, create=False)
    try:
        yield opened
    finally:
        opened.close()
