"""A distribution as text, and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.draws import read_spelled, spelled

ARMS = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1)


@given(st.dictionaries(ARMS, st.floats(0, 1), min_size=1))
def test_what_is_spelled_is_read_back(arms):
    read = read_spelled(spelled(arms))
    assert read == {arm: pytest.approx(probability, rel=1e-11) for arm, probability in arms.items()}
    assert spelled(read) == spelled(arms)


def test_numbers_are_taken_as_they_stand():
    assert read_spelled("b:0.5  a:.25") == {"b": 0.5, "a": 0.25}
    assert read_spelled("a:b:1e-3 c:-2") == {"a:b": 0.001, "c": -2.0}


@pytest.mark.parametrize("text", ["", "  ", "a", "a:", ":1", "a:0.5 b", "a:half", "a:nan", "a:inf", "a:0.5 a:0.5"])
def test_what_is_no_distribution_is_not_read(text):
    assert read_spelled(text) is None


@given(st.text())
def test_any_text_is_read_or_not(text):
    read = read_spelled(text)
    assert read is None or all(arm and math.isfinite(number) for arm, number in read.items())
