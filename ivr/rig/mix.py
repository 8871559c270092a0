"""The mix of callers: a believable day of a call centre in small, seeded and repeatable.

Every outcome of the contract comes of something that really happens: somebody leaves, is transferred, has been asked
before or has refused; only where a caller has to be one who called before is the call put into a later act.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion
from ivr.rig.behaviours import ACTS, OUTCOMES, SHARES
from ivr.rig.call_centre import OUTSIDE, QUEUES, SAMPLED_QUEUE, UNASKED
from ivr.rig.plan import (
    FICTIONAL_PREFIXES,
    Act,
    Anchor,
    Behaviour,
    CallPlan,
    HangUp,
    PlannedAnswer,
    Press,
    Step,
)
from ivr.rig.replies import Replies, keying, reply

MINIMUM_TALK_SECONDS = 1.0
"""The talk that a caller has to have had to be asked; the rules that go with the mix say so too."""
DIRECT_SHARE = 0.08
SAMPLED_SHARE = 0.06
FEWEST_FOR_CRASH = 300
"""A run of so many calls has a crash in it; in a shorter one it would cost more time than all the rest."""
CUT_OFF_CALLS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller can key to the first layout: the answers, the key that declines and one that means nothing.

    The caller answers the questions that follow too where ``version`` is known. None: there is no such key.
    """

    answers: Sequence[str] = ("1", "3")
    opt_out_key: str | None = "9"
    wrong_key: str | None = "7"
    version: LayoutVersion | None = None

    @classmethod
    def by(cls, version: LayoutVersion) -> Self:
        """Return what ``version`` takes. Every answer comes soon, and the best the most often, as in life."""
        layout = version.layout
        worst_to_best = sorted(layout.options, key=lambda option: option.category)
        meant = {key for option in layout.options for keyed in option.presses for key in keyed}
        meant |= {key for key in (layout.opt_out_key, layout.repeat_key) if key is not None}
        return cls(
            answers=tuple(option.press for option in (*worst_to_best, *[worst_to_best[-1]] * 3)),
            opt_out_key=layout.opt_out_key,
            wrong_key=next((key for key in "7890*#123456" if key not in meant), None),
            version=version,
        )


def asked_anything(_caller: str) -> Asked:
    """Return what each of the layouts with three answers takes: for a caller whose layout is not known."""
    return Asked()


def plan_calls(
    count: int,
    seed: int,
    *,
    asked_for: Callable[[str], Asked] = asked_anything,
    agents: Sequence[str] = (),
    latest_press_ms: int = 12_000,
    first: int = 1,
) -> tuple[CallPlan, ...]:
    """Return a believable mix of so many calls; the same seed gives the same calls.

    Args:
        count: how many calls, at least 1.
        seed: of the random choices.
        asked_for: what a caller can key, by the caller's number, for instance by the layout it is assigned.
        agents: end points that can be called directly; none means no direct calls.
        latest_press_ms: the latest moment of an unhurried press, from the first frame.
        first: the number of the first call. No caller of another run with other numbers is in this one, as long as
            all of them together are fewer than there are numbers that belong to nobody.
    """
    rng = random.Random(seed)
    new = iter(_callers(first, count))
    known: dict[Behaviour, list[str]] = {Behaviour.PRESSES: [], Behaviour.OPTS_OUT: []}
    decks: dict[tuple[str, ...], list[str]] = {}
    plans: list[CallPlan] = []
    for number, dealt in enumerate(_deal(count, rng), start=first):
        again = known[_WHO_CALLS_AGAIN[dealt]] if dealt in _WHO_CALLS_AGAIN else []
        if dealt in _WHO_CALLS_AGAIN and not again:
            dealt = Behaviour.PRESSES  # noqa: PLW2901 - nobody is there who could call again
        caller = again.pop() if again else next(new)
        asked = asked_for(caller)
        behaviour = _possible(dealt, asked)
        extension = _extension(behaviour, rng, agents)
        if behaviour in known and extension != SAMPLED_QUEUE:
            known[behaviour].append(caller)
        replies = _replies(behaviour, asked, _next_key(decks, tuple(asked.answers)), rng, latest_press_ms)
        plans.append(
            CallPlan(
                number=number,
                caller=caller,
                extension=extension,
                behaviour=behaviour,
                talk_seconds=_talk_seconds(behaviour, rng),
                steps=replies.steps,
                leaves_agent_first=behaviour is Behaviour.LEAVES_AGENT_FIRST,
                transfer_to=_transfer(behaviour, extension),
                act=ACTS.get(behaviour, Act.FIRST),
                outcomes=_outcomes(behaviour, asked, extension),
                answers=replies.answers,
            )
        )
    return tuple(plans)


