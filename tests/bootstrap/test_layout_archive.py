"""What old versions meant: for calls that are closed after their layout has changed, and for the figures."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.bootstrap import parts
from ivr.bootstrap.definitions import definitions, document_of
from ivr.bootstrap.layout_archive import LayoutArchive
from ivr.catalogue.document import Fault
from ivr.catalogue.layouts import load_layouts
from ivr.domain.calls import CallArrived, CallGone, Exposure, Press, RatingEntered
from ivr.domain.kpi.instruments import Instrument
from ivr.domain.lifecycle import LayoutDecision, NotedVersion, Step
from ivr.domain.timelines import Recording
from ivr.errors import LayoutRefused
from ivr.settings import Settings
from ivr.store.directory import SqlDirectory
from ivr.store.export_calls import handled_calls
from ivr.store.layout_versions import SqlLayoutVersions
from ivr.store.ledger import SqlLedger
from ivr.usecases.close_calls import CloseCalls
from tests.specimens import CALL, NOON, assignment, at, layout, offering, version

PACED = (Path(__file__).parents[2] / "config" / "layouts" / "paced-123.toml").read_text("utf-8")
OLD = NotedVersion("sequential-123", "old", "en", PACED.replace("paced-123", "sequential-123"), {}, ("it waits",), NOON)
BROKEN = replace(OLD, version="broken", definition='key = "sequential-123"\nlanguage = \n')
PUBLISHED = (Step.DRAFTED, Step.CHECKED, Step.PUBLISHED)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'ivr.db'}", layouts_source="database", layouts_dir=tmp_path / "layouts"
    )


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[parts.Store]:
    async with parts.opened_store(settings) as store:
        yield store


async def publish(store: parts.Store, noted: NotedVersion, *further: Step, who: str = "ana") -> None:
    records = SqlLayoutVersions(store.database, store.writer)
    await records.note(noted)
    steps = (*PUBLISHED, *further)
    await records.decide(*(LayoutDecision(noted.layout, noted.version, NOON, who, step) for step in steps))


async def test_a_call_is_closed_with_the_keys_of_the_version_that_it_heard(store: parts.Store) -> None:
    # In the old version key 3 is the worst answer; today it is the best.
    turned = layout()
    turned = replace(turned, options=tuple(replace(each, category=2 - each.category) for each in turned.options))
    today = version(turned)
    await publish(store, OLD)
    ledger = SqlLedger(store.database, store.writer)
    closing = CloseCalls(
        ledger=ledger,
        directory=SqlDirectory(store.database),
        offering=offering(versions={turned.key: today}),
        queues=frozenset(),
        clock=lambda: at(60),
        archive=LayoutArchive(store.database),
    )
    for heard, category in (("old", 0), (today.version, 2), ("never noted", None)):
        call = replace(CALL, uniqueid=heard)
        await ledger.record(
            CallArrived(call),
            RatingEntered(call, at(0), "ana", "support", 1.0),
            Exposure(call, assignment(), heard, at(1)),
            Press(call, 1, "3", 4000, 4000),
            CallGone(call, at(9)),
        )
        await closing.close(call)
        rows = await store.database.read(lambda connection: list(handled_calls(connection)))
        (row,) = [row for row in rows if row.call == call]
        assert row.category == category


async def test_the_archive_knows_every_version_that_can_be_read(store: parts.Store) -> None:
    archive = LayoutArchive(store.database)
    assert await archive.layout_of("sequential-123", "old") is None
    await publish(store, OLD)
    await publish(store, BROKEN)
    known = await archive.layout_of("sequential-123", "old")
    assert known is not None
    assert [option.pause_after_seconds for option in known.options] == [3, 3, 0]
    assert await archive.layout_of("sequential-123", "broken") is None


async def test_the_figures_know_each_version_and_who_signed_for_it(store: parts.Store, tmp_path: Path) -> None:
    three = ("dissatisfied", "so-so", "satisfied")
    await publish(store, OLD, Step.SIGNED, who="bea")
    archive = LayoutArchive(store.database)
    (tmp_path / "sequential-123.toml").write_text(OLD.definition)
    today = load_layouts(tmp_path)
    instruments = await archive.instruments(today)
    keys = {"1": 2, "2": 1, "3": 0}  # as it was turned then
    # Its recordings are not known: nominal lengths, with its own pauses of 3 s.
    expected = Instrument(three, ("it waits",), "bea", keys, first_read=2, read_seconds=(12.0, 7.0, 2.0), options=3)
    assert instruments.of("sequential-123", "old") == expected
    unversioned = instruments.of("sequential-123", None)
    assert unversioned is not None
    # What a call without a version heard nobody knows: the same text may have been spoken anew since the signature.
    assert (unversioned.signed_by, len(unversioned.leads)) == (None, 1)


async def test_the_figures_know_how_long_each_choice_took_to_be_read(store: parts.Store, tmp_path: Path) -> None:
    (tmp_path / "sequential-123.toml").write_text(OLD.definition)
    today = load_layouts(tmp_path)
    spoken = [option.prompt for option in today["sequential-123"].options]
    lengths = {today["sequential-123"].intro: 2000, spoken[0]: 1000, spoken[1]: 1100, spoken[2]: 1200}
    recordings = {name: Recording(name, length, "00") for name, length in lengths.items()}
    await publish(store, replace(OLD, recordings=recordings))
    # Key 1 is read first and is the best; 3 s of silence follow each choice.
    noted = (await LayoutArchive(store.database).instruments(today)).of("sequential-123", "old")
    assert noted is not None
    assert (noted.first_read, noted.read_seconds) == (2, (9.3, 5.1, 1.0))

    asked_for = []

    def built(prompt: str, language: str | None) -> int | None:
        asked_for.append(language)
        return lengths.get(prompt)

    archive = LayoutArchive(store.database, built)
    for heard in (None, "never noted"):
        current = (await archive.instruments(today)).of("sequential-123", heard)
        assert current is not None
        assert current.read_seconds == (9.3, 5.1, 1.0)
    assert set(asked_for) == {"en"}
    del lengths[spoken[2]]
    unbuilt = (await archive.instruments(today)).of("sequential-123", None)
    assert unbuilt is not None
    assert (unbuilt.first_read, unbuilt.read_seconds) == (2, (10.1, 5.1, 1.0))  # 2 s for the one that is gone


async def test_a_fault_of_the_database_names_the_layout_and_the_line(store: parts.Store, settings: Settings) -> None:
    await publish(store, BROKEN)
    (found,) = definitions(settings, store.database)
    assert isinstance(found, Fault)
    assert str(found).startswith("database: sequential-123, line 2: is not TOML")
    assert str(document_of(BROKEN)) == str(found)
    unsound = replace(OLD, version="unsound", definition=OLD.definition.replace("max_tries = 2", "max_tries = 77"))
    await publish(store, unsound)
    with pytest.raises(LayoutRefused, match=r"^database: sequential-123, line \d+: max_tries: is 77; write a number"):
        parts.layouts(settings)


async def test_figures_of_a_retired_layout_can_still_be_read(store: parts.Store, settings: Settings) -> None:
    await publish(store, OLD, Step.RETIRED)
    with pytest.raises(LayoutRefused, match="database: holds no published layout; draft one"):
        definitions(settings, store.database)
    assert set(parts.layouts(settings, ever_published=True)) == {"sequential-123"}
