"""Experiment files: ``KEY.toml`` to ``Experiment``, each fault with its line and remedy."""

from collections.abc import Collection, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from ivr.catalogue.document import (
    Document,
    DocumentUnreadable,
    Fault,
    in_file_order,
    read_document,
    toml_files,
)
from ivr.catalogue.fields import Fields, as_number
from ivr.domain.experiments import ANY_SITE, Experiment, Stratum, Unit
from ivr.errors import ExperimentRefused

_EXPERIMENT_KEYS = (
    "key",
    "salt",
    "unit",
    "primary_metric",
    "minimum_sample",
    "stop_rule",
    "from",
    "to",
    "strata",
)
_STRATUM_KEYS = ("layouts", "delays")


def load_experiments(folder: Path, layouts: Collection[str]) -> dict[str, Experiment]:
    """Return the experiments of ``folder`` by key; ``layouts`` are the keys of the layouts that exist.

    Raises:
        ExperimentRefused: the first fault, by file and line; or there is no experiment at all.
    """
    experiments: dict[str, Experiment] = {}
    for path in _experiment_files(folder):
        experiment, faults = read_experiment(path, layouts)
        if experiment is None:
            raise ExperimentRefused(str(faults[0]))
        experiments[experiment.key] = experiment
    return experiments


def check_experiments(folder: Path, layouts: Collection[str]) -> list[str]:
    """Return every fault of every experiment in ``folder``, a sentence each; empty where all is well."""
    try:
        paths = _experiment_files(folder)
    except ExperimentRefused as refused:
        return [str(refused)]
    return [str(fault) for path in paths for fault in read_experiment(path, layouts)[1]]


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


def read_experiment(path: Path, layouts: Collection[str]) -> tuple[Experiment | None, list[Fault]]:
    """Return the experiment of one file, or None and all faults in the order of the file."""
    try:
        document = read_document(path)
    except DocumentUnreadable as refused:
        return None, [refused.fault]
    faults: list[Fault] = []
    fields = Fields(document, (), faults, document.table)
    fields.allow(_EXPERIMENT_KEYS)
    strata = _strata(fields, layouts)
    starts, ends = _moment(fields, "from"), _moment(fields, "to")
    if starts is not None and ends is not None and ends <= starts:
        fields.note(("to",), f"is {ends.isoformat()}, not after from", "write a later moment, or leave it out")
    minimum_sample = fields.integer("minimum_sample", 1000)
    if minimum_sample < 1:
        fields.note(("minimum_sample",), f"is {minimum_sample}", "write a number of ratings, at least 1")
    values = {
        "key": _key(fields, path),
        "salt": fields.text("salt", "salt", example="any text, once, and kept"),
        "primary_metric": fields.text("primary_metric", "top_box", example="top_box"),
        "stop_rule": fields.text("stop_rule", "none", example="none"),
    }
    unit = _unit(fields)
    if faults:
        return None, in_file_order(faults)
    try:
        return (
            Experiment(**values, unit=unit, strata=strata, minimum_sample=minimum_sample, starts=starts, ends=ends),
            [],
        )
    except ExperimentRefused as refused:
        return None, [_of_domain(document, ("strata",), refused)]


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


def _unit(fields: Fields) -> Unit:
    text = fields.text("unit", Unit.CALLER, example=Unit.CALLER)
    if text not in set(Unit):
        fields.note(("unit",), f"is {text!r}", f"write {' or '.join(Unit)}")
        return Unit.CALLER
    return Unit(text)


def _moment(fields: Fields, key: str) -> datetime | None:
    value = fields.raw(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = ""
    if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
        return value
    fields.note(
        (key,),
        "is no date and time with an offset",
        f"write {key} = 2026-01-31T08:00:00+01:00, or leave it out",
    )
    return None


def _strata(fields: Fields, layouts: Collection[str]) -> tuple[Stratum, ...]:
    if fields.required("strata", f'[strata."{ANY_SITE}"] with layouts and delays') is None:
        return ()
    strata: list[Stratum] = []
    for name in fields.under("strata").names():
        stratum = fields.under("strata", name)
        stratum.allow(_STRATUM_KEYS)
        shares = _shares(stratum, "layouts", '{ "sequential-123" = 1.0 }')
        for layout in shares.keys() - set(layouts):
            stratum.note(("layouts", layout), "names a layout that does not exist", _nearest_layouts(layout, layouts))
        delays = _delays(stratum)
        if not shares or not delays:
            continue
        try:
            strata.append(Stratum(name, shares, delays))
        except ExperimentRefused as refused:
            fault, _, remedy = str(refused).removeprefix(f"stratum {name}: ").partition("; ")
            place = "delays" if fault.startswith("delay") else "layouts"
            stratum.note((place,), fault, remedy)
    return tuple(strata)


def _shares(stratum: Fields, key: str, example: str) -> dict[str, float]:
    if stratum.required(key, f"{key} = {example}") is None:
        return {}
    arms = stratum.under(key)
    shares: dict[str, float] = {}
    for name in arms.names():
        share = as_number(arms.raw(name))
        if share is None:
            arms.note((name,), "is no number", "write a probability from 0 to 1, without quotes")
            return {}
        shares[name] = share
    if not shares:
        arms.note((), "is empty", f"write {key} = {example}")
    return shares


def _delays(stratum: Fields) -> dict[float, float]:
    delays: dict[float, float] = {}
    for text, share in _shares(stratum, "delays", '{ "0" = 1.0 }').items():
        try:
            seconds = float(text)
        except ValueError:
            stratum.note(("delays", text), "is no number of seconds", 'write seconds in quotes, "0" or "2.5"')
            return {}
        if seconds in delays:
            stratum.note(("delays", text), f"names {seconds:g} s twice", "name each delay once")
            return {}
        delays[seconds] = share
    return delays


def _nearest_layouts(name: str, layouts: Collection[str]) -> str:
    near = get_close_matches(name, sorted(layouts), n=1) or sorted(layouts)
    return f"write {' or '.join(near)}, or add the layout's file"


def _of_domain(document: Document, place: tuple[str, ...], refused: ExperimentRefused) -> Fault:
    fault, _, remedy = str(refused).partition("; ")
    return document.fault(place, fault, remedy)
