"""What goes over the pipe between the service and its pages comes out as it went in."""

import pickle
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ivr.bootstrap.page_frames import Frame, Kind, pickled
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.funnel import Zone
from ivr.domain.kpi.peers import Peer
from ivr.usecases.read_agent import AgentQuestion
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class One:
    value: object


@dataclass(frozen=True, slots=True)
class Named:
    first: int
    second: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Derived:
    first: int
    twice: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.first)


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass
class Loose:
    value: int


ESTIMATE = Estimate(0.5, 0.4, 0.6, unit="proportion", n=7, method="wilson", status=Status.OK, reasons=("why",))
VALUES = [
    ESTIMATE,
    Peer("ana", 0.5, 9, Zone.INSIDE),
    One((1, {"a": ESTIMATE}, frozenset({Zone.INSIDE}))),
    One((1,)),
    Named(1, second=2),
    Derived(3),
    Nothing(),
    Loose(4),
    AgentQuestion(ReportWindow(since=datetime(2026, 3, 2, tzinfo=UTC), agent="ana"), is_own=True),
    ALL_CALLS,
    {"rows": [ESTIMATE] * 3},
    None,
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert Frame(Kind.ANSWER, 1, pickled(value)).value == value


def test_what_is_told_twice_is_one_object_again() -> None:
    first, second = Frame(Kind.ANSWER, 1, pickled((ESTIMATE, ESTIMATE))).value
    assert first is second


def test_a_dataclass_with_slots_goes_over_as_its_values() -> None:
    many = tuple(Peer(None, each / 1000, each, Zone.INSIDE) for each in range(1000))
    assert len(pickled(many)) < 0.95 * len(pickle.dumps(many, pickle.HIGHEST_PROTOCOL))
