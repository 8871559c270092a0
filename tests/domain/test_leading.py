"""The leading rule: a pause after good answers alone, while something worse is unread."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.layouts import Layout, Option
from ivr.domain.leading import LEADING_PAUSE_SECONDS, why_it_leads, why_layout_leads
from ivr.domain.timelines import Recording, version_layout

KEYS = "12345678"


def layout(*read: tuple[int, float], best: int = 2) -> Layout:
    """Return a layout that reads options of the given categories, each with the pause after it."""
    options = tuple(
        Option(key, category, f"press-{key}", pause) for key, (category, pause) in zip(KEYS, read, strict=False)
    )
    return Layout(
        key="any",
        language="en",
        question="satisfaction",
        categories=tuple(f"grade {number}" for number in range(best + 1)),
        intro="intro",
        thanks="thanks",
        invalid="invalid",
        no_key="no-key",
        options=options,
    )


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    best = draw(st.integers(1, 4))
    pauses = st.sampled_from([0.0, 0.5, 0.99, 1.0, 3.0, 10.0])
    read = draw(st.lists(st.tuples(st.integers(0, best), pauses), min_size=2, max_size=8))
    return layout(*read[:-1], (read[-1][0], 0.0), best=best)


def test_the_paced_layout_leads_and_says_why() -> None:
    assert why_layout_leads(layout((2, 3), (1, 3), (0, 0))) == (
        "3 s of silence after key 1 (grade 2), the best answer alone, while 2 of 3 choices are unread",
    )


LEADING = {
    "two keys for the best answer": ((2, 0), (2, 1), (0, 0)),
    "two pauses after the best answer": ((2, 1), (2, 1), (0, 0)),
    "just long enough": ((2, LEADING_PAUSE_SECONDS), (0, 0)),
    "a best category that no choice stands for": ((1, 3), (0, 0)),
}
FAIR = {
    "no pause": ((2, 0), (1, 0), (0, 0)),
    "a pause that is a breath": ((2, 0.9), (1, 0.9), (0, 0)),
    "the worst answer first": ((0, 3), (1, 3), (2, 0)),
    "the middle first": ((1, 3), (2, 3), (0, 0)),
    "the pause when another answer was read too": ((2, 0), (1, 3), (0, 0)),
    "the pause after the best and the worst": ((2, 0), (0, 3), (1, 0)),
}


@pytest.mark.parametrize("read", LEADING.values(), ids=LEADING.keys())
def test_what_leads(read: tuple[tuple[int, float], ...]) -> None:
    assert why_layout_leads(layout(*read))


@pytest.mark.parametrize("read", FAIR.values(), ids=FAIR.keys())
def test_what_does_not_lead(read: tuple[tuple[int, float], ...]) -> None:
    assert why_layout_leads(layout(*read)) == ()


LEADING_OF_FIVE = {
    "the best two before the pause": ((4, 0), (3, 10), (2, 0), (1, 0), (0, 0)),
    "the same in the other order": ((3, 0), (4, 10), (2, 0), (1, 0), (0, 0)),
    "the best but one alone": ((3, 10), (4, 0), (2, 0), (1, 0), (0, 0)),
    "a best category that no choice stands for": ((3, 10), (2, 0), (1, 0), (0, 0)),
    "the best two of four with one that nobody can choose": ((3, 0), (2, 10), (1, 0), (0, 0)),
}
FAIR_OF_FIVE = {
    "the worst two before the pause": ((0, 0), (1, 10), (2, 0), (3, 0), (4, 0)),
    "the best three before the pause": ((4, 0), (3, 0), (2, 10), (1, 0), (0, 0)),
    "the best and the worst before the pause": ((4, 0), (0, 10), (3, 0), (2, 0), (1, 0)),
}


@pytest.mark.parametrize("read", LEADING_OF_FIVE.values(), ids=LEADING_OF_FIVE.keys())
def test_what_leads_on_a_longer_scale(read: tuple[tuple[int, float], ...]) -> None:
    assert why_layout_leads(layout(*read, best=4))


@pytest.mark.parametrize("read", FAIR_OF_FIVE.values(), ids=FAIR_OF_FIVE.keys())
def test_what_does_not_lead_on_a_longer_scale(read: tuple[tuple[int, float], ...]) -> None:
    assert why_layout_leads(layout(*read, best=4)) == ()


def test_several_good_answers_are_named() -> None:
    assert why_layout_leads(layout((4, 0), (3, 10), (2, 0), (1, 0), (0, 0), best=4)) == (
        "10 s of silence after key 1 and 2 (grade 4, grade 3), good answers alone, while 3 of 5 choices are unread",
    )


def test_a_choice_that_is_read_with_the_best_answer_is_read() -> None:
    whole = layout((2, 0), (1, 3), (0, 0))
    options = (whole.options[0], replace(whole.options[1], prompt=""), whole.options[2])
    assert why_layout_leads(replace(whole, options=options)) == ()


@given(layouts())
def test_a_layout_without_pauses_never_leads(any_layout: Layout) -> None:
    hurried = tuple(replace(option, pause_after_seconds=0.0) for option in any_layout.options)
    assert why_layout_leads(replace(any_layout, options=hurried)) == ()


@given(layouts())
def test_a_layout_and_its_mirror_never_lead_both(any_layout: Layout) -> None:
    best = any_layout.best_category
    mirrored = tuple(replace(option, category=best - option.category) for option in any_layout.options)
    assert not (why_layout_leads(any_layout) and why_layout_leads(replace(any_layout, options=mirrored)))


@given(layouts())
def test_before_the_pause_of_a_layout_that_leads_nothing_of_the_worse_half_was_read(any_layout: Layout) -> None:
    categories = {option.category for option in any_layout.options}
    middle = (len(categories) - 1) / 2
    rank = {category: number for number, category in enumerate(sorted(categories))}
    heard: list[float] = []
    leads = False
    for option in any_layout.options:
        heard.append(rank[option.category])
        leads |= option.pause_after_seconds >= LEADING_PAUSE_SECONDS and min(heard) > middle
    assert bool(why_layout_leads(any_layout)) is leads


@given(layouts())
def test_categories_that_no_choice_stands_for_change_nothing(any_layout: Layout) -> None:
    more = replace(any_layout, categories=(*any_layout.categories, "beyond the best"))
    assert len(why_layout_leads(more)) == len(why_layout_leads(any_layout))


@given(layouts(), st.floats(1.0, 10.0))
def test_longer_pauses_never_make_a_layout_fair(any_layout: Layout, pause: float) -> None:
    *all_but_last, last = any_layout.options
    slower = (replace(each, pause_after_seconds=max(pause, each.pause_after_seconds)) for each in all_but_last)
    if why_layout_leads(any_layout):
        assert why_layout_leads(replace(any_layout, options=(*slower, last)))


def test_a_version_leads_as_its_layout_does() -> None:
    paced = layout((2, 3), (1, 3), (0, 0))
    for each in (paced, layout((2, 0), (0, 0))):
        version = version_layout(each, {name: Recording(name, 1000, name) for name in each.prompts()})
        assert why_it_leads(version) == why_layout_leads(each)
