"""Experiment files: ``KEY.toml`` to ``Experiment``, each fault with its line and remedy."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from ivr.catalogue.document import DocumentUnreadable, Fault, in_file_order, read_document, toml_files
from ivr.catalogue.experiment_tables import (
    read_consents,
    read_control,
    read_guardrail,
    read_moment,
    read_ramp,
    read_strata,
)
from ivr.catalogue.fields import Fields
from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Unit
from ivr.errors import ExperimentRefused

Choice = TypeVar("Choice", bound=StrEnum)
_EXPERIMENT_KEYS = (
    "key",
    "salt",
    "unit",
    "primary_metric",
    "minimum_sample",
    "stop_rule",
    "from",
    "to",
    "control",
    "queues",
    "holdout",
    "ramp",
    "guardrail",
    "consent",
    "strata",
)
_FORMER_STOP_RULE = "hang_ups_rise"
"""What files said before every experiment had a guardrail."""


def load_experiments(
    folder: Path, layouts: Collection[str], prompts: Collection[str] | None = None
) -> dict[str, Experiment]:
    """Return the experiments of ``folder`` by key; ``layouts`` are the keys of the layouts that exist.

    ``prompts`` are the names of the prompts that do, for invitations and scripts; None: they are not checked.

    Raises:
        ExperimentRefused: the first fault, by file and line; or there is no experiment at all.
    """
    experiments: dict[str, Experiment] = {}
    for path in _experiment_files(folder):
        experiment, faults = read_experiment(path, layouts, prompts)
        if experiment is None:
            raise ExperimentRefused(str(faults[0]))
        experiments[experiment.key] = experiment
    return experiments


def check_experiments(folder: Path, layouts: Collection[str], prompts: Collection[str] | None = None) -> list[str]:
    """Return every fault of every experiment in ``folder``, a sentence each; empty where all is well."""
    try:
        paths = _experiment_files(folder)
    except ExperimentRefused as refused:
        return [str(refused)]
    return [str(fault) for path in paths for fault in read_experiment(path, layouts, prompts)[1]]


def active_experiment(experiments: Mapping[str, Experiment], named: str | None = None) -> Experiment:
    """Return the experiment that assigns calls: the one ``named`` in the settings, else the only one.

    Raises:
        ExperimentRefused: there is none of that name, or several and none is named.
    """
    there = ", ".join(sorted(experiments)) or "none"
    if named is not None:
        if named not in experiments:
            raise ExperimentRefused(f"there is no experiment {named!r}; name one that is there ({there})")
        return experiments[named]
    if len(experiments) != 1:
        raise ExperimentRefused(
            f"{len(experiments)} experiments are there ({there}) and one has to assign the calls; "
            "name it in the settings, or keep one file only"
        )
    return next(iter(experiments.values()))


def read_experiment(
    path: Path, layouts: Collection[str], prompts: Collection[str] | None = None
) -> tuple[Experiment | None, list[Fault]]:
    """Return the experiment of one file, or None and all faults in the order of the file."""
    try:
        document = read_document(path)
    except DocumentUnreadable as refused:
        return None, [refused.fault]
    faults: list[Fault] = []
    fields = Fields(document, (), faults, document.table)
    fields.allow(_EXPERIMENT_KEYS)
    strata = read_strata(fields, layouts, prompts)
    starts, ends = read_moment(fields, "from"), read_moment(fields, "to")
    if starts is not None and ends is not None and ends <= starts:
        fields.note(("to",), f"is {ends.isoformat()}, not after from", "write a later moment, or leave it out")
    minimum_sample = fields.integer("minimum_sample", 1000)
    if minimum_sample < 1:
        fields.note(("minimum_sample",), f"is {minimum_sample}", "write a number of ratings, at least 1")
    control = read_control(fields, layouts)
    key, salt = _key(fields, path), fields.text("salt", "salt", example="any text, once, and kept")
    unit = _one_of(fields, "unit", Unit.CALLER)
    primary_metric = _one_of(fields, "primary_metric", PrimaryMetric.TOP_BOX)
    stop_rule = StopRule.NONE
    if fields.raw("stop_rule") != _FORMER_STOP_RULE:
        stop_rule = _one_of(fields, "stop_rule", StopRule.NONE)
    queues = fields.optional_texts("queues", example='["support", "sales"]')
    holdout = fields.number("holdout", default=0.0)
    ramp, guardrail = read_ramp(fields), read_guardrail(fields)
    consents = read_consents(fields)
    if faults:
        return None, in_file_order(faults)
    try:
        return (
            Experiment(
                key=key,
                salt=salt,
                unit=unit,
                strata=strata,
                primary_metric=primary_metric,
                minimum_sample=minimum_sample,
                stop_rule=stop_rule,
                starts=starts,
                ends=ends,
                control=control,
                queues=queues,
                holdout=holdout,
                ramp=ramp,
                guardrail=guardrail,
                consents=consents,
            ),
            [],
        )
    except ExperimentRefused as refused:
        fault, _, remedy = str(refused).partition("; ")
        return None, [document.fault(refused.place, fault, remedy)]


def _experiment_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        remedy = "create it, or set IVR_EXPERIMENTS_DIR to the experiments' folder"
        raise ExperimentRefused(f"{folder}: is no folder; {remedy}")
    paths = toml_files(folder)
    if not paths:
        remedy = "put one KEY.toml there; with one layout at probability 1 every call gets that layout"
        raise ExperimentRefused(f"{folder}: holds no experiment; {remedy}")
    return paths


def _key(fields: Fields, path: Path) -> str:
    key = fields.text("key", path.stem, example=path.stem)
    if key != path.stem:
        remedy = f'write key = "{path.stem}", or rename the file to {key}.toml'
        fields.note(("key",), f"is {key!r}, but the file is named {path.name}", remedy)
    return key


def _one_of(fields: Fields, key: str, stand_in: Choice) -> Choice:
    """Return the member of the stand-in's enumeration that ``key`` names; it has to be there."""
    kind = type(stand_in)
    text = fields.text(key, stand_in.value, example=stand_in.value)
    members = {member.value: member for member in kind}
    if text not in members:
        *others, last = members
        fields.note((key,), f"is {text!r}", f"write {', '.join(others)} or {last}")
    return members.get(text, stand_in)
