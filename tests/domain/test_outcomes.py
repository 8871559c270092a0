"""The contract's table of outcomes, row by row."""

import pytest

from ivr.domain.outcomes import DISPOSITIONS, Disposition, Outcome

# outcome: eligible, offered, started, AAPOR. A dash is "no", a question mark "cannot be known".
CONTRACT = """
rated               y y y I
no_key              y y y O
invalid_keys        y y y O
opted_out           y y y R
left_in_intro       y y y R
left_in_menu        y y y R
left_before_prompt  y y - NC
caller_left_first   y - - NC
transferred_away    y - - NC
unavailable         y - - NC
not_selected        - - - -
throttled           - - - -
do_not_ask          - - - -
too_short           - - - -
unknown             ? ? ? U
"""
WORDS = {"y": True, "-": False, "?": None}
ROWS = [line.split() for line in CONTRACT.split("\n") if line]


@pytest.mark.parametrize(("name", "eligible", "offered", "started", "aapor"), ROWS)
def test_an_outcome_says_of_a_call_what_the_contract_says(
    name: str, eligible: str, offered: str, started: str, aapor: str
) -> None:
    assert DISPOSITIONS[Outcome(name)] == Disposition(
        eligible=WORDS[eligible],
        offered=WORDS[offered],
        started=WORDS[started],
        aapor=None if aapor == "-" else aapor,
    )


def test_every_outcome_has_its_row() -> None:
    assert set(DISPOSITIONS) == set(Outcome) == {Outcome(row[0]) for row in ROWS}


@pytest.mark.parametrize("outcome", Outcome)
def test_what_started_was_offered_and_what_was_offered_is_eligible(outcome: Outcome) -> None:
    row = DISPOSITIONS[outcome]
    assert not (row.started and not row.offered)
    assert not (row.offered and not row.eligible)
