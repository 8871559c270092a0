"""Whatever a caller does, in whatever questionnaire: one outcome, an end in time, and nothing lost or invented."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from ivr.catalogue.layouts import load_layouts
from ivr.domain.bounds import worst_case_seconds
from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION
from ivr.domain.flow.bounces import WINDOW_MS, BounceGuard
from ivr.domain.flow.commands import Finish, KeepAnswer
from ivr.domain.flow.events import KeyHeard
from ivr.domain.flow.interview_table import Part
from ivr.domain.flow.recovery import keyed_answer
from ivr.domain.flow.script import Stage
from ivr.domain.flow.table import Phase
from ivr.domain.layouts import DTMF_KEYS
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion
from ivr.settings import HOME
from tests.domain.flow.caller import Deed, Fails, Intent, Keys, Leaves, Story, Wants, call
from tests.domain.flow.questionnaires import joined, questionnaires

SHIPPED = joined(list(load_layouts(Path(HOME) / "config" / "layouts").values()), [200, 700, 1500, 4000, 2600])

# Nothing here is timed: a busy machine is no reason to fail.
usual = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
often = settings(usual, max_examples=400)

shares = st.sampled_from([0.0, 0.01, 0.3, 0.5, 0.99, 1.0])
texts = st.text(st.sampled_from(DTMF_KEYS + "1110"), min_size=1, max_size=4)
trains = st.builds(lambda key, times: key * times, st.sampled_from("12350*#9"), st.integers(1, 11))
pressing = st.builds(
    Keys,
    texts | trains,
    shares,
    st.sampled_from([0, 50, 400, 3000]),
    st.booleans(),
    st.sampled_from([True, True, False]),
)
ends: st.SearchStrategy[Deed] = st.builds(Leaves, shares, st.just("") | texts, st.booleans()) | st.just(Fails())
deeds = st.lists(st.none() | st.none() | pressing | pressing | pressing, max_size=40)
wishes = st.lists(
    st.none() | st.builds(Wants, st.sampled_from(Intent), st.sampled_from([0.5, 0.99, 1.0, 1.0])), max_size=60
)
stories = st.tuples(deeds | wishes, st.none() | ends).map(lambda parts: [*parts[0], parts[1]])
versions = questionnaires() | st.sampled_from(sorted(SHIPPED)).map(lambda key: SHIPPED[key])
delays = st.sampled_from([0.0, 2.0])


@often
@given(versions, delays, stories, st.booleans())
def test_it_ends_once_and_never_later_than_the_bound(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    story = call(version, delay, does, asks_again=asks_again)
    assert story.finishes == 1
    assert isinstance(story.interview.command, Finish)
    assert story.elapsed_ms / 1000 <= worst_case_seconds(version) + delay


@often
@given(versions, delays, wishes)
def test_nobody_who_knows_the_layout_by_heart_can_stay_longer(
    version: LayoutVersion, delay: float, does: list[Deed]
) -> None:
    seconds, bound = call(version, delay, does, asks_again=True).elapsed_ms / 1000, worst_case_seconds(version) + delay
    target(seconds / bound)
    assert seconds <= bound


@usual
@given(versions, delays, stories, st.booleans())
def test_each_question_ends_in_one_way_and_the_primary_first(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    story = call(version, delay, does, asks_again=asks_again)
    kept = [answer.question for answer in story.kept]
    missed = [each.question for each in story.interview.missed]
    assert max(Counter(kept + missed).values(), default=0) <= 1
    rated = story.interview.status is Outcome.RATED
    assert rated == (kept[:1] == [PRIMARY_QUESTION])
    assert PRIMARY_QUESTION not in kept[1:]
    if not rated:
        assert kept == []
        assert missed == ([] if story.interview.status is Outcome.UNKNOWN else [PRIMARY_QUESTION])
        assert story.comments == []
    assert set(kept + missed) <= {PRIMARY_QUESTION, CONFIRMATION, *version.further}
    comments = [comment.question for comment in story.comments]
    assert len(set(comments)) == len(comments)


@usual
@given(versions, delays, stories, st.booleans())
def test_what_is_asked_follows_from_the_answers(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    """Walk the tree of ``then`` by the answers kept: nothing else is put, and in no other order."""
    story = call(version, delay, does, asks_again=asks_again)
    keyed = {answer.question: answer.key for answer in story.kept}
    put = [before.item for before, _, _ in story.steps if before.part in {Part.FURTHER, Part.COMMENT}]
    names = list(dict.fromkeys(f"{item.name} comment" if item.is_comment else item.name for item in put))
    expected = _following(version, PRIMARY_QUESTION, version, keyed)
    assert names == expected[: len(names)]
    if any(before.part is Part.CONFIRMATION for before, _, _ in story.steps):
        assert asks_again
        assert version.layout.confirmation is not None
        assert version.layout.is_extreme(story.kept[0].category)


def _following(first: LayoutVersion, name: str, version: LayoutVersion, keyed: dict[str, str]) -> list[str]:
    if name not in keyed:
        return []
    option = version.layout.option_of(keyed[name])
    assert option is not None
    found = []
    for each in (*option.then, *version.layout.then):
        if each == "comment":
            found.append(f"{name} comment")
        else:
            found += [each, *_following(first, each, first.further[each], keyed)]
    return found


@usual
@given(versions, delays, stories, st.booleans())
def test_no_copy_answers_or_declines_anything(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    story = call(version, delay, does, asks_again=asks_again)
    guard = BounceGuard()
    for before, events, _ in story.steps:
        after = before
        for event in events:
            if not isinstance(event, KeyHeard):
                continue
            guard, is_copy = guard.hear(event)
            if after.part is not before.part or after.item is not before.item:
                continue
            asked, declined = after.asked, after.declined
            after = after.step(event)
            if is_copy:
                assert after.asked.answer == asked.answer
                assert after.declined == declined
    assert {chain.key for chain in story.interview.guard.chains} == {chain.key for chain in guard.chains}


@usual
@given(versions, delays, st.lists(st.builds(Keys, trains, shares, st.sampled_from([0, 50])), max_size=12))
def test_one_press_answers_one_question_at_most(version: LayoutVersion, delay: float, does: list[Keys]) -> None:
    story = call(version, delay, does)
    assert sum(len(answer.key) for answer in story.kept) <= len(_real_keys(story))


@often
@given(versions, delays, stories, st.booleans())
def test_no_key_at_once_behind_another_answers_the_question_that_has_just_begun(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    """It may be a correction of the answer before; what has just begun is the first prompt of a further question."""
    story = call(version, delay, does, asks_again=asks_again)
    last: KeyHeard | None = None
    for before, events, after in story.steps:
        is_first_prompt = (
            before.part in {Part.CONFIRMATION, Part.FURTHER}
            and before.asked.stage is Stage.INTRO
            and before.asked.phase is Phase.LISTENING
            and not before.asked.repeats
        )
        keys = [event for event in events if isinstance(event, KeyHeard)]
        if is_first_prompt and keys and all(_is_soon(key, earlier) for earlier, key in pairwise((last, *keys))):
            assert (after.item, after.part) == (before.item, before.part)
            assert (after.asked.answer, after.asked.digits.keyed) == (None, "")
            assert (after.asked.wrong_keys, after.asked.repeats, after.declined) == (0, 0, before.declined)
        last = keys[-1] if keys else last


def _is_soon(key: KeyHeard, last: KeyHeard | None) -> bool:
    if last is None or last.hi_ms is None or key.lo_ms is None:
        return last is not None
    return key.lo_ms - last.hi_ms <= WINDOW_MS


@usual
@given(versions, delays, stories, st.booleans())
def test_the_first_valid_press_is_the_answer_and_none_is_lost(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    """What the call says of the primary question, and what can be made of its presses alone, is the same."""
    layout = version.layout
    story = call(version, delay, does, asks_again=asks_again)
    taken = [event for _, event in story.heard]
    if layout.takes_two_keys and any(key.lo_ms != key.hi_ms or key.lo_ms is None for key in taken):
        return  # presses of unknown moments do not tell how long the second key was waited for
    recovered = keyed_answer(story.presses, layout, has_ended=True)
    if story.kept:
        assert recovered is not None
        assert recovered[0] == story.kept[0].key
        assert layout.category_of(recovered[0]) == story.kept[0].category
    elif recovered is not None:
        # It came in the same breath as the end, and behind it: the closing of the call makes it a rating.
        *_, (_, last, _) = (step for step in story.steps if any(isinstance(event, KeyHeard) for event in step[1]))
        assert len([event for event in last if isinstance(event, KeyHeard)]) > 1


@usual
@given(versions, delays, stories)
def test_a_confirmation_never_changes_the_answer(version: LayoutVersion, delay: float, does: list[Deed]) -> None:
    again, once = call(version, delay, does, asks_again=True), call(version, delay, does, asks_again=False)
    assert again.interview.status is once.interview.status
    assert again.kept[:1] == once.kept[:1]
    assert all(answer.version is None for answer in again.kept if answer.question in {PRIMARY_QUESTION, CONFIRMATION})


@usual
@given(versions, delays, stories, st.booleans())
def test_options_heard_only_grow_and_never_pass_the_menu(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    story = call(version, delay, does, asks_again=asks_again)
    for before, _, after in story.steps:
        assert after.asked.options_heard <= len(after.asked.version.layout.options)
        if before.asked.question == after.asked.question:
            assert before.asked.options_heard <= after.asked.options_heard
        if after.asked.phase is Phase.KEEPING and isinstance(after.command, KeepAnswer):
            assert after.command.options_heard <= after.asked.options_heard


@usual
@given(versions, delays, stories, st.booleans())
def test_the_outcome_follows_the_precedence(
    version: LayoutVersion, delay: float, does: list[Deed], asks_again: bool
) -> None:
    """An answer, else an opt-out, else the place of the hang-up or the fault; wrong keys before silence."""
    story = call(version, delay, does, asks_again=asks_again)
    status = story.interview.status
    last = next(before for before, _, after in reversed(story.steps) if before.part is Part.PRIMARY).asked
    if story.kept:
        assert status is Outcome.RATED
    elif story.interview.declined:
        assert status is Outcome.OPTED_OUT
    elif status in {Outcome.NO_KEY, Outcome.INVALID_KEYS}:
        real = _real_keys(story)
        asked_again = [key for key in real if key == version.layout.repeat_key][: version.layout.max_repeats]
        assert (status is Outcome.INVALID_KEYS) == (len(real) > len(asked_again))
    else:
        places = {Outcome.LEFT_BEFORE_PROMPT, Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU}
        assert status in {*places, Outcome.UNAVAILABLE, Outcome.UNKNOWN}
    assert last.readings <= version.layout.max_tries
    assert last.repeats <= (version.layout.max_repeats if version.layout.repeat_key else 0)


def _real_keys(story: Story) -> list[str]:
    """Return the keys that are no copies of others."""
    guard, real = BounceGuard(), []
    for _, key in story.heard:
        guard, is_copy = guard.hear(key)
        if not is_copy:
            real.append(key.key)
    return real


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_a_shipped_layout_keeps_its_own_bound(key: str) -> None:
    """The worst that the layouts' authors allow can be held, with recordings as long as these."""
    longest = SHIPPED[key].layout.longest_seconds
    assert longest is None or worst_case_seconds(SHIPPED[key]) <= longest


def test_a_silent_caller_takes_no_longer_than_the_bound_of_each_shipped_layout() -> None:
    for version in SHIPPED.values():
        assert call(version, 0.0, []).elapsed_ms / 1000 <= worst_case_seconds(version)
