from collections.abc import Mapping

from ivr.domain.layouts import CommentRequest, Layout, Option
from ivr.domain.timelines import LayoutVersion, Recording, Timeline
from ivr.rig.plan import Anchor, PlannedAnswer, Press, Speak
from ivr.rig.replies import BETWEEN_QUESTIONS_MS, SECOND_KEY_MS, keying, reply


def layout(key: str, *options: Option, then: tuple[str, ...] = (), comment: CommentRequest | None = None) -> Layout:
    return Layout(
        key, "en", key, ("bad", "good"), "intro", "thanks", "invalid", "no-key", options, then=then, comment=comment
    )


def version(first: Layout, further: Mapping[str, LayoutVersion] | None = None) -> LayoutVersion:
    recordings = {name: Recording(name, 1000, "") for name in first.prompts()}
    return LayoutVersion(first, recordings, first.key, Timeline(1.0, ()), further or {})


GOOD, PLAIN, BAD = Option("1", 1, "one"), Option("2", 0, "two"), Option("2", 0, "two", then=("reason", "comment"))
TEN = version(layout("ten", Option("1", 0, "one"), Option("10", 1, "ten")))
FIRST = version(
    layout("first", GOOD, BAD, then=("solved", "ten"), comment=CommentRequest("speak")),
    {
        "reason": version(layout("reason", GOOD, Option("3", 0, "three"), then=("why",))),
        "why": version(layout("why", GOOD, PLAIN)),
        "solved": version(layout("solved", GOOD, PLAIN)),
        "ten": TEN,
    },
)


def test_what_follows_an_answer_comes_before_what_follows_every_answer() -> None:
    keyed = {"primary": "2", "reason": "3", "why": "1", "solved": "1", "ten": "10"}
    replies = reply(FIRST, lambda question, _version: keyed[question])
    assert replies.answers == tuple(PlannedAnswer(question, key) for question, key in keyed.items())
    assert [step.question if isinstance(step, Press) else type(step) for step in replies.steps] == [
        *("primary", "reason", "why"),
        *(Speak, None),
        *("solved", "ten", "ten"),
    ]


def test_a_good_answer_leads_to_no_reason_and_who_falls_silent_says_nothing_more() -> None:
    keyed = {"primary": "1", "solved": None}
    replies = reply(FIRST, lambda question, _version: keyed[question])
    assert replies.answers == (PlannedAnswer("primary", "1"), PlannedAnswer("solved", None))
    assert len(replies.steps) == 1


def test_after_a_key_that_may_become_ten_the_next_one_comes_later() -> None:
    first = version(layout("ten", Option("1", 0, "one"), Option("10", 1, "ten"), then=("solved",)), FIRST.further)
    one, solved = reply(first, lambda _question, _version: "1").steps
    assert one.anchor is Anchor.FIRST_FRAME
    assert solved.after_ms == BETWEEN_QUESTIONS_MS + SECOND_KEY_MS


def test_ten_is_two_keys_within_a_second() -> None:
    one, zero = keying("10", "ten", Anchor.FIRST_FRAME, 500)
    assert (one.key, zero.key, zero.anchor) == ("1", "0", Anchor.KEY_UP)
    assert zero.after_ms + zero.hold_ms < 600
