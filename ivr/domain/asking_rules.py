"""Asking rules: who is asked, decided from the candidate, the caller's past and the counts so far; a pure function.

The rules stand in an order, and the first that declines gives the outcome and its name: the caller's own word, the
length of the talk, what the caller was asked before, the caps, the queue's hours and languages, and last the draw.
The draw comes last so that its probability is the chance of exactly those callers whom no rule left without one.
It is a salted hash of the call: nothing is kept, and whoever is drawn at a small share is drawn at a larger one.

What nobody knows breaks no rule: a withheld number cannot be recognised, so neither the list nor the throttle holds
for it, and an unknown talk time is no short one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from ivr.domain.calls import CallId
from ivr.domain.eligibility import Candidate, Decision, Sampling
from ivr.domain.outcomes import Outcome
from ivr.domain.schedules import Schedule

ALL_OTHERS = "*"
"""Names the rules of every queue, or agent, that has none of its own."""


class Rule(StrEnum):
    """What can decline to ask, in the order in which it is looked at."""

    DO_NOT_ASK = "do_not_ask"
    MINIMUM_TALK = "minimum_talk"
    CALLER_THROTTLE = "caller_throttle"
    AGENT_DAY_CAP = "agent_day_cap"
    AGENT_TOTAL_CAP = "agent_total_cap"
    QUEUE_DAY_CAP = "queue_day_cap"
    QUEUE_TOTAL_CAP = "queue_total_cap"
    SCHEDULE = "schedule"
    LANGUAGE = "language"
    SAMPLING = "sampling"
    UNAVAILABLE = "unavailable"
    """The decision could not be made in time; in doubt nobody is asked."""


OUTCOMES: Mapping[Rule, Outcome] = {
    Rule.DO_NOT_ASK: Outcome.DO_NOT_ASK,
    Rule.MINIMUM_TALK: Outcome.TOO_SHORT,
    Rule.CALLER_THROTTLE: Outcome.THROTTLED,
    Rule.AGENT_DAY_CAP: Outcome.THROTTLED,
    Rule.AGENT_TOTAL_CAP: Outcome.THROTTLED,
    Rule.QUEUE_DAY_CAP: Outcome.THROTTLED,
    Rule.QUEUE_TOTAL_CAP: Outcome.THROTTLED,
    Rule.SCHEDULE: Outcome.NOT_SELECTED,
    Rule.LANGUAGE: Outcome.NOT_SELECTED,
    Rule.SAMPLING: Outcome.NOT_SELECTED,
    Rule.UNAVAILABLE: Outcome.NOT_SELECTED,
}


@dataclass(frozen=True, slots=True)
class Caps:
    """How many callers may be asked about an agent, or in a queue: on one day, and in all. None: any number."""

    day: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Throttle:
    """A caller is asked at most so many times in so many days of 24 hours, whatever the queue."""

    at_most: int
    days: int

    def since(self, at: datetime) -> datetime:
        """Return the moment from which on being asked counts at ``at``; that moment itself no longer does."""
        return at - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class QueueRules:
    """The rules of one queue. None: the rule is not there."""

    sampling: Sampling = field(default_factory=Sampling)
    minimum_talk_seconds: float | None = None
    caps: Caps = field(default_factory=Caps)
    languages: frozenset[str] | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class CallerPast:
    """What is known of a caller: whether the last word was not to be asked, and when which calls were asked."""

    refuses: bool = False
    asked: Mapping[CallId, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedSoFar:
    """How often callers were asked about the candidate's agent and in its queue: on this day, and in all."""

    agent_day: int = 0
    agent_total: int = 0
    queue_day: int = 0
    queue_total: int = 0


