"""Rows: the simulated calls as the ledger knows handled calls, ready for the calls file.

Waiting times are drawn inside bounds that leave gaps between the classes, so that any sensible binning finds the three
again. Talk times, legs and the segment mean nothing here. The Asterisk is named after scenario and seed, so several
simulations can stand in one ledger; a caller's hash is made of the same, so their callers are different people.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivr.domain.calls import CallId, EndedBy, HandledCall, Press
from ivr.domain.draws import spelled
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.simulation.calls import Simulation
from ivr.simulation.instruments import Instrument
from ivr.simulation.latent import FloatArray
from ivr.simulation.outcomes import KINDS, settle_outcomes
from ivr.simulation.scenarios import Site

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
EXPERIMENT = "simulated"
SEGMENT = "existing-customer"
LANGUAGE = "en"
WAIT_BOUNDS_SECONDS = ((3.0, 18.0), (65.0, 115.0), (190.0, 290.0))
_TALK_MEDIAN_SECONDS, _TALK_SIGMA = 210.0, 0.6
_TWO_LEGS_SHARE = 0.04
_ENDED_BY = {
    Outcome.CALLER_LEFT_FIRST: EndedBy.CALLER,
    Outcome.TRANSFERRED_AWAY: EndedBy.TRANSFER,
}


class _Drawn(NamedTuple):
    """One call as it was drawn; what has a name elsewhere is a number here."""

    agent: int
    queue: int
    second: int
    caller: int
    neutral_category: int
    layout: int
    delay: int
    category: int
    followed_up: bool
    answered_followup: bool
    kind: int
    options_heard: int
    press_ms: int
    asked_seconds: float
    wait_seconds: float
    talk_seconds: float
    legs: int


def handled_rows(simulation: Simulation) -> Iterator[HandledCall]:
    """Yield the calls in the order of their ends; the same simulation gives the same rows."""
    scenario = simulation.scenario
    pbx = f"simulated-{scenario.name}-{simulation.seed}"
    versions = [version_of(instrument) for instrument in scenario.instruments]
    allocations = [_allocation(site, scenario.instruments) for site in scenario.sites]
    for number, drawn in enumerate(_drawn(simulation), start=1):
        ended_at = FIRST_DAY + timedelta(seconds=drawn.second)
        call = CallId(pbx, f"{int(ended_at.timestamp() - drawn.talk_seconds - drawn.wait_seconds)}.{number}")
        outcome = KINDS[drawn.kind]
        offered = DISPOSITIONS[outcome].offered
        rated = outcome is Outcome.RATED
        at_site = simulation.agents.site.item(drawn.agent)
        site, instrument, delay = (
            scenario.sites[at_site],
            scenario.instruments[drawn.layout],
            scenario.delays[drawn.delay],
        )
        key = instrument.keys[drawn.category] if rated else None
        yield HandledCall(
            call=call,
            ended_at=ended_at,
            outcome=outcome,
            agent=simulation.agents.names[drawn.agent],
            queue=scenario.queues[drawn.queue].name,
            team=simulation.agents.teams[drawn.agent],
            site=site.name,
            segment=SEGMENT,
            language=LANGUAGE,
            legs=drawn.legs,
            caller=_pseudonym(pbx, drawn.caller),
            wait_seconds=drawn.wait_seconds,
            talk_seconds=drawn.talk_seconds,
            ended_by=_ENDED_BY.get(outcome, EndedBy.AGENT),
            experiment=EXPERIMENT,
            layout=instrument.layout,
            layout_version=versions[drawn.layout],
            layout_probability=site.allocation[drawn.layout],
            allocation=allocations[at_site],
            delay_seconds=delay.seconds,
            delay_probability=delay.probability,
            options_heard=drawn.options_heard if offered else None,
            press_ms=drawn.press_ms if rated else None,
            key=key,
            category=drawn.category if rated else None,
            keys=() if key is None else (Press(call, 1, key, drawn.press_ms, drawn.press_ms),),
            followup=("answered" if drawn.answered_followup else "sampled") if drawn.followed_up else None,
            followup_probability=None if rated else scenario.followup_share,
            followup_category=drawn.neutral_category if drawn.answered_followup else None,
            asked_seconds=drawn.asked_seconds if offered else None,
        )


def _drawn(simulation: Simulation) -> Iterator[_Drawn]:
    contacts = simulation.contacts
    # A stream that the simulation itself does not use, as what is drawn here changes no rating.
    rng = np.random.default_rng([simulation.seed, len(contacts)])
    outcomes = settle_outcomes(simulation, rng)
    talk_seconds = _TALK_MEDIAN_SECONDS * rng.lognormal(0.0, _TALK_SIGMA, len(contacts))
    legs = np.where(rng.random(len(contacts)) < _TWO_LEGS_SHARE, 2, 1)
    columns: dict[str, NDArray[Any]] = {
        "agent": contacts.agent,
        "queue": contacts.queue,
        "second": contacts.second,
        "caller": contacts.caller,
        "neutral_category": contacts.category,
        "layout": simulation.layout,
        "delay": simulation.delay,
        "category": simulation.category,
        "followed_up": simulation.followed_up,
        "answered_followup": simulation.answered_followup,
        "kind": outcomes.kind,
        "options_heard": outcomes.options_heard,
        "press_ms": outcomes.press_ms,
        "asked_seconds": outcomes.asked_seconds,
        "wait_seconds": _wait_seconds(simulation, rng),
        "talk_seconds": np.round(talk_seconds, 1),
        "legs": legs,
    }
    return map(_Drawn._make, zip(*(columns[field].tolist() for field in _Drawn._fields), strict=True))


def _wait_seconds(simulation: Simulation, rng: np.random.Generator) -> FloatArray:
    bounds = np.array(WAIT_BOUNDS_SECONDS)[simulation.contacts.wait]
    return np.round(rng.uniform(bounds[:, 0], bounds[:, 1]), 1)


def _pseudonym(pbx: str, caller: int) -> str:
    return "h1:" + hashlib.sha256(f"{pbx}/{caller}".encode()).hexdigest()


def version_of(instrument: Instrument) -> str:
    """Return a hash over what a caller hears, as the catalogue's are; what it does to an answer is not in it."""
    heard = (instrument.layout, instrument.keys, instrument.read_seconds)
    return hashlib.sha256(repr(heard).encode()).hexdigest()[:12]


def _allocation(site: Site, instruments: tuple[Instrument, ...]) -> str:
    return spelled(dict(zip((each.layout for each in instruments), site.allocation, strict=True)))
