"""Experiments: which layout and which silence a caller gets, by a salted hash with known probabilities.

The same salt and the same unit give the same arm in any process, so nothing is looked up and a caller who
rings twice hears one key map (no carry-over). The probability of what was drawn is kept beside every call,
because it is what lets the figures be compared later (Horvitz and Thompson 1952).

Layout and delay are drawn for different purposes, so they are independent; that holds under a holdout and a ramp
too, because who takes part is drawn for each of them apart. So the logged marginal probabilities multiply to the
joint one, and callers who are held out of the layouts do not hear fewer silences than the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.domain.consents import Consent
from ivr.domain.draws import draw_within, mixed, require_distribution, spelled
from ivr.domain.guardrails import Guardrail
from ivr.errors import ExperimentRefused

ANY_SITE = "*"
LONGEST_DELAY_SECONDS = 10


class Unit(StrEnum):
    """What is randomised. ``caller`` keeps one key map for a person; an anonymous caller falls back to the call."""

    CALLER = "caller"
    CALL = "call"


class PrimaryMetric(StrEnum):
    """The one figure by which an experiment is decided, named before its start.

    Means over categories are not among them: key maps differ, and the steps of an ordinal scale are not equal.
    ``win_probability`` compares whole ordinal distributions (Mann and Whitney 1947).
    """

    TOP_BOX = "top_box"
    TOP_TWO_BOX = "top_two_box"
    RESPONSE_RATE = "response_rate"
    WIN_PROBABILITY = "win_probability"


class StopRule(StrEnum):
    """When an experiment may be decided: at any time without a claim, at its sample, or by a confidence sequence."""

    NONE = "none"
    FIXED_SAMPLE = "fixed_sample"
    CONFIDENCE_SEQUENCE = "confidence_sequence"


@dataclass(frozen=True, slots=True)
class RampStep:
    """From ``starts`` on, ``share`` of the callers take part; the others keep the control layout."""

    starts: datetime
    share: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """The allocation of a ``site/queue``, a ``site``, a queue at every site (``*/queue``), or all others (``*``).

    ``layouts`` and ``delays`` (seconds of silence before the first prompt) map an arm to its probability;
    ``invitations`` and ``scripts`` too (prompts before the queue, and for the agent), empty where there are none.
    ``control`` stands above the experiment's, for callers of another language.
    """

    name: str
    layouts: Mapping[str, float]
    delays: Mapping[float, float]
    invitations: Mapping[str, float] = field(default_factory=dict)
    scripts: Mapping[str, float] = field(default_factory=dict)
    control: str | None = None

    def __post_init__(self) -> None:
        site, slash, queue = self.name.partition("/")
        if not site or (slash and (not queue or "/" in queue)):
            raise ExperimentRefused(
                f"stratum {self.name}: is no place; write site, site/queue, */queue or *", place=("strata", self.name)
            )
        self._require("layouts", self.layouts)
        self._require("delays", {f"{delay:.10g} s": share for delay, share in self.delays.items()})
        for kind, arms in (("invitations", self.invitations), ("scripts", self.scripts)):
            if arms:
                self._require(kind, arms)
        for delay in self.delays:
            # Whole milliseconds: two arms that nobody can tell apart are one, and six digits tell them all.
            if not 0 <= delay <= LONGEST_DELAY_SECONDS or delay != round(delay, 3):
                raise ExperimentRefused(
                    f"stratum {self.name}: delay {delay:.10g}; write seconds from 0 to {LONGEST_DELAY_SECONDS}, "
                    "with at most three decimals",
                    place=("strata", self.name, "delays"),
                )

    def _require(self, kind: str, arms: Mapping[str, float]) -> None:
        try:
            require_distribution(f"stratum {self.name}: {kind}", arms)
        except ExperimentRefused as refused:
            raise ExperimentRefused(str(refused), place=("strata", self.name, kind)) from None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A randomised comparison of layouts; it cannot be built wrong.

    Whoever does not take part gets ``control`` at once: a share ``holdout`` of the callers for good, those whom the
    ``ramp`` has not reached yet, everybody outside the agents' ``queues`` (empty: every queue), outside ``starts``
    to ``ends``, before ``started_at`` and from ``stopped_at`` on. These two are no part of the definition:
    they are what the log of decisions says, None where it says nothing. ``consents`` are the questions that
    invitations put, by the invitation's name.
    """

    key: str
    salt: str
    unit: Unit
    strata: tuple[Stratum, ...]
    primary_metric: PrimaryMetric
    minimum_sample: int
    stop_rule: StopRule
    starts: datetime | None = None
    ends: datetime | None = None
    control: str | None = None
    queues: tuple[str, ...] = ()
    holdout: float = 0.0
    ramp: tuple[RampStep, ...] = ()
    guardrail: Guardrail = field(default_factory=Guardrail)
    consents: Mapping[str, Consent] = field(default_factory=dict)
    started_at: datetime | None = None
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        for place, fault in self._faults():
            raise ExperimentRefused(f"experiment {self.key}: {fault}", place=place)

    def _faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        names = [stratum.name for stratum in self.strata]
        if not self.salt:
            yield ("salt",), "salt is empty; write any text, once, and keep it"
        if len(set(names)) != len(names):
            yield ("strata",), "a stratum is named twice; name each once"
        if ANY_SITE not in names:
            yield ("strata",), f'no stratum "{ANY_SITE}"; add [strata."{ANY_SITE}"], it serves every other site'
        if self.minimum_sample < 1:
            yield ("minimum_sample",), f"minimum_sample is {self.minimum_sample}; write a number of ratings, at least 1"
        if self.starts is not None and self.ends is not None and self.ends <= self.starts:
            yield ("to",), f"to is {self.ends.isoformat()}, not after from; write a later moment, or leave it out"
        if not 0 <= self.holdout < 1:
            yield ("holdout",), f"holdout is {self.holdout:g}; write a share from 0 to less than 1"
        invitations = {name for stratum in self.strata for name in stratum.invitations}
        for name in self.consents:
            if name not in invitations:
                yield ("consent", name), f"consent of {name}, which no stratum invites with; name an invitation"
        yield from self._ramp_faults()

    def _ramp_faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        before: RampStep | None = None
        for number, step in enumerate(self.ramp, start=1):
            if not 0 < step.share <= 1:
                yield ("ramp", number, "share"), f"share is {step.share:g}; write a share above 0, at most 1"
            if before is not None and step.starts <= before.starts:
                yield ("ramp", number, "from"), "ramp step is not after the one before; write the steps in their order"
            if before is not None and step.share <= before.share:
                fault = f"ramp goes from {before.share:g} to {step.share:g}; let each share be larger than the last"
                yield ("ramp", number, "share"), fault
            if self.ends is not None and step.starts >= self.ends:
                yield ("ramp", number, "from"), "ramp step is not before the end; write an earlier moment"
            if step.share + self.holdout > 1 + 1e-9:
                fault = f"ramp to {step.share:g} and holdout {self.holdout:g} are more than 1; lower one of them"
                yield ("ramp", number, "share"), fault
            before = step

    @property
    def control_layout(self) -> str:
        """The layout of whoever does not take part: ``control``, else the one that most callers of ``*`` get."""
        if self.control is not None:
            return self.control
        shares = self.stratum(None, None).layouts
        return max(sorted(shares), key=lambda key: shares[key])

    def control_of(self, stratum: Stratum) -> str:
        """Return the control layout of a stratum."""
        return self.control_layout if stratum.control is None else stratum.control

    def stratum(self, site: str | None, queue: str | None) -> Stratum:
        """Return the most particular stratum: ``site/queue``, then ``site``, then ``*/queue``, then ``*``."""
        by_name = {stratum.name: stratum for stratum in self.strata}
        if site is not None:
            for name in (f"{site}/{queue}", site):
                if name in by_name:
                    return by_name[name]
        return by_name.get(f"{ANY_SITE}/{queue}") or by_name[ANY_SITE]

    def control_keys(self) -> frozenset[str]:
        """Return every layout that whoever does not take part can get."""
        return frozenset(self.control_of(stratum) for stratum in self.strata)

    def layout_keys(self) -> frozenset[str]:
        """Return every layout that the experiment can assign."""
        return self.control_keys() | {key for stratum in self.strata for key in stratum.layouts}

    def is_running_at(self, moment: datetime) -> bool:
        """Whether the experiment has begun and neither ended nor been stopped."""
        if self.starts is not None and moment < self.starts:
            return False
        if self.started_at is not None and moment < self.started_at:
            return False
        if self.ends is not None and moment >= self.ends:
            return False
        return self.stopped_at is None or moment < self.stopped_at

    def share_at(self, moment: datetime) -> float:
        """Return the share of the callers that takes part: what the ramp says, and without one all but the holdout."""
        if not self.ramp:
            return 1 - self.holdout
        return max((step.share for step in self.ramp if step.starts <= moment), default=0.0)

    def randomises(self, queue: str | None, moment: datetime) -> bool:
        """Whether anything is left to chance for a call of ``queue``."""
        has_queue = not self.queues or queue in self.queues
        return has_queue and self.is_running_at(moment) and self.share_at(moment) > 0

    def given_in(self, stratum: Stratum, moment: datetime) -> tuple[dict[str, float], dict[float, float]]:
        """Return what callers of ``stratum`` get, layouts and delays, over taking part and the draw."""
        share = self.share_at(moment) if self.is_running_at(moment) else 0.0
        control = self.control_of(stratum)
        if share == 0:
            return {control: 1.0}, {0.0: 1.0}
        return mixed(share, stratum.layouts, control), mixed(share, stratum.delays, 0.0)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one call was given, with the probabilities of having been given it.

    ``experiment`` is None where nothing was left to chance: the control layout at once, with probability 1.
    ``allocation`` is the whole distribution over the layouts, ``key:p key:p``.
    """

    experiment: str | None
    stratum: str
    layout: str
    layout_probability: float
    allocation: str
    delay_seconds: float
    delay_probability: float


def assign(
    experiment: Experiment,
    *,
    site: str | None,
    queue: str | None,
    caller: str | None,
    call: str,
    at: datetime,
) -> Assignment:
    """Assign a layout and a pre-prompt silence to a call that is asked ``at`` a moment (never asked: ended then).

    ``caller`` is any stable pseudonym of the caller or None; ``call`` identifies the call and stands in
    where the caller is unknown or the experiment randomises calls.
    """
    stratum = experiment.stratum(site, queue)
    control = experiment.control_of(stratum)
    if not experiment.randomises(queue, at):
        return Assignment(None, stratum.name, control, 1.0, spelled({control: 1.0}), 0.0, 1.0)
    share, salt, key = experiment.share_at(at), experiment.salt, experiment.key
    unit = unit_of(experiment, caller, call)
    layout, layout_probability = draw_within(
        share, stratum.layouts, control, salt=salt, key=key, purpose="layout", unit=unit
    )
    delay, delay_probability = draw_within(share, stratum.delays, 0.0, salt=salt, key=key, purpose="delay", unit=unit)
    allocation = spelled(mixed(share, stratum.layouts, control))
    return Assignment(key, stratum.name, layout, layout_probability, allocation, delay, delay_probability)


def unit_of(experiment: Experiment, caller: str | None, call: str) -> str:
    """Return what is randomised: the caller, or the call where the caller is unknown or calls are randomised."""
    return caller if experiment.unit is Unit.CALLER and caller is not None else call
