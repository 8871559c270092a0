"""Peers: who is named, who is not, and where an agent lies among them."""

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.funnel_points import FEWEST_AGENTS, Zone
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.peers import MOST_NAMED, peers
from ivr.domain.kpi.tallies import OutcomeCount
from tests.memory_ports import count

KNOWN = Instruments.of_scales({"plain": ("bad", "good"), "other": ("bad", "good")})


def rated(agent: str, best: int, others: int, layout: str = "plain") -> list[OutcomeCount]:
    return [
        count(agent=agent, layout=layout, category=category, calls=calls)
        for category, calls in ((1, best), (0, others))
    ]


def colleagues(number: int) -> list[OutcomeCount]:
    return [each for place in range(number) for each in rated(f"agent-{place:03}", 14 + place % 3, 6 - place % 3)]


def test_an_agent_lies_among_named_peers() -> None:
    found = peers([*colleagues(9), *rated("ana", 4, 36)], KNOWN, "ana", named=True)
    assert found.status is Status.OK
    assert [each.agent for each in found.others] == [f"agent-{place:03}" for place in range(9)]
    assert (found.others[1].share, found.others[1].ratings) == (0.75, 20)
    assert (found.own.share, found.own.ratings, found.own.zone) == (0.1, 40, Zone.ALARM_LOW)
    assert found.curves[-1].ratings == 40
    assert all(
        each.alarm[0] <= each.alert[0] <= found.target <= each.alert[1] <= each.alarm[1] for each in found.curves
    )


def test_without_names_the_order_tells_nothing() -> None:
    found = peers([*colleagues(9), *rated("ana", 4, 36)], KNOWN, "ana", named=False)
    assert {each.agent for each in found.others} == {None}
    assert list(found.others) == sorted(found.others, key=lambda each: (each.ratings, each.share))


def test_a_few_colleagues_are_not_shown_without_their_names_as_they_would_be_known_all_the_same() -> None:
    few = [*colleagues(FEWEST_AGENTS - 1), *rated("ana", 9, 1)]
    found = peers(few, KNOWN, "ana", named=False)
    assert (found.others, found.target, found.curves, found.own) == ((), None, (), None)
    assert "colleagues" in found.reasons[0]
    assert len(peers(few, KNOWN, "ana", named=True).others) == FEWEST_AGENTS - 1


def test_of_many_peers_only_those_outside_are_named() -> None:
    found = peers([*colleagues(MOST_NAMED), *rated("odd", 0, 60), *rated("ana", 8, 2)], KNOWN, "ana", named=True)
    assert [each.agent for each in found.others if each.agent] == ["odd"]


def test_an_agent_without_ratings_has_no_point() -> None:
    found = peers(colleagues(9), KNOWN, "ana", named=True)
    assert found.own is None
    assert len(found.others) == 9


def test_calls_without_an_agent_are_nobody() -> None:
    assert (
        len(
            peers(
                [*colleagues(3), count(agent=None, layout="plain", category=1, calls=9)], KNOWN, "ana", named=True
            ).others
        )
        == 3
    )


def test_several_layouts_are_told() -> None:
    assert not peers(colleagues(9), KNOWN, "ana", named=True).mixes_layouts
    assert peers([*colleagues(9), *rated("ana", 1, 1, "other")], KNOWN, "ana", named=True).mixes_layouts
