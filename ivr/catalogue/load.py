"""Loading the catalogue: everything that callers are asked, checked together, in one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.catalogue.experiments import load_experiments
from ivr.catalogue.layouts import load_layouts
from ivr.catalogue.recordings import load_versions
from ivr.catalogue.transcripts import Transcripts, known_prompts, load_transcripts
from ivr.domain.experiments import Experiment
from ivr.domain.layouts import Layout
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to ask: layouts and their versions by layout key, experiments and transcripts by theirs."""

    layouts: Mapping[str, Layout]
    versions: Mapping[str, LayoutVersion]
    experiments: Mapping[str, Experiment]
    transcripts: Mapping[str, Transcripts]


def load_catalogue(*, layouts_dir: Path, experiments_dir: Path, transcripts_dir: Path, sounds_dir: Path) -> Catalogue:
    """Load and check everything; the prompts have to be built.

    Raises:
        LayoutRefused, ExperimentRefused, PromptRefused: the first fault.
    """
    transcripts = load_transcripts(transcripts_dir)
    layouts = load_layouts(layouts_dir, known_prompts(transcripts, sounds_dir))
    experiments = load_experiments(experiments_dir, layouts)
    return Catalogue(layouts, load_versions(layouts, sounds_dir), experiments, transcripts)