@dataclass(frozen=True, slots=True)
class AskingRules:
    """All rules. ``queues`` and ``agents`` may have ``*`` for all others; a name of its own takes nothing from it.

    ``zones`` are the clocks of sites by name, ``zone`` that of every other call. Total caps count from
    ``totals_since`` on, None: from the first call of the ledger on.
    """

    queues: Mapping[str, QueueRules] = field(default_factory=dict)
    agents: Mapping[str, Caps] = field(default_factory=dict)
    throttle: Throttle | None = None
    zones: Mapping[str, tzinfo] = field(default_factory=dict)
    zone: tzinfo = UTC
    totals_since: datetime | None = None

    def of_queue(self, queue: str | None) -> QueueRules:
        """Return the rules of ``queue``, None where no queue is known."""
        return self.queues.get(queue or ALL_OTHERS) or self.queues.get(ALL_OTHERS) or QueueRules()

    def of_agent(self, agent: str | None) -> Caps:
        """Return the caps of ``agent``; none where no agent is known."""
        return Caps() if agent is None else self.agents.get(agent) or self.agents.get(ALL_OTHERS) or Caps()

    def zone_of(self, site: str | None) -> tzinfo:
        """Return the clock of ``site``."""
        return self.zone if site is None else self.zones.get(site, self.zone)

    def caps(self) -> tuple[Caps, ...]:
        """Return every cap there is."""
        return (*self.agents.values(), *(queue.caps for queue in self.queues.values()))


def judge(rules: AskingRules, candidate: Candidate, past: CallerPast, so_far: AskedSoFar) -> Decision:
    """Return whether ``candidate`` is asked; the first rule that declines is named."""
    if candidate.test:
        return Decision(1.0)
    queue = rules.of_queue(candidate.queue)
    rule = (
        _word_or_talk(queue, candidate, past)
        or _throttle(rules.throttle, candidate, past)
        or _cap(rules.of_agent(candidate.agent), queue.caps, so_far)
        or _time_or_language(queue, candidate, rules.zone_of(candidate.site))
    )
    if rule is not None:
        return declined(rule)
    probability = queue.sampling.probability
    if queue.sampling.decline(str(candidate.call)) is not None:
        return Decision(probability, OUTCOMES[Rule.SAMPLING], Rule.SAMPLING.value)
    return Decision(probability)


def declined(rule: Rule) -> Decision:
    """Return the decision of a rule that left no chance."""
    return Decision(0.0, OUTCOMES[rule], rule.value)


def _word_or_talk(queue: QueueRules, candidate: Candidate, past: CallerPast) -> Rule | None:
    if past.refuses:
        return Rule.DO_NOT_ASK
    least, talk = queue.minimum_talk_seconds, candidate.talk_seconds
    return Rule.MINIMUM_TALK if least is not None and talk is not None and talk < least else None


def _throttle(throttle: Throttle | None, candidate: Candidate, past: CallerPast) -> Rule | None:
    if throttle is None:
        return None
    since = throttle.since(candidate.at)
    before = sum(at > since for call, at in past.asked.items() if call != candidate.call)
    return Rule.CALLER_THROTTLE if before >= throttle.at_most else None


def _cap(agent: Caps, queue: Caps, so_far: AskedSoFar) -> Rule | None:
    looked_at = (
        (agent.day, so_far.agent_day, Rule.AGENT_DAY_CAP),
        (agent.total, so_far.agent_total, Rule.AGENT_TOTAL_CAP),
        (queue.day, so_far.queue_day, Rule.QUEUE_DAY_CAP),
        (queue.total, so_far.queue_total, Rule.QUEUE_TOTAL_CAP),
    )
    return next((rule for cap, asked, rule in looked_at if cap is not None and asked >= cap), None)


def _time_or_language(queue: QueueRules, candidate: Candidate, zone: tzinfo) -> Rule | None:
    if queue.schedule is not None and not queue.schedule.is_open(candidate.at.astimezone(zone)):
        return Rule.SCHEDULE
    if queue.languages is None or candidate.language is None:
        return None
    return None if is_spoken(candidate.language, queue.languages) else Rule.LANGUAGE


def is_spoken(language: str, languages: frozenset[str]) -> bool:
    """Return whether ``language`` (``en``, ``en_GB``) is among ``languages``; ``en`` there is every English."""
    written = language.lower().replace("-", "_")
    named = {each.lower().replace("-", "_") for each in languages}
    return written in named or written.partition("_")[0] in named
