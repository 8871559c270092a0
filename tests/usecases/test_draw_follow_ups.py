"""Follow-ups: a random few of those who were asked and did not rate; nobody else's number is kept a moment longer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.calls import CallId
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.usecases.draw_follow_ups import FOLLOWED_UP, DrawFollowUps, SealedNumber

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class MemoryNumbers:
    kept: list[SealedNumber] = field(default_factory=list)

    async def keep(self, number: SealedNumber) -> None:
        self.kept.append(number)


def drawing(numbers: MemoryNumbers, probability: float = 1.0) -> DrawFollowUps:
    return DrawFollowUps(
        numbers=numbers,
        seal=lambda call, number: f"sealed {call} {number[::-1]}",
        probability=probability,
        keep_days=14,
        clock=lambda: NOON,
    )


def call(number: int) -> CallId:
    return CallId("default", f"1772452800.{number}")


@pytest.mark.parametrize("outcome", [*Outcome, None])
async def test_only_who_was_asked_and_neither_rated_nor_declined_is_followed_up(outcome: Outcome | None) -> None:
    numbers = MemoryNumbers()
    draws = drawing(numbers)
    draws.draw(call(1), "+4930123")
    await draws.settle(call(1), outcome)
    expected = SealedNumber(
        call(1), "follow-up", 1.0, "sealed default/1772452800.1 3210394+", NOON, NOON + timedelta(days=14)
    )
    assert numbers.kept == ([expected] if outcome in FOLLOWED_UP else [])
    assert draws._held == {}


def test_the_followed_up_are_eligible_and_were_offered_the_rating() -> None:
    for outcome in FOLLOWED_UP:
        assert DISPOSITIONS[outcome].offered
    assert not FOLLOWED_UP & {Outcome.RATED, Outcome.OPTED_OUT, Outcome.UNKNOWN}


async def test_a_share_is_drawn_and_its_chance_is_kept() -> None:
    numbers = MemoryNumbers()
    draws = drawing(numbers, 0.25)
    for number in range(2000):
        draws.draw(call(number), "+4930123")
        await draws.settle(call(number), Outcome.NO_KEY)
    assert {each.probability for each in numbers.kept} == {0.25}
    # Four standard errors of a share of 0.25 in 2000 calls.
    assert abs(len(numbers.kept) / 2000 - 0.25) < 0.039


async def test_settling_what_was_not_drawn_changes_nothing() -> None:
    numbers = MemoryNumbers()
    draws = drawing(numbers)
    await draws.settle(call(1), Outcome.NO_KEY)
    assert numbers.kept == []
