"""Checking everything that callers are asked: all faults of all files, and warnings where there is no fault."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ivr.catalogue.call_bounds import bound_faults
from ivr.catalogue.document import Document, Fault
from ivr.catalogue.experiments import check_experiments, load_experiments
from ivr.catalogue.layout_warnings import layout_warnings
from ivr.catalogue.layouts import layout_documents, read_layouts
from ivr.catalogue.recordings import load_versions, recording_faults
from ivr.catalogue.transcripts import known_prompts, load_transcripts
from ivr.domain.experiment_cautions import cautions
from ivr.domain.layouts import Layout
from ivr.errors import LayoutRefused, PromptRefused


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, a sentence each; ``layouts`` are those that are sound, by key."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    layouts: Mapping[str, Layout]


def check_all(
    *,
    layouts_dir: Path,
    experiments_dir: Path,
    transcripts_dir: Path,
    sounds_dir: Path,
    documents: Sequence[Document | Fault] | None = None,
    queues: Collection[str] = (),
    reference_layout: str | None = None,
    named: str | None = None,
) -> Checked:
    """Check layouts, what they are to each other, their bounds and the experiments.

    The layouts are those of ``documents`` where there are any given, else those of ``layouts_dir``.
    The bounds in seconds want the recordings; a language that nothing was built for yet is a warning, one recording
    that is missing or cannot be played a fault.

    ``queues`` and ``reference_layout`` are what the settings say. That a layout leads is told where an experiment
    assigns it, and of the layout ``named``.

    Raises:
        PromptRefused: the transcripts themselves are wrong.
    """
    transcripts = load_transcripts(transcripts_dir)
    try:
        documents = layout_documents(layouts_dir) if documents is None else documents
    except LayoutRefused as refused:
        return Checked((str(refused),), (), {})
    prompts = known_prompts(transcripts, sounds_dir)
    layouts, found = read_layouts(documents, prompts)
    warnings: list[str] = []
    unplayable = [] if found else recording_faults(layouts.values(), sounds_dir)
    if not found and not unplayable:
        try:
            found = bound_faults(load_versions(layouts, sounds_dir), documents)
        except PromptRefused as refused:
            warnings.append(f"how long a call can last was not checked, as the prompts are not built: {refused}")
    spoken = frozenset().union(*prompts.values())
    faults = [str(fault) for fault in found] or unplayable or check_experiments(experiments_dir, layouts, spoken)
    experiments = {} if faults else load_experiments(experiments_dir, layouts, spoken)
    assigned = {key for experiment in experiments.values() for key in experiment.layout_keys()}
    warnings = [*layout_warnings(documents, layouts, transcripts, leading_of=assigned | {named}), *warnings]
    for experiment in experiments.values():
        controlled = replace(experiment, control=experiment.control or reference_layout)
        warnings.extend(cautions(controlled, layouts, queues))
    return Checked(tuple(faults), tuple(warnings), layouts)