_WHO_CALLS_AGAIN = {
    Behaviour.CALLS_AGAIN: Behaviour.PRESSES,
    Behaviour.CALLS_AGAIN_REFUSING: Behaviour.OPTS_OUT,
}


def _deal(count: int, rng: random.Random) -> list[Behaviour]:
    """Give each kind its share by largest remainder, after one of each while there is room.

    Whoever calls again comes behind all others, and last who is cut off.
    """
    crashed = CUT_OFF_CALLS if count >= FEWEST_FOR_CRASH else 0
    kinds = list(SHARES)[:count]
    dealt = dict.fromkeys(kinds, 1)
    for _ in range(count - crashed - len(kinds)):
        most_missing = max(kinds, key=lambda kind: SHARES[kind] * count / 100 - dealt[kind])
        dealt[most_missing] += 1
    deck = [kind for kind, times in dealt.items() for _ in range(times)]
    rng.shuffle(deck)
    deck.sort(key=lambda kind: list(Act).index(ACTS.get(kind, Act.FIRST)))
    return [*deck, *[Behaviour.CUT_OFF] * crashed]


def _callers(first: int, count: int) -> list[str]:
    """Return a number for each call, another one for each as long as there are numbers."""
    pool = [f"{prefix}{line:03d}" for line in range(1000) for prefix in FICTIONAL_PREFIXES]
    random.Random(0).shuffle(pool)
    return [pool[(number - 1) % len(pool)] for number in range(first, first + count)]


def _extension(behaviour: Behaviour, rng: random.Random, agents: Sequence[str]) -> str:
    queue, chance = rng.choice(QUEUES), rng.random()
    if behaviour is Behaviour.UNASKED:
        return UNASKED + queue
    if behaviour in _ONLY_IN_QUEUES:
        return queue
    if agents and chance < DIRECT_SHARE:
        return f"direct-{rng.choice(agents)}"
    if behaviour is Behaviour.PRESSES and chance > 1 - SAMPLED_SHARE * 100 / SHARES[behaviour]:
        return SAMPLED_QUEUE
    return queue


# What they show would be another thing with a direct call.
_ONLY_IN_QUEUES = frozenset({Behaviour.TRANSFERRED, Behaviour.TRANSFERRED_AWAY, Behaviour.LEAVES_AGENT_FIRST, *ACTS})


def _transfer(behaviour: Behaviour, queue: str) -> str | None:
    if behaviour is Behaviour.TRANSFERRED:
        return next(other for other in QUEUES if other != queue)
    return OUTSIDE if behaviour is Behaviour.TRANSFERRED_AWAY else None


def _talk_seconds(behaviour: Behaviour, rng: random.Random) -> float:
    if behaviour is Behaviour.TALKS_SHORTLY:
        return round(rng.uniform(0.1, 0.3), 3)
    return round(rng.uniform(MINIMUM_TALK_SECONDS + 0.3, 2.6), 3)


def _next_key(decks: dict[tuple[str, ...], list[str]], keys: tuple[str, ...]) -> str:
    """Take a layout's keys in turn, so that every key is pressed even in a short run."""
    deck = decks.setdefault(keys, [])
    if not deck:
        deck.extend(reversed(keys))
    return deck.pop()


def _possible(behaviour: Behaviour, asked: Asked) -> Behaviour:
    """Return the behaviour, or a plain press where the layout has no key for it."""
    needs_opt_out = behaviour is Behaviour.OPTS_OUT and asked.opt_out_key is None
    needs_wrong = behaviour in {Behaviour.ONLY_WRONG, Behaviour.WRONG_THEN_RIGHT} and asked.wrong_key is None
    return Behaviour.PRESSES if needs_opt_out or needs_wrong else behaviour


