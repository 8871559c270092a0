"""Generators that no estimator was built on: what a sceptic would try, each with the verdict it should get.

They are made of the simulation's own scenarios. ``expected`` is what an honest estimator can do: ``numbers`` (their
intervals hold the truth, and most of the bias is gone), ``not_identified`` (there is nothing to learn it from, so no
number is shown), or ``either`` (the assumptions of the method are broken in a way that the data hardly shows: numbers
that are good enough, or none).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.simulation.departures import Departures
from ivr.simulation.instruments import INSTRUMENTS, PACED, REVERSED, SEQUENTIAL, SPARSE, Instrument
from ivr.simulation.latent import Latent
from ivr.simulation.scenarios import DELAYS, ONE_SITE, SCENARIOS, THREE_SITES, Delay, Scenario, Site


class Verdict(StrEnum):
    """What should come of a generator."""

    NUMBERS = "numbers"
    NOT_IDENTIFIED = "not_identified"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Generator:
    """A scenario that has no name in the program, and what should come of it.

    ``has_order``: whether agents can be ordered at one layout all the same. ``offer_floor`` is what the
    administrator has configured: the least share of eligible calls that an honest agent offers.
    """

    scenario: Scenario
    expected: Verdict
    has_order: bool = True
    offer_floor: float | None = None

    @property
    def name(self) -> str:
        """What it is called in the tables."""
        return self.scenario.name


MIDDLE_FIRST = Instrument("middle-first-213", ("3", "2", "1"), (4.5, 1.5, 3.0), reflex=0.06, primacy=0.0)
"""A layout that is not shipped: so-so is read first. Its file lies in ``layouts/`` beside this module."""

_S1, _S2, _S3 = (SCENARIOS[name] for name in ("S1", "S2", "S3"))
_NO_DELAYS = (Delay(0.0, 1.0, 0.0),)
_WEAK_DELAYS = tuple(replace(each, response_logit=each.response_logit / 10) for each in DELAYS)


def _given(sites: tuple[Site, ...], *layouts: int) -> tuple[Site, ...]:
    """Return the sites, each giving all its callers one layout; the last one stands for the sites that follow."""
    of_site = [layouts[min(number, len(layouts) - 1)] for number in range(len(sites))]
    return tuple(
        replace(site, allocation=tuple(float(number == layout) for number in range(4)))
        for site, layout in zip(sites, of_site, strict=True)
    )


def _drawn_over(sites: tuple[Site, ...], layouts: tuple[int, ...]) -> tuple[Site, ...]:
    """Return the sites, each drawing evenly over the layouts of these numbers."""
    allocation = tuple((number in layouts) / len(layouts) for number in range(4))
    return tuple(replace(site, allocation=allocation) for site in sites)


def _moved(scenario: Scenario, logits: float) -> Scenario:
    """Return the scenario with callers who are by so much more satisfied, and as willing as before."""
    thresholds = tuple(each - logits for each in scenario.neutral_thresholds)
    instruments = tuple(
        replace(each, thresholds=(each.thresholds[0] - logits, each.thresholds[1] - logits))
        for each in scenario.instruments
    )
    return replace(scenario, neutral_thresholds=(thresholds[0], thresholds[1]), instruments=instruments)


def _offered(scenario: Scenario, yes: float, no: float) -> Scenario:
    """Return the scenario with nobody selective and another offer rate, Beta(yes, no)."""
    return replace(scenario, offer_beta=(yes, no), selective_share=0.0)


def _numbers(name: str, about: str, scenario: Scenario, *, offer_floor: float | None = None) -> Generator:
    return Generator(replace(scenario, name=name, about=about), Verdict.NUMBERS, offer_floor=offer_floor)


def _either(name: str, about: str, scenario: Scenario) -> Generator:
    return Generator(replace(scenario, name=name, about=about), Verdict.EITHER)


def _none(name: str, about: str, scenario: Scenario, *, has_order: bool) -> Generator:
    return Generator(replace(scenario, name=name, about=about), Verdict.NOT_IDENTIFIED, has_order=has_order)


def _departing(scenario: Scenario, departures: Departures) -> Scenario:
    return replace(scenario, departures=departures)


_ALL = (
    _numbers(
        "strong_primacy",
        "S2 where the first choice pulls three times as much, and 12 % press 1 whatever it means",
        replace(_S2, instruments=tuple(replace(i, primacy=3 * i.primacy, reflex=0.12) for i in INSTRUMENTS)),
    ),
    _numbers(
        "other_thresholds",
        "S2 where callers are hard to please, and the scale of two positive answers is stricter still",
        replace(
            _S2,
            neutral_thresholds=(-0.8, 0.4),
            instruments=tuple(
                replace(each, thresholds=(0.0, 1.8) if each is SPARSE else (-0.8, 0.4)) for each in INSTRUMENTS
            ),
        ),
    ),
    _numbers(
        "middle_read_first",
        "S2 with a layout that reads so-so first in the place of the paced one",
        replace(_S2, instruments=(SEQUENTIAL, SPARSE, MIDDLE_FIRST, REVERSED)),
    ),
    _numbers(
        "patient_with_paced",
        "S2 where the pauses between the choices change patience only",
        replace(_S2, instruments=(SEQUENTIAL, SPARSE, replace(PACED, reflex=0.06, primacy=0.15), REVERSED), gamma=0.4),
    ),
    _either(
        "delay_irritates",
        "S3 where a second of silence makes the answer worse, so the delay is no instrument",
        _departing(_S3, Departures(delay_on_opinion=-0.08)),
    ),
    _either(
        "delay_sifts",
        "S3 where the silence drives away the satisfied more than the others",
        _departing(_S3, Departures(delay_on_slope=-0.06)),
    ),
    _numbers(
        "response_by_category",
        "S2 where willingness hangs on the category, in steps, and the so-so answer least",
        _departing(replace(_S2, gamma=0.0), Departures(response_by_category=(0.1, -0.4, 0.5))),
    ),
    _numbers(
        "response_with_quality",
        "S3 where callers of the better agents are more willing",
        _departing(_S3, Departures(response_by_effect=0.6)),
    ),
    _either(
        "followup_not_neutral",
        "S3 where the satisfied answer the follow-up more, by e^.3 a category",
        _departing(_S3, Departures(followup_by_category=0.3)),
    ),
    _either("no_followup", "S3 without any follow-up", replace(_S3, followup_share=0.0)),
    _numbers("no_delays", "S3 without a randomised delay, with follow-up", replace(_S3, delays=_NO_DELAYS)),
    _numbers("weak_delays", "S3 where the delay hardly changes who answers", replace(_S3, delays=_WEAK_DELAYS)),
    _none(
        "no_delays_no_followup",
        "S3 with neither: nothing tells those who answer from those who do not",
        replace(_S3, delays=_NO_DELAYS, followup_share=0.0),
        has_order=True,
    ),
    _none(
        "no_overlap",
        "three sites, each with a layout of its own and nothing drawn",
        replace(_S2, sites=_given(THREE_SITES, 0, 1, 2)),
        has_order=False,
    ),
    _none(
        "no_overlap_two_alike",
        "three sites, two with the same layout, nothing drawn",
        replace(_S2, sites=_given(THREE_SITES, 0, 0, 3)),
        has_order=False,
    ),
    _numbers(
        "one_layout",
        "one layout throughout, with follow-up",
        replace(_S2, sites=_given(THREE_SITES, 0)),
    ),
    _none(
        "one_layout_no_followup",
        "one layout throughout and no follow-up: ordered at that layout, no level",
        replace(_S2, sites=_given(THREE_SITES, 0), followup_share=0.0),
        has_order=True,
    ),
    _numbers(
        "hard_queues_to_the_good",
        "S2 where the better agents get the complaints",
        _departing(_S2, Departures(queues_by_effect=1.0)),
    ),
    _numbers(
        "regular_callers",
        "S2 where the same people call about four times each, and are alike satisfied each time",
        _departing(_S2, Departures(caller_correlation=0.5, numbers_a_call=0.25)),
    ),
    _numbers(
        "selective_mildly",
        "S3 where the selective agents pick less, and press no keys",
        replace(_S3, selective_share=0.3, selective_offers=(0.65, 0.8, 0.95), self_press_share=0.0),
        offer_floor=0.85,
    ),
    _numbers(
        "selective_strongly",
        "S3 where the selective agents hardly offer to the dissatisfied",
        replace(_S3, selective_share=0.1, selective_offers=(0.1, 0.4, 0.95), self_press_share=0.1),
        offer_floor=0.8,
    ),
    _numbers(
        "selective_at_half",
        "30 % selective agents where the others offer half of the calls",
        replace(
            _S3,
            offer_beta=(25.0, 25.0),
            selective_share=0.3,
            selective_offers=(0.2, 0.3, 0.5),
        ),
        offer_floor=0.35,
    ),
    _numbers(
        "selective_above_half",
        "30 % selective agents who offer more than the others, who offer half of the calls",
        replace(_S3, offer_beta=(25.0, 25.0), selective_share=0.3),
        offer_floor=0.35,
    ),
    _numbers("few_are_willing", "S2 where half as many are willing", replace(_S2, response_logit=-1.2)),
    _numbers("eight_agents", "S2 with eight agents", replace(_S2, agents=8)),
    _either("two_agents", "S1 with two agents", replace(_S1, agents=2)),
    _numbers("one_site_strong", "S1 with strong non-response", replace(_S3, sites=ONE_SITE, selective_share=0.0)),
    _numbers("hardly_different", "S2 where agents hardly differ", replace(_S2, agent_sigma=0.05)),
    _numbers("very_different", "S2 where agents differ a lot", replace(_S2, agent_sigma=1.0)),
    _numbers("specialists", "S2 where most agents serve one queue alone", replace(_S2, queue_concentration=0.05)),
    _numbers("almost_all_satisfied", "S2 where nine in ten are satisfied", _moved(_S2, 2.2)),
    _numbers("hardly_any_satisfied", "S2 where one in ten is satisfied", _moved(_S2, -2.2)),
    _numbers("few_offers", "S3 where one call in five is offered, by nobody's choice", _offered(_S3, 10.0, 40.0)),
    _numbers("all_offered", "S3 without selective agents where every call is offered", _offered(_S3, 5000.0, 1.0)),
    _numbers("impatient", "S2 with three times the hang-ups", replace(_S2, hang_up_hazard=(0.18, 0.18, 0.18))),
    _numbers(
        "silence_holds_callers",
        "S3 where a silence before the prompt makes more callers answer, not fewer",
        replace(_S3, delays=tuple(replace(each, response_logit=-each.response_logit) for each in DELAYS)),
    ),
    _numbers(
        "content_stay_silent",
        "S2 where the dissatisfied answer more",
        replace(_S2, gamma=-0.4),
    ),
    _either(
        "no_mirror",
        "S2 without the layout that reads the worst first, so nothing sets key habit apart",
        replace(_S2, sites=_drawn_over(THREE_SITES, (0, 1, 2))),
    ),
    _either(
        "two_layouts", "S2 with two layouts, drawn everywhere", replace(_S2, sites=_drawn_over(THREE_SITES, (0, 3)))
    ),
    _either(
        "all_at_once",
        "S3 with a long tail of the dissatisfied, drift, layouts that suit some agents, and impatience after a wait",
        replace(
            _S3,
            latent=Latent.SKEWED,
            layout_sigma=0.25,
            trend=0.6,
            trend_sigma=0.4,
            hang_up_hazard=(0.06, 0.1, 0.16),
            selective_share=0.2,
        ),
    ),
)

GENERATORS: Mapping[str, Generator] = {each.name: each for each in _ALL}

PERTURBED = (
    "probit",
    "skewed",
    "agent_x_layout",
    "u_shaped",
    "drift",
    "wait_hang_up",
    "base_offer_half",
    "no_selective",
    "selective_30",
)
"""The program's own scenarios that break one assumption each; numbers are expected of all."""
_FLOORS = {"selective_30": 0.8}


def generator_named(name: str) -> Generator:
    """Return the generator, or the scenario of the program, of that name; raises KeyError."""
    if name in GENERATORS:
        return GENERATORS[name]
    return Generator(SCENARIOS[name], Verdict.NUMBERS, offer_floor=_FLOORS.get(name))
