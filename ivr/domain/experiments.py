"""Experiments: which layout and which silence a caller gets, by a salted hash with known probabilities.

The same salt and the same unit give the same arm in any process, so nothing is looked up and a caller who
rings twice hears one key map (no carry-over). The probability of what was drawn is kept beside every call,
because it is what lets the figures be compared later (Horvitz and Thompson 1952).
The hash maps to [0, 1) and the arms are laid end to end over that interval in the order of their names;
layout and delay use different purposes, so their draws are independent.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from typing import TypeVar

from ivr.errors import ExperimentRefused

Arm = TypeVar("Arm", str, float)
ANY_SITE = "*"
_SUM_TOLERANCE = 1e-9


class Unit(StrEnum):
    """What is randomised. ``caller`` keeps one key map for a person; an anonymous caller falls back to the call."""

    CALLER = "caller"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Stratum:
    """The allocation of one site, or of one ``site/queue``; ``*`` is every site that has none of its own.

    ``layouts`` and ``delays`` (seconds of silence before the first prompt) map an arm to its probability.
    """

    name: str
    layouts: Mapping[str, float]
    delays: Mapping[float, float]

    def __post_init__(self) -> None:
        _check_distribution(f"stratum {self.name}: layouts", self.layouts)
        _check_distribution(f"stratum {self.name}: delays", self.delays)
        for delay in self.delays:
            if not 0 <= delay <= 10:
                raise ExperimentRefused(f"stratum {self.name}: delay {delay:g}; write seconds from 0 to 10")

    @property
    def allocation(self) -> str:
        """The whole distribution over layouts as text, ``key:p key:p``."""
        return " ".join(f"{key}:{probability:g}" for key, probability in sorted(self.layouts.items()))


@dataclass(frozen=True, slots=True)
class Experiment:
    """A randomised comparison of layouts; a change of its arms wants a new ``salt``."""

    key: str
    salt: str
    unit: Unit
    strata: tuple[Stratum, ...]
    primary_metric: str
    minimum_sample: int
    stop_rule: str
    starts: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        if not self.salt:
            raise ExperimentRefused(f"experiment {self.key}: salt is empty; write any text, once, and keep it")
        names = [stratum.name for stratum in self.strata]
        if len(set(names)) != len(names):
            raise ExperimentRefused(f"experiment {self.key}: a stratum is named twice; name each once")
        if ANY_SITE not in names:
            raise ExperimentRefused(
                f'experiment {self.key}: no stratum "{ANY_SITE}"; add one, it serves every other site'
            )

    def stratum(self, site: str | None, queue: str | None) -> Stratum:
        """Return the most particular stratum for a call: ``site/queue``, then ``site``, then ``*``."""
        by_name = {stratum.name: stratum for stratum in self.strata}
        for name in (f"{site}/{queue}", site, ANY_SITE):
            if name in by_name:
                return by_name[name]
        raise AssertionError("an experiment always has the stratum *")

    def layout_keys(self) -> frozenset[str]:
        """Return every layout that the experiment can assign."""
        return frozenset(key for stratum in self.strata for key in stratum.layouts)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one call was given, with the probabilities of having been given it."""

    experiment: str
    stratum: str
    layout: str
    layout_probability: float
    allocation: str
    delay_seconds: float
    delay_probability: float


def assign(experiment: Experiment, *, site: str | None, queue: str | None, caller: str | None, call: str) -> Assignment:
    """Assign a layout and a pre-prompt silence.

    ``caller`` is any stable pseudonym of the caller or None; ``call`` identifies the call and stands in
    where the caller is unknown or the experiment randomises calls.
    """
    stratum = experiment.stratum(site, queue)
    unit = caller if experiment.unit is Unit.CALLER and caller is not None else call
    layout, layout_probability = draw(stratum.layouts, experiment.salt, experiment.key, "layout", unit)
    delay, delay_probability = draw(stratum.delays, experiment.salt, experiment.key, "delay", unit)
    return Assignment(
        experiment=experiment.key,
        stratum=stratum.name,
        layout=layout,
        layout_probability=layout_probability,
        allocation=stratum.allocation,
        delay_seconds=delay,
        delay_probability=delay_probability,
    )


def draw(arms: Mapping[Arm, float], *identity: str) -> tuple[Arm, float]:
    """Return the arm that ``identity`` falls on, and its probability."""
    position = uniform(*identity)
    ordered = sorted(arms)
    for arm, upper in zip(ordered, accumulate(arms[arm] for arm in ordered), strict=True):
        if position < upper:
            return arm, arms[arm]
    # Rounding may leave the last bound a hair under 1.
    last = next(arm for arm in reversed(ordered) if arms[arm] > 0)
    return last, arms[last]


def uniform(*identity: str) -> float:
    """Map ``identity`` to [0, 1): the first 53 bits of its SHA-256, with lengths in it so that no two run together."""
    text = "".join(f"{len(part)}:{part}" for part in identity)
    return (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 11) / 2**53


def _check_distribution(place: str, arms: Mapping[Arm, float]) -> None:
    if not arms:
        raise ExperimentRefused(f"{place} is empty; write at least one arm with its probability")
    for arm, probability in arms.items():
        if not 0 <= probability <= 1:
            raise ExperimentRefused(f"{place}: {arm} = {probability:g}; write a probability from 0 to 1")
    total = sum(arms.values())
    if abs(total - 1) > _SUM_TOLERANCE:
        raise ExperimentRefused(f"{place} sum to {total:g}; change them so that they sum to 1")
