"""What callers are offered: nothing is locked where anything refuses, and a changed layout is told and kept apart."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_watch import started_experiment
from ivr.bootstrap.offering import Configuration, layout_changes, open_offering, running_by
from ivr.catalogue.load import Catalogue
from ivr.domain.asking_rules import AskingRules
from ivr.domain.experiment_lock import DecisionKind
from ivr.domain.layouts import Layout
from ivr.errors import DatabaseRefused, ExperimentRefused, LifecycleRefused
from ivr.settings import Settings
from ivr.store.experiment_decisions import SqlExperimentDecisions
from ivr.store.layout_versions import SqlLayoutVersions
from ivr.usecases.change_layout import Defined
from tests.specimens import experiment, layout, version

TRIAL = replace(experiment({"sequential-123": 0.5, "paced-123": 0.5}), key="trial", control="sequential-123")
PLAIN, PACED = layout(), layout(key="paced-123", pause_seconds=1.0)
TURNED = replace(PLAIN, options=tuple(replace(each, category=2 - each.category) for each in PLAIN.options))


def read(*layouts: Layout) -> Configuration:
    by_key = {each.key: each for each in layouts}
    versions = {key: version(each) for key, each in by_key.items()}
    texts = {key: f'key = "{key}"\n' for key in by_key}
    return Configuration(Catalogue(by_key, versions, {"trial": TRIAL}, {}, texts), TRIAL, AskingRules())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'ivr.db'}")


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[parts.Store]:
    async with parts.opened_store(settings) as store:
        yield store


async def test_nothing_is_published_or_locked_where_anything_refuses(settings: Settings, store: parts.Store) -> None:
    async def refuse() -> None:
        raise DatabaseRefused("the ledger is away")

    log, records = SqlExperimentDecisions(store.database, store.writer), SqlLayoutVersions(store.database, store.writer)
    with pytest.raises(DatabaseRefused, match="the ledger is away"):
        await open_offering(settings, read(PLAIN, PACED), store, before_writing=refuse)
    assert (await log.of(), await records.standings()) == ([], [])
    await open_offering(settings, read(PLAIN, PACED), store)
    before = await records.standings()
    edited = replace(read(TURNED, PACED), experiment=replace(TRIAL, salt="other"))
    with pytest.raises(ExperimentRefused, match=r"trial\.toml: salt is"):
        await open_offering(settings, edited, store)
    assert await records.standings() == before


async def test_a_changed_layout_is_told_in_the_log_of_the_experiment(settings: Settings, store: parts.Store) -> None:
    old, new = version(PLAIN).version, version(TURNED).version
    for layouts in ((PLAIN, PACED), (PLAIN, PACED), (TURNED, PACED), (TURNED, PACED)):
        await open_offering(settings, read(*layouts), store)
    told = await SqlExperimentDecisions(store.database, store.writer).of("trial")
    assert [(each.decision, each.who[:7]) for each in told] == [
        (DecisionKind.STARTED, "serve: "),
        (DecisionKind.LAYOUTS_NOTED, "serve: "),
        (DecisionKind.LAYOUT_CHANGED, "serve: "),
    ]
    assert told[1].reason == f"paced-123 {version(PACED).version}, sequential-123 {old}"
    assert told[2].reason == f"sequential-123 {old} -> {new}"


async def test_what_is_served_is_not_retired_when_only_the_file_has_changed(
    settings: Settings, store: parts.Store
) -> None:
    old = version(PLAIN).version
    await open_offering(settings, read(PLAIN, PACED), store)
    changes = layout_changes(store)
    with pytest.raises(LifecycleRefused, match=r"lets callers hear; .* change sequential-123 and reload the service"):
        await changes.retire(
            PLAIN.key, old, by="ana", reason="old", running=await running_by(read(TURNED, PACED), store)
        )
    await open_offering(settings, read(TURNED, PACED), store)
    running = await running_by(read(TURNED, PACED), store)
    assert (await changes.retire(PLAIN.key, old, by="ana", reason="old", running=running)).state == "retired"


async def test_what_was_published_last_stands_in_where_no_service_has_noted_anything(store: parts.Store) -> None:
    """An experiment that was started by hand, on a ledger whose layouts were published by hand."""
    await layout_changes(store).publish_read([Defined(version(PLAIN), "")], by="ana")
    assert await running_by(read(TURNED, PACED), store) is None
    await started_experiment(TRIAL, store, who="Ada")
    running = await running_by(read(TURNED, PACED), store)
    assert running is not None
    assert running.versions["sequential-123"] == [version(TURNED).version, version(PLAIN).version]
