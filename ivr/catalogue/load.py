"""Loading the catalogue: everything that callers are asked, checked together, in one step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.catalogue.call_bounds import refuse_too_long
from ivr.catalogue.document import Document, Fault
from ivr.catalogue.experiments import load_experiments
from ivr.catalogue.layouts import layout_documents, layouts_of
from ivr.catalogue.recordings import load_versions
from ivr.catalogue.transcripts import Transcripts, known_prompts, load_transcripts
from ivr.domain.experiments import Experiment
from ivr.domain.layouts import Layout
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to ask: layouts, their versions and their files' texts by layout key; the others by theirs."""

    layouts: Mapping[str, Layout]
    versions: Mapping[str, LayoutVersion]
    experiments: Mapping[str, Experiment]
    transcripts: Mapping[str, Transcripts]
    texts: Mapping[str, str]


def load_catalogue(
    *,
    layouts_dir: Path,
    experiments_dir: Path,
    transcripts_dir: Path,
    sounds_dir: Path,
    documents: Iterable[Document | Fault] | None = None,
) -> Catalogue:
    """Load and check everything; the prompts have to be built.

    The layouts are those of ``documents`` where there are any given, else those of ``layouts_dir``.

    Raises:
        LayoutRefused, ExperimentRefused, PromptRefused: the first fault.
    """
    transcripts = load_transcripts(transcripts_dir)
    read = tuple(layout_documents(layouts_dir) if documents is None else documents)
    prompts = known_prompts(transcripts, sounds_dir)
    layouts = layouts_of(read, prompts)
    experiments = load_experiments(experiments_dir, layouts, frozenset().union(*prompts.values()))
    versions = load_versions(layouts, sounds_dir)
    refuse_too_long(versions, read)
    texts = {each.key: each.text for each in read if isinstance(each, Document)}
    return Catalogue(layouts, versions, experiments, transcripts, texts)
