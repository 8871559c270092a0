"""What may follow what in the life of a layout's version."""

from itertools import pairwise

import pytest

from ivr.domain.lifecycle import FOLLOWS, REACHES, LayoutDecision, NotedVersion, State, Step, standing_of
from ivr.errors import LifecycleRefused
from tests.specimens import NOON, at, version

NOTED = NotedVersion.of(version(), "key = 1", ("it waits",), NOON)


def taken(*steps: Step, who: str = "ana") -> list[LayoutDecision]:
    return [LayoutDecision(NOTED.layout, NOTED.version, at(number), who, step) for number, step in enumerate(steps)]


def test_the_states_follow_each_other_in_their_order() -> None:
    for before, after in pairwise([None, *State]):
        step = next(step for step, state in REACHES.items() if state is after)
        assert FOLLOWS[step] == {before}


def test_the_last_moving_decision_is_the_state_and_a_signature_moves_nothing() -> None:
    standing = standing_of(NOTED, taken(Step.DRAFTED, Step.CHECKED, Step.SIGNED))
    assert (standing.state, standing.signed_by) == (State.CHECKED, "ana")
    assert standing_of(NOTED, ()).state is None


@pytest.mark.parametrize(
    ("so_far", "step", "sentence"),
    [
        ((), Step.CHECKED, "is not noted, so it cannot be checked; draft it first: ivr layouts draft FILE"),
        ((Step.DRAFTED,), Step.PUBLISHED, "is draft, so .* check it first: ivr layouts check sequential-123"),
        ((Step.DRAFTED,), Step.RETIRED, "only what was published can be retired"),
        ((Step.DRAFTED, Step.CHECKED), Step.CHECKED, "is checked already; nothing has to be done"),
        ((Step.DRAFTED, Step.CHECKED, Step.PUBLISHED), Step.DRAFTED, "nothing has to be done"),
        ((Step.DRAFTED, Step.CHECKED, Step.PUBLISHED, Step.RETIRED), Step.PUBLISHED, "is retired, .*that is final"),
        ((Step.DRAFTED, Step.CHECKED, Step.PUBLISHED, Step.RETIRED), Step.CHECKED, "is retired, .*that is final"),
        ((), Step.SIGNED, "draft it first"),
    ],
)
def test_a_step_out_of_turn_is_refused_with_its_remedy(so_far: tuple[Step, ...], step: Step, sentence: str) -> None:
    with pytest.raises(LifecycleRefused, match=sentence):
        standing_of(NOTED, taken(*so_far)).require(step)


def test_a_version_has_passed_what_it_has_been_but_a_retired_one_is_never_published_again() -> None:
    def passed(*steps: Step) -> list[Step]:
        return [step for step in Step if standing_of(NOTED, taken(*steps)).has_passed(step)]

    so_far = (Step.DRAFTED, Step.CHECKED, Step.PUBLISHED)
    assert passed() == []
    assert passed(*so_far[:1]) == [Step.DRAFTED]
    assert passed(*so_far) == list(so_far)
    assert passed(*so_far, Step.SIGNED) == list(so_far)
    assert passed(*so_far, Step.RETIRED) == [Step.DRAFTED, Step.CHECKED, Step.RETIRED]


@pytest.mark.parametrize("who", ["", "  ", "ana\nbob"])
def test_a_decision_names_who_took_it(who: str) -> None:
    with pytest.raises(LifecycleRefused, match=r"--by is .*; write it in words, in one line"):
        LayoutDecision("a", "v", NOON, who, Step.SIGNED)
