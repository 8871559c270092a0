"""Layout versions and what was decided about them; both are only ever added to, and triggers refuse a change."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from ivr.domain.lifecycle import LayoutDecision, NotedVersion, Standing, Step, standing_of
from ivr.domain.timelines import Recording
from ivr.errors import LifecycleRefused
from ivr.store.database import Database
from ivr.store.tables import layout_decisions, layout_versions
from ivr.store.upserts import insert_or_keep
from ivr.store.writer import Writer


class SqlLayoutVersions:
    """Implements :class:`ivr.usecases.change_layout.LayoutRecords`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def note(self, *versions: NotedVersion) -> None:
        """Keep ``versions``; one that is there already stays as it was first noted."""
        if versions:
            statement = insert_or_keep(layout_versions, self._database.dialect)
            rows = [_row(version) for version in versions]
            await self._writer.write(lambda connection: _run(connection, statement, rows))

    async def decide(self, *decisions: LayoutDecision, skip_if_reached: bool = False) -> int:
        """Add ``decisions``, in their order, all or none; return how many were added.

        ``skip_if_reached`` leaves out those that a version has passed already.

        Raises:
            LifecycleRefused: a step may not be taken as the version stands then.
        """

        def work(connection: Connection) -> int:
            added = 0
            for decision in decisions:
                standing = _locked_standing(connection, decision.layout, decision.version)
                if skip_if_reached and standing.has_passed(decision.step):
                    continue
                standing.require(decision.step)
                connection.execute(
                    insert(layout_decisions).values(
                        layout=decision.layout,
                        version=decision.version,
                        at=decision.at,
                        who=decision.who,
                        decision=decision.step.value,
                        reason=decision.reason,
                    )
                )
                added += 1
            return added

        return await self._writer.write(work)

    async def find(self, layout: str, version: str) -> NotedVersion | None:
        """Return a version as it is kept, or None."""
        return await self._database.read(lambda connection: find_version(connection, layout, version))

    async def standings(self, layout: str | None = None) -> Sequence[Standing]:
        """Return where every version (of ``layout``) stands, in the order in which they were noted."""
        return await self._database.read_report(lambda connection: read_standings(connection, layout))

    async def history(self, layout: str) -> Sequence[LayoutDecision]:
        """Return every decision about ``layout``, oldest first."""
        return await self._database.read_report(lambda connection: read_layout_decisions(connection, layout))


def find_version(connection: Connection, layout: str, version: str) -> NotedVersion | None:
    """Return a version as it is kept, or None."""
    statement = select(layout_versions).where(layout_versions.c.layout == layout, layout_versions.c.version == version)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _noted(row)


def read_standings(connection: Connection, layout: str | None = None) -> list[Standing]:
    """Return where every version (of ``layout``) stands, in the order in which they were noted."""
    decided: dict[tuple[str, str], list[LayoutDecision]] = {}
    for decision in read_layout_decisions(connection, layout):
        decided.setdefault((decision.layout, decision.version), []).append(decision)
    return [standing_of(noted, decided.get((noted.layout, noted.version), ())) for noted in _all(connection, layout)]


def read_published(connection: Connection, *, ever: bool = False) -> list[NotedVersion]:
    """Return the version of each layout that was published last and is not retired, by key.

    ``ever`` also takes a retired one where a layout has no other: old calls are still read with it.
    """
    last: dict[str, tuple[bool, int, str]] = {}
    for row in connection.execute(_LAST_MOVES):
        step = Step(row.decision)
        is_current = step is Step.PUBLISHED
        if is_current or (ever and step is Step.RETIRED):
            last[row.layout] = max(last.get(row.layout, (False, 0, "")), (is_current, row.id, row.version))
    found = (find_version(connection, layout, version) for layout, (_, _, version) in sorted(last.items()))
    return [noted for noted in found if noted is not None]


_MOVING = [step.value for step in Step if step is not Step.SIGNED]
_LAST_IDS = (
    select(func.max(layout_decisions.c.id))
    .where(layout_decisions.c.decision.in_(_MOVING))
    .group_by(layout_decisions.c.layout, layout_decisions.c.version)
)
_LAST_MOVES = select(layout_decisions).where(layout_decisions.c.id.in_(_LAST_IDS)).order_by(layout_decisions.c.id)


def _locked_standing(connection: Connection, layout: str, version: str) -> Standing:
    """Read where a version stands, and hold others off from deciding about it until the transaction ends."""
    row = connection.execute(
        select(layout_versions)
        .where(layout_versions.c.layout == layout, layout_versions.c.version == version)
        .with_for_update()  # SQLite, which has no such lock, has one writer at a time anyhow
    ).one_or_none()
    if row is None:
        raise LifecycleRefused(
            f"{layout} has no version {version} here; `ivr layouts history {layout}` tells which there are"
        )
    return standing_of(_noted(row), read_layout_decisions(connection, layout, version))


def _all(connection: Connection, layout: str | None) -> list[NotedVersion]:
    statement = select(layout_versions).order_by(
        layout_versions.c.layout, layout_versions.c.noted_at, layout_versions.c.version
    )
    if layout is not None:
        statement = statement.where(layout_versions.c.layout == layout)
    return [_noted(row) for row in connection.execute(statement)]


def read_layout_decisions(
    connection: Connection, layout: str | None, version: str | None = None
) -> list[LayoutDecision]:
    """Return every decision about ``layout`` and ``version`` (None: any), the oldest first."""
    statement = select(layout_decisions).order_by(layout_decisions.c.id)
    if layout is not None:
        statement = statement.where(layout_decisions.c.layout == layout)
    if version is not None:
        statement = statement.where(layout_decisions.c.version == version)
    return [
        LayoutDecision(row.layout, row.version, row.at, row.who, Step(row.decision), row.reason)
        for row in connection.execute(statement)
    ]


def _row(version: NotedVersion) -> dict[str, object]:
    return {
        "layout": version.layout,
        "version": version.version,
        "language": version.language,
        "definition": version.definition,
        "recordings": _recordings_text(version.recordings),
        "leads": json.dumps(version.leads, ensure_ascii=False) if version.leads else None,
        "noted_at": version.noted_at,
    }


def _noted(row: Row[*tuple[Any, ...]]) -> NotedVersion:
    recordings = {
        name: Recording(name, each["milliseconds"], each["sha256"]) for name, each in json.loads(row.recordings).items()
    }
    leads = () if row.leads is None else tuple(json.loads(row.leads))
    noted_at: datetime = row.noted_at
    return NotedVersion(row.layout, row.version, row.language, row.definition, recordings, leads, noted_at)


def _recordings_text(recordings: Mapping[str, Recording]) -> str:
    plain = {
        name: {"milliseconds": each.milliseconds, "sha256": each.sha256} for name, each in sorted(recordings.items())
    }
    return json.dumps(plain, ensure_ascii=False)


def _run(connection: Connection, statement: Any, rows: Iterable[Mapping[str, object]]) -> None:  # noqa: ANN401 - an upsert of either dialect
    for row in rows:
        connection.execute(statement, row)
