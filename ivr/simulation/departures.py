"""Departures: ways in which callers and agents may break what the estimators assume; at rest in every named scenario.

They are for whoever doubts the estimators: put another value into a scenario and see what becomes of the figures. At
rest they change no number that is drawn.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Departures:
    """What departs from the model; 0 is at rest unless another default stands.

    ``delay_on_opinion``: what a second of silence adds to S as it is answered: the delay changes the answer too.
    ``delay_on_slope``: what a second of silence adds to the slope of the response logit on S.
    ``response_by_category``: added to the response logit by the neutral category, from worst to best.
    ``response_by_effect``: what a logit of an agent's own effect adds to that agent's response logit.
    ``followup_by_category``: the log of the ratio of the chances to answer a follow-up between neighbouring categories.
    ``queues_by_effect``: how much the better agents are given the harder queues, the log of the odds for one standard
    deviation of the agents and one logit of the queues.
    ``caller_correlation``: of the latents of two calls of one caller, 0 to below 1, on the normal scale.
    ``numbers_a_call``: how many callers there are for a call; fewer call more often.
    """

    delay_on_opinion: float = 0.0
    delay_on_slope: float = 0.0
    response_by_category: tuple[float, float, float] = (0.0, 0.0, 0.0)
    response_by_effect: float = 0.0
    followup_by_category: float = 0.0
    queues_by_effect: float = 0.0
    caller_correlation: float = 0.0
    numbers_a_call: float = 4.5


AT_REST = Departures()
