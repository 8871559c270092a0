"""Replays: the same keys at the same moments lead through the same prompts."""

from dataclasses import replace

import pytest

from ivr.domain.call_replay import Sound, replay_call
from ivr.domain.calls import Answer, Press
from ivr.domain.key_roles import KeyRole, key_roles
from ivr.domain.outcomes import Outcome
from tests.specimens import CALL, COMMENT, CONFIRMATION, layout, questionnaire, recommend, solved, version

INTRO, ONE, TWO, THREE = 3000, 4000, 5000, 6000
"""When each prompt of the plain layout has been read."""


def keys(*pressed):
    """Return presses of (key, moment) or (key, first, last) as the ledger has them."""
    return tuple(Press(CALL, number, each[0], each[1], each[-1]) for number, each in enumerate(pressed, 1))


def told(replay):
    """Return what was played as short texts: what, from when to when, and a bar where it was cut."""
    return [f"{each.sound} {each.start_ms}-{each.end_ms}{'|' if each.is_cut else ''}" for each in replay.spans]


def test_a_key_cuts_the_option_and_is_thanked_for():
    replay = replay_call(version(), keys(("1", 4300)), outcome=Outcome.RATED)
    assert replay.is_faithful
    assert told(replay) == ["intro 0-3000", "option 3000-4000", "option 4000-4300|", "thanks 4300-6300"]
    assert [(each.press, each.category) for each in replay.spans if each.sound is Sound.OPTION] == [
        ("1", "satisfied"),
        ("2", "so-so"),
    ]


def test_the_silence_before_stands_below_zero_and_takes_keys():
    replay = replay_call(version(), keys(("2", -400)), delay_seconds=1.5, outcome=Outcome.RATED)
    assert replay.is_faithful
    assert told(replay) == ["silence -1500--400|", "thanks -400-1600"]


def test_a_wrong_key_is_explained_and_the_options_come_again():
    replay = replay_call(version(), keys(("5", 3500), ("3", 8000)), outcome=Outcome.RATED)
    assert replay.is_faithful
    assert told(replay)[1:4] == ["option 3000-3500|", "wrong_key 3500-5000", "option 5000-6000"]
    assert told(replay)[-1] == "thanks 8000-10000"


def test_nobody_presses_and_the_options_come_twice():
    replay = replay_call(version(), (), outcome=Outcome.NO_KEY)
    assert replay.is_faithful
    sounds = [each.sound for each in replay.spans]
    assert sounds.count(Sound.OPTION) == 6
    assert sounds.count(Sound.NO_KEY) == 2
    assert sounds.count(Sound.PAUSE) == 2


@pytest.mark.parametrize(
    ("ended_ms", "outcome", "last"),
    [
        (-100, Outcome.LEFT_BEFORE_PROMPT, "silence -500--100|"),
        (1200, Outcome.LEFT_IN_INTRO, "intro 0-1200|"),
        (4500, Outcome.LEFT_IN_MENU, "option 4000-4500|"),
    ],
)
def test_a_caller_who_leaves_hears_no_more(ended_ms, outcome, last):
    replay = replay_call(version(), (), delay_seconds=0.5, ended_ms=ended_ms, outcome=outcome)
    assert replay.is_faithful
    assert told(replay)[-1] == last


def test_a_key_known_between_bounds_cuts_at_the_last_of_them():
    replay = replay_call(version(), keys(("1", 3100, 3600)), outcome=Outcome.RATED)
    assert replay.is_faithful
    assert "option 3000-3600|" in told(replay)


def test_a_doubled_press_answers_once_and_cuts_no_thanks():
    replay = replay_call(version(), keys(("1", 4300), ("1", 4550)), outcome=Outcome.RATED)
    assert replay.is_faithful
    assert told(replay)[-1] == "thanks 4300-6300"


def test_prompts_that_no_key_cuts_are_played_to_their_end():
    replay = replay_call(version(layout(barge_in=False)), keys(("1", 3500)), outcome=Outcome.RATED)
    assert replay.is_faithful
    assert told(replay) == ["intro 0-3000", "option 3000-4000", "thanks 4000-6000"]


def test_declining_is_parted_with():
    replay = replay_call(version(), keys(("9", 1000)), outcome=Outcome.OPTED_OUT)
    assert replay.is_faithful
    assert told(replay) == ["intro 0-1000|", "thanks 1000-3000"]


def test_an_answer_asked_once_more_and_a_comment_are_played_too():
    first = replace(layout(), confirmation=CONFIRMATION, comment=COMMENT, then=("comment",))
    pressed = (
        *keys(("1", 4300)),
        Press(CALL, 2, "1", 7000, 7000, "confirmation"),
    )
    replay = replay_call(version(first), pressed, asks_again=True, recorded_ms={"primary": 4000}, outcome=Outcome.RATED)
    assert replay.is_faithful
    sounds = [each.sound for each in replay.spans]
    assert sounds[3:] == [
        Sound.CONFIRMATION,
        Sound.OPTION,
        Sound.OPTION,
        Sound.COMMENT,
        Sound.RECORDING,
        Sound.THANKS,
    ]
    assert [each.end_ms - each.start_ms for each in replay.spans if each.sound is Sound.RECORDING] == [4000]


def test_further_questions_follow_under_their_own_names():
    asked = questionnaire(layout(then=("solved-12", "recommend-11")), solved(), recommend())
    pressed = keys(("2", 4100), ("1", 7500), ("1", 13_000), ("0", 13_500))
    replay = replay_call(asked, pressed, outcome=Outcome.RATED)
    assert replay.is_faithful
    assert {each.question for each in replay.spans} == {"primary", "solved-12", "recommend-11", None}


def test_a_replay_that_ends_otherwise_says_so():
    replay = replay_call(version(), keys(("1", 4300)), outcome=Outcome.NO_KEY)
    assert not replay.is_faithful


def answer_of(question, key, status=Outcome.RATED):
    return Answer(CALL, question, status, 0, key)


def test_each_key_has_its_role():
    asked = replace(layout(), repeat_key="8")
    pressed = keys(("5", 1000), ("8", 2000), ("1", 4300), ("1", 4500), ("2", 9000))
    roles = [each.role for each in key_roles(pressed, {"primary": answer_of("primary", "1")}, {"primary": asked})]
    assert roles == [KeyRole.WRONG, KeyRole.REPEAT, KeyRole.ANSWER, KeyRole.COPY, KeyRole.AFTERWARDS]


def test_two_keys_of_one_answer_are_both_the_answer():
    pressed = tuple(replace(each, question="recommend-11") for each in keys(("1", 1000), ("0", 1500)))
    roles = key_roles(pressed, {"recommend-11": answer_of("recommend-11", "10")}, {"recommend-11": recommend()})
    assert [each.role for each in roles] == [KeyRole.ANSWER, KeyRole.ANSWER]


def test_declining_and_keys_of_an_unknown_layout():
    declined = {"primary": answer_of("primary", None, Outcome.OPTED_OUT)}
    assert key_roles(keys(("9", 100)), declined, {"primary": layout()})[0].role is KeyRole.OPT_OUT
    assert key_roles(keys(("9", 100)), {}, {})[0].role is KeyRole.HEARD
