"""Parts that the service and the offline commands share, built from settings."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ivr.bootstrap.definitions import definitions
from ivr.catalogue.asking import load_asking_rules, read_asking_rules, rules_without_file
from ivr.catalogue.call_bounds import refuse_too_long
from ivr.catalogue.document import Document, Fault
from ivr.catalogue.experiments import active_experiment
from ivr.catalogue.layouts import layouts_of
from ivr.catalogue.load import Catalogue, load_catalogue
from ivr.catalogue.recordings import load_versions
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.domain.asking_rules import AskingRules
from ivr.domain.eligibility import Sampling
from ivr.domain.experiments import Experiment
from ivr.domain.layouts import Layout
from ivr.domain.timelines import LayoutVersion
from ivr.errors import DatabaseRefused, SettingsRefused
from ivr.privacy.pepper import load_or_make_pepper
from ivr.privacy.pseudonyms import Pseudonyms
from ivr.settings import HOME, Settings
from ivr.store.database import Database, open_database
from ivr.store.tally_zone import adopt_zone
from ivr.store.writer import Writer
from ivr.store.writer_meter import WriterMeter


def now() -> datetime:
    """Return the present moment in UTC; the only clock of the house."""
    return datetime.now(UTC)


def catalogue(settings: Settings, *, documents: Iterable[Document | Fault] | None = None) -> Catalogue:
    """Load and check everything that callers can be asked, and that the settings name what is there.

    ``documents`` stand in for the definitions of the layouts that the settings name.
    """
    loaded = load_catalogue(
        layouts_dir=settings.layouts_dir,
        experiments_dir=settings.experiments_dir,
        transcripts_dir=settings.transcripts_dir,
        sounds_dir=settings.sounds_dir,
        documents=definitions(settings) if documents is None else documents,
    )
    experiment(settings, loaded)
    if (fault := reference_fault(settings, loaded.layouts)) is not None:
        raise SettingsRefused(fault)
    return loaded


def reference_fault(settings: Settings, layouts: Collection[str]) -> str | None:
    """Return what is wrong with the reference layout, which is the control of experiments that name none."""
    if settings.reference_layout in layouts:
        return None
    return (
        f"reference_layout is {settings.reference_layout!r}, which is no layout here; "
        f"name one of {', '.join(sorted(layouts))}"
    )


def experiment(settings: Settings, loaded: Catalogue) -> Experiment:
    """Return the experiment that the settings name; the reference layout is its control where it names none."""
    return controlled(settings, active_experiment(loaded.experiments, settings.experiment))


def controlled(settings: Settings, read: Experiment) -> Experiment:
    """Return an experiment as its file gives it, with a control."""
    return replace(read, control=read.control or settings.reference_layout)


def layouts(settings: Settings, *, ever_published: bool = False) -> Mapping[str, Layout]:
    """Load the layouts' definitions alone; figures need no audio, and those of retired layouts as well."""
    known = known_prompts(load_transcripts(settings.transcripts_dir), settings.sounds_dir)
    return layouts_of(definitions(settings, ever_published=ever_published), known)


def layout_versions(settings: Settings, documents: Sequence[Document | Fault]) -> Mapping[str, LayoutVersion]:
    """Join the layouts of ``documents`` to their recordings, whatever the experiments say."""
    known = known_prompts(load_transcripts(settings.transcripts_dir), settings.sounds_dir)
    versions = load_versions(layouts_of(documents, known), settings.sounds_dir)
    refuse_too_long(versions, documents)
    return versions


def asking_rules(settings: Settings) -> AskingRules:
    """Read the rules of who is asked; without the file of the default there are none but the share of the settings.

    Raises:
        AskingRefused: the file has a fault, or one that is named in the settings is not there.
    """
    sampling = Sampling(settings.sampling_probability)
    if _has_no_asking_file(settings):
        return rules_without_file(zone=settings.zone, sampling=sampling)
    return load_asking_rules(settings.asking_file, zone=settings.zone, sampling=sampling, queues=settings.queues)


def asking_faults(settings: Settings) -> Sequence[str]:
    """Return every fault of the rules file, a sentence each; none where there is no file and need not be one."""
    if _has_no_asking_file(settings):
        return ()
    sampling = Sampling(settings.sampling_probability)
    _, faults = read_asking_rules(settings.asking_file, zone=settings.zone, sampling=sampling, queues=settings.queues)
    return [str(fault) for fault in faults]


def _has_no_asking_file(settings: Settings) -> bool:
    file = settings.asking_file
    # One that somebody has named in the settings is missed.
    return not file.exists() and file == Settings.model_fields["asking_file"].default


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
    """Open the ledger (made and migrated where it is missing) and flush it on the way out.

    The folder of the default is made as well; one that somebody has named has to be there.
    """
    make_default_folder(settings)
    database = open_database(settings.database_url)
    try:
        adopt_zone(database, settings.time_zone)
        async with Writer(database, meter=meter) as writer:
            yield Store(database, writer)
    finally:
        database.close()


def make_default_folder(settings: Settings) -> None:
    """Make the folder of the default database; one that somebody has named has to be there."""
    if settings.database_url != Settings.model_fields["database_url"].default:
        return
    folder = HOME / "var"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as refused:
        raise DatabaseRefused(
            f"the folder {folder} cannot be made ({refused.strerror}); create it, owned by the service's user, "
            "or set IVR_DATABASE_URL"
        ) from refused
