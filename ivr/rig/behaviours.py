"""Behaviours: how often each kind of caller comes, in which act, and in which outcomes such a call can end."""

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Act, Behaviour

# How often each kind of caller comes, for a hundred; every one comes at least once where there is room.
SHARES = {
    Behaviour.PRESSES: 36,
    Behaviour.PRESSES_IN_PAUSE: 7,
    Behaviour.SILENT: 7,
    Behaviour.PRESSES_AND_LEAVES: 6,
    Behaviour.LEAVES_IN_INTRO: 5,
    Behaviour.LEAVES_IN_OPTION: 5,
    Behaviour.LEAVES_IN_SILENCE: 4,
    Behaviour.LEAVES_AGENT_FIRST: 4,
    Behaviour.WRONG_THEN_RIGHT: 4,
    Behaviour.PRESSES_EARLY: 4,
    Behaviour.TRANSFERRED: 3,
    Behaviour.OPTS_OUT: 2,
    Behaviour.PRESSES_TWICE: 2,
    Behaviour.ONLY_WRONG: 2,
    Behaviour.TALKS_SHORTLY: 2,
    Behaviour.UNASKED: 2,
    Behaviour.TRANSFERRED_AWAY: 1,
    Behaviour.CALLS_AGAIN: 3,
    Behaviour.CALLS_AGAIN_REFUSING: 1,
}
ACTS = {
    Behaviour.CALLS_AGAIN: Act.AGAIN,
    Behaviour.CALLS_AGAIN_REFUSING: Act.AGAIN,
    Behaviour.CUT_OFF: Act.CRASH,
}
OUTCOMES: dict[Behaviour, frozenset[Outcome]] = {
    **{
        behaviour: frozenset({Outcome.RATED})
        for behaviour in (
            Behaviour.PRESSES,
            Behaviour.PRESSES_EARLY,
            Behaviour.PRESSES_IN_PAUSE,
            Behaviour.PRESSES_AND_LEAVES,
            Behaviour.PRESSES_TWICE,
            Behaviour.WRONG_THEN_RIGHT,
            Behaviour.TRANSFERRED,
        )
    },
    Behaviour.SILENT: frozenset({Outcome.NO_KEY}),
    Behaviour.ONLY_WRONG: frozenset({Outcome.INVALID_KEYS}),
    Behaviour.OPTS_OUT: frozenset({Outcome.OPTED_OUT}),
    # Some milliseconds decide whether the agent, the caller or the first prompt was quicker.
    Behaviour.LEAVES_IN_SILENCE: frozenset({
        Outcome.LEFT_BEFORE_PROMPT, Outcome.LEFT_IN_INTRO, Outcome.UNAVAILABLE, Outcome.CALLER_LEFT_FIRST,
    }),
    # With a silence before the first prompt the first sound is that silence.
    Behaviour.LEAVES_IN_INTRO: frozenset({Outcome.LEFT_IN_INTRO, Outcome.LEFT_BEFORE_PROMPT}),
    Behaviour.LEAVES_IN_OPTION: frozenset({Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU}),
    Behaviour.LEAVES_AGENT_FIRST: frozenset({Outcome.CALLER_LEFT_FIRST}),
    Behaviour.TRANSFERRED_AWAY: frozenset({Outcome.TRANSFERRED_AWAY}),
    Behaviour.UNASKED: frozenset({Outcome.UNAVAILABLE}),
    Behaviour.TALKS_SHORTLY: frozenset({Outcome.TOO_SHORT}),
    Behaviour.CALLS_AGAIN: frozenset({Outcome.THROTTLED}),
    Behaviour.CALLS_AGAIN_REFUSING: frozenset({Outcome.DO_NOT_ASK}),
    Behaviour.CUT_OFF: frozenset({Outcome.UNKNOWN}),
}  # fmt: skip
