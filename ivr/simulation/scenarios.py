"""Scenarios: the parameters of a synthetic call centre, each with a name under which it can be drawn again.

S1 to S4 and null are those by which the estimators are scored. The others change one assumption of S3 that the
estimators make (small_shop one of S1), to see what becomes of the figures where it does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ivr.errors import SimulationRefused
from ivr.simulation.departures import AT_REST, Departures
from ivr.simulation.instruments import INSTRUMENTS, NEUTRAL_THRESHOLDS, Instrument
from ivr.simulation.latent import Latent


@dataclass(frozen=True, slots=True)
class Site:
    """A site: its quality in logits of S, and the probability of each layout there, in the order of the instruments."""

    name: str
    quality: float
    allocation: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """An arm of silence before the first prompt: its length, its probability, what it does to the response logit."""

    seconds: float
    probability: float
    response_logit: float


@dataclass(frozen=True, slots=True)
class Condition:
    """A queue or a class of waiting times: its effect on S in logits, and its weight in the agents' case mixes."""

    name: str
    effect: float
    weight: float = 1.0


QUEUES = (
    Condition("support", 0.0),
    Condition("billing", -0.5),
    Condition("complaints", -1.0),
    Condition("orders", 0.4),
)
WAITS = (
    Condition("short", 0.0, weight=5.0),
    Condition("middling", -0.3, weight=3.0),
    Condition("long", -0.8, weight=2.0),
)
DELAYS = (Delay(0.0, 1 / 3, 0.0), Delay(2.0, 1 / 3, -0.45), Delay(4.0, 1 / 3, -1.0))
ONE_SITE = (Site("main", 0.0, (0.25, 0.25, 0.25, 0.25)),)

MOST_CALLS = 10_000_000


def _mostly(old_layout: int) -> tuple[float, ...]:
    """Return an allocation that keeps a site's old layout and draws 15 % of the callers over all four."""
    return tuple(0.85 * (number == old_layout) + 0.15 / 4 for number in range(4))


THREE_SITES = (Site("north", -0.2, _mostly(0)), Site("east", 0.0, _mostly(1)), Site("south", 0.2, _mostly(2)))


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a synthetic call centre is drawn from; logits unless a name says otherwise.

    ``gamma`` is the slope of the response logit on S; ``extremes`` its slope on the distance of S from the middle.
    ``hang_up_hazard`` is per second, one for each class of waiting times. ``offer_beta`` are the parameters of the
    offer rate's beta distribution. ``layout_sigma`` is the spread of an agent's own effect with each layout.
    ``trend`` moves S in the course of the window, ``trend_sigma`` each agent's by another amount. ``departures`` break
    what the estimators assume, and are at rest in every scenario that has a name.
    """

    name: str
    about: str
    agents: int = 200
    mean_calls: float = 300.0
    calls_sigma: float = 0.8
    queue_concentration: float = 1.2
    sites: tuple[Site, ...] = THREE_SITES
    delays: tuple[Delay, ...] = DELAYS
    instruments: tuple[Instrument, ...] = INSTRUMENTS
    neutral_thresholds: tuple[float, float] = NEUTRAL_THRESHOLDS
    queues: tuple[Condition, ...] = QUEUES
    waits: tuple[Condition, ...] = WAITS
    latent: Latent = Latent.LOGISTIC
    agent_sigma: float = 0.4
    response_logit: float = -0.1
    response_sigma: float = 0.3
    gamma: float = 0.2
    extremes: float = 0.0
    hang_up_hazard: tuple[float, float, float] = (0.06, 0.06, 0.06)
    offer_beta: tuple[float, float] = (46.0, 4.0)
    selective_share: float = 0.0
    selective_offers: tuple[float, float, float] = (0.35, 0.60, 0.95)
    self_press_share: float = 0.06
    followup_share: float = 0.03
    followup_response: float = 0.5
    layout_sigma: float = 0.0
    trend: float = 0.0
    trend_sigma: float = 0.0
    departures: Departures = AT_REST

    def sized(self, agents: int | None, mean_calls: float | None) -> "Scenario":
        """Return the scenario with another number of agents or mean number of calls an agent; None keeps it.

        Raises SimulationRefused for more calls than memory is likely to hold.
        """
        sized = replace(
            self,
            agents=self.agents if agents is None else agents,
            mean_calls=self.mean_calls if mean_calls is None else mean_calls,
        )
        if sized.agents * sized.mean_calls > MOST_CALLS:
            raise SimulationRefused(
                f"{sized.agents} agents with {sized.mean_calls:g} calls each are too many; "
                f"draw at most {MOST_CALLS:,} calls in all"
            )
        return sized


_S1 = Scenario(
    "S1",
    "one site, every layout at .25, mild non-response",
    calls_sigma=0.5,
    queue_concentration=3.0,
    sites=ONE_SITE,
    response_sigma=0.2,
    gamma=0.15,
)
_S2 = Scenario("S2", "three sites, each with its own old layout and 15 % randomised over all four")
_S3 = replace(
    _S2, name="S3", about="S2 with strong non-response and 10 % selective agents", gamma=0.5, selective_share=0.1
)
_NULL = replace(
    _S2,
    name="null",
    about="one site; no effect of layout or delay, no non-response that matters, nobody selective",
    sites=ONE_SITE,
    delays=tuple(replace(delay, response_logit=0.0) for delay in DELAYS),
    instruments=tuple(replace(each, reflex=0.0, primacy=0.0, thresholds=NEUTRAL_THRESHOLDS) for each in INSTRUMENTS),
    gamma=0.0,
    hang_up_hazard=(0.0, 0.0, 0.0),
)

SCENARIOS: Mapping[str, Scenario] = {
    each.name: each
    for each in (
        _S1,
        _S2,
        _S3,
        replace(_S3, name="S4", about="S3 at five times the volume", mean_calls=1500.0),
        _NULL,
        replace(_S3, name="probit", about="S3 with a normal latent", latent=Latent.PROBIT),
        replace(
            _S3, name="skewed", about="S3 with a latent that has a long tail of the dissatisfied", latent=Latent.SKEWED
        ),
        replace(_S3, name="agent_x_layout", about="S3 where a layout suits some agents better", layout_sigma=0.25),
        replace(_S3, name="u_shaped", about="S3 where both extremes answer", gamma=0.0, extremes=0.5),
        replace(
            _S3, name="drift", about="S3 where S rises in time, each agent's differently", trend=0.6, trend_sigma=0.4
        ),
        replace(
            _S3,
            name="wait_hang_up",
            about="S3 where who waited long has less patience",
            hang_up_hazard=(0.06, 0.1, 0.16),
        ),
        replace(_S3, name="base_offer_half", about="S3 where half of the calls are offered", offer_beta=(25.0, 25.0)),
        replace(_S3, name="no_selective", about="S3 with nobody selective", selective_share=0.0),
        replace(_S3, name="selective_30", about="S3 with 30 % selective agents", selective_share=0.3),
        replace(_S1, name="small_shop", about="S1 with six agents and few calls", agents=6, mean_calls=200.0),
    )
}


def scenario_named(name: str) -> Scenario:
    """Return the scenario; raises SimulationRefused, naming those there are."""
    if name not in SCENARIOS:
        raise SimulationRefused(f"no scenario is named {name!r}; name one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