def _outcomes(behaviour: Behaviour, asked: Asked, extension: str) -> frozenset[Outcome]:
    layout = None if asked.version is None else asked.version.layout
    if behaviour in _HANGS_ON_LAYOUT and layout is not None:
        tries = min(layout.max_tries, layout.max_invalid or layout.max_tries)
        if layout.takes_two_keys or tries < 2:
            return frozenset()
    return OUTCOMES[behaviour] | ({Outcome.NOT_SELECTED} if extension == SAMPLED_QUEUE else set())


# Where 1 may become 10, a doubled or an abandoned 1 is a matter of milliseconds; a wrong key may be the last one borne.
_HANGS_ON_LAYOUT = frozenset({Behaviour.PRESSES_TWICE, Behaviour.PRESSES_AND_LEAVES, Behaviour.WRONG_THEN_RIGHT})


def _replies(behaviour: Behaviour, asked: Asked, keyed: str, rng: random.Random, latest_press_ms: int) -> Replies:
    moment = rng.randint(300, latest_press_ms)
    if behaviour in {Behaviour.PRESSES, Behaviour.TRANSFERRED} and asked.version is not None:
        first = asked.version
        is_doubtful = _may_be_confirmed(first.layout, keyed)

        def choose(question: str, version: LayoutVersion) -> str | None:
            if question == PRIMARY_QUESTION:
                return keyed
            return None if is_doubtful else rng.choice(version.layout.options).press

        return reply(first, choose, first_ms=moment)
    steps = _steps(behaviour, rng, asked, keyed, moment)
    is_rated = OUTCOMES[behaviour] == {Outcome.RATED} and behaviour not in _HANGS_ON_LAYOUT
    return Replies(steps, (PlannedAnswer(PRIMARY_QUESTION, keyed),) if is_rated else ())


def _may_be_confirmed(layout: Layout, keyed: str) -> bool:
    """Whether the answer may be asked once more: nobody knows before the call, so its caller says nothing more."""
    category = layout.category_of(keyed)
    return layout.confirmation is not None and category is not None and layout.is_extreme(category)


def _steps(behaviour: Behaviour, rng: random.Random, asked: Asked, keyed: str, moment: int) -> tuple[Step, ...]:
    short = rng.randint(20, 280)
    pause = rng.randint(2, 3)  # the first is within the introduction
    right_ms = rng.randint(2500, 6000)
    hang_up_ms = rng.randint(200, 1500)
    press = keying(keyed, None, Anchor.FIRST_FRAME, moment)
    wrong, declines = asked.wrong_key or "", asked.opt_out_key or ""
    table: dict[Behaviour, tuple[Step, ...]] = {
        Behaviour.PRESSES: press,
        Behaviour.TRANSFERRED: press,
        Behaviour.PRESSES_EARLY: keying(keyed, None, Anchor.AGENT_LEFT, 80 + short),
        Behaviour.PRESSES_IN_PAUSE: keying(keyed, None, Anchor.PAUSE, 400 + short, pause_number=pause),
        Behaviour.PRESSES_AND_LEAVES: (*press, HangUp(Anchor.KEY_UP, short)),
        Behaviour.PRESSES_TWICE: (*press, Press(keyed[-1], Anchor.KEY_UP, 130)),
        Behaviour.WRONG_THEN_RIGHT: (
            Press(wrong, Anchor.FIRST_FRAME, moment),
            *keying(keyed, None, Anchor.KEY_UP, right_ms),
        ),
        Behaviour.ONLY_WRONG: tuple(
            Press(wrong, Anchor.FIRST_FRAME if first else Anchor.KEY_UP, moment if first else 3000)
            for first in (True, False, False)
        ),
        Behaviour.OPTS_OUT: (Press(declines, Anchor.FIRST_FRAME, moment),),
        Behaviour.LEAVES_IN_SILENCE: (HangUp(Anchor.AGENT_LEFT, short),),
        Behaviour.LEAVES_IN_INTRO: (HangUp(Anchor.FIRST_FRAME, hang_up_ms),),
        Behaviour.LEAVES_IN_OPTION: (HangUp(Anchor.PAUSE, 500 + 3 * short, pause_number=pause),),
    }
    return table.get(behaviour, ())
