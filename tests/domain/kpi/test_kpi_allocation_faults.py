"""Allocations that cannot be what the layout was drawn from: each is said, with what comes of it and what mends it."""

import pytest

from ivr.domain.kpi.allocation_faults import allocation_faults
from ivr.domain.kpi.period_cells import Contact, PeriodCell, Result
from ivr.domain.outcomes import Outcome

REMEDY = "; correct the column allocation and import the calls again with --update"


def cell(allocation, calls=1, layout="ahead"):
    contact = Contact("2026-03", "north", "sales", None, "en", 1, layout, None, allocation, 0.0, 1.0)
    return PeriodCell("amy", contact, Result(Outcome.NO_KEY, None, None, None), None, calls)


@pytest.mark.parametrize(
    "sound",
    [
        cell(None),
        cell("ahead:1"),
        cell("ahead:0.5 reversed:0.5"),
        cell("ahead:0.33333 paced:0.33333 reversed:0.33333"),
        cell("reversed:1", layout=None),
        cell("nothing to read", calls=0),
    ],
)
def test_of_a_sound_allocation_nothing_is_said(sound):
    assert allocation_faults([sound]) == ()


SUPPORT_ONLY = (
    "fitted figures take from it which layouts could be drawn, and nothing else; an experiment with them is refused"
)
NOT_JOINED = "they join this layout to no other, as chance cannot have given it; an experiment with them is refused"


@pytest.mark.parametrize(
    ("cells", "fault", "effect"),
    [
        (
            [cell("ahead:0.5 reversed:0.4", 1200), cell("ahead:0.5 reversed:0.4", 34)],
            "1,234 calls have an allocation whose probabilities do not sum to 1 (ahead:0.5 reversed:0.4)",
            SUPPORT_ONLY,
        ),
        (
            [cell("ahead:1.5 reversed:-0.5")],
            "1 call has an allocation whose probabilities do not sum to 1 (ahead:1.5 reversed:-0.5)",
            SUPPORT_ONLY,
        ),
        (
            [cell("reversed:1", 2), cell("ahead:0 reversed:1", 3)],
            "5 calls have a layout to which their allocation gives no chance (ahead by ahead:0 reversed:1 and 1 more)",
            NOT_JOINED,
        ),
        (
            [cell("half and half", 7)],
            "7 calls have an allocation that nobody can read (half and half)",
            "nobody knows what they could have been given, so their layout is not taken for chance's",
        ),
    ],
)
def test_each_fault_is_said_once_with_its_calls(cells, fault, effect):
    assert allocation_faults([cell("ahead:1", 50), *cells]) == (f"{fault}: {effect}{REMEDY}",)


def test_faults_of_several_kinds_are_said_apart():
    told = allocation_faults([cell("ahead:0.2"), cell("reversed:1"), cell("?")])
    assert [sentence.partition(" (")[0] for sentence in told] == [
        "1 call has a layout to which their allocation gives no chance",
        "1 call has an allocation that nobody can read",
        "1 call has an allocation whose probabilities do not sum to 1",
    ]
