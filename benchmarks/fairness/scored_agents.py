"""Scored agents: what ``ivr kpi agents --format json`` says of each, beside the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIGURES = ("observed", "standardised", "corrected")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: a proportion with its 95 % interval, None where there is none, and its status."""

    estimate: float | None = None
    lo: float | None = None
    hi: float | None = None
    status: str = "missing"


@dataclass(frozen=True, slots=True)
class ScoredAgent:
    """One agent of the truth file; proportions 0 to 1, ``rank`` 1 = best.

    ``truth`` is the share of all eligible calls at the pooled case mix that would choose the best category on the
    neutral scale; ``true_standardised`` the share as pressed with the reference layout, if everybody answered.
    """

    agent: str
    rated: int
    truth: float
    true_standardised: float
    is_selective: bool
    figures: Mapping[str, Figure]
    rank_lo: int | None = None
    rank_hi: int | None = None
    flags: tuple[str, ...] = ()


def scored_agents(kpi: Mapping[str, Any], truth: Mapping[str, Any]) -> list[ScoredAgent]:
    """Return every agent of the truth, in its order; one whom the figures leave out has figures that are missing."""
    found = {each["agent"]: each for each in kpi["agents"]}
    return [_scored(each, found.get(each["agent"], {})) for each in truth["agents"]]


def _scored(true: Mapping[str, Any], said: Mapping[str, Any]) -> ScoredAgent:
    ranks = said.get("rank_interval") or (None, None)
    return ScoredAgent(
        agent=true["agent"],
        rated=true["rated"],
        truth=true["truth"],
        true_standardised=true["standardised"],
        is_selective=true["selective"],
        figures={name: _figure(said.get(name)) for name in FIGURES},
        rank_lo=ranks[0],
        rank_hi=ranks[1],
        flags=tuple(said.get("flags") or ()),
    )


def _figure(said: Mapping[str, Any] | None) -> Figure:
    if said is None:
        return Figure()
    return Figure(said["estimate"], said["lo"], said["hi"], said["status"])
