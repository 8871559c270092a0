"""Parts that the service and the offline commands share, built from settings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.catalogue.experiments import active_experiment
from ivr.catalogue.layouts import load_layouts
from ivr.catalogue.load import Catalogue, load_catalogue
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.domain.experiments import Experiment
from ivr.domain.layouts import Layout
from ivr.errors import SettingsRefused
from ivr.privacy.pepper import load_or_make_pepper
from ivr.privacy.pseudonyms import Pseudonyms
from ivr.settings import Settings
from ivr.store.database import Database, open_database
from ivr.store.writer import Writer
from ivr.store.writer_meter import WriterMeter


def now() -> datetime:
    """Return the present moment in UTC; the only clock of the house."""
    return datetime.now(UTC)


def catalogue(settings: Settings) -> Catalogue:
    """Load and check everything that callers can be asked, and that the settings name what is there."""
    loaded = load_catalogue(
        layouts_dir=settings.layouts_dir,
        experiments_dir=settings.experiments_dir,
        transcripts_dir=settings.transcripts_dir,
        sounds_dir=settings.sounds_dir,
    )
    experiment(settings, loaded)
    if settings.reference_layout not in loaded.layouts:
        raise SettingsRefused(
            f"reference_layout is {settings.reference_layout!r}, which is no layout here; "
            f"name one of {', '.join(sorted(loaded.layouts))}"
        )
    return loaded


def experiment(settings: Settings, loaded: Catalogue) -> Experiment:
    """Return the experiment that the settings name."""
    return active_experiment(loaded.experiments, settings.experiment)


def layouts(settings: Settings) -> Mapping[str, Layout]:
    """Load the layouts' definitions alone; figures need no audio."""
    return load_layouts(
        settings.layouts_dir, known_prompts(load_transcripts(settings.transcripts_dir), settings.sounds_dir)
    )


def pseudonyms(settings: Settings) -> Pseudonyms:
    """Return the maker of callers' hashes; the key's file is made where it is missing."""
    return Pseudonyms(load_or_make_pepper(settings.pepper_file), settings.default_region)


@dataclass(frozen=True, slots=True)
class Store:
    """The open database with its one writer."""

    database: Database
    writer: Writer


@asynccontextmanager
async def opened_store(settings: Settings, meter: WriterMeter | None = None) -> AsyncIterator[Store]:
    """Open the ledger (made and migrated where it is missing) and flush it on the way out."""
    database = open_database(settings.database_url)
    try:
        async with Writer(database, meter=meter) as writer:
            yield Store(database, writer)
    finally:
        database.close()
