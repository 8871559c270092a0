"""Kept answers: computed once for all, given late where that takes long, and told when they are there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from ivr.bootstrap import kept_answers
from ivr.bootstrap.kept_answers import KeptAnswers
from ivr.usecases.page_reads import Question, Sources


@dataclass(frozen=True, slots=True)
class Figures(Question[str]):
    """What rests on the tallies."""

    rests_on_tallies: ClassVar[bool] = True
    patience_seconds: ClassVar[float] = 60.0
    name: str = "all"

    async def answer(self, sources: Sources) -> str:
        raise NotImplementedError


class Hasty(Figures):
    """The same for somebody who does not wait."""

    patience_seconds: ClassVar[float] = 0.0


@dataclass(frozen=True, slots=True)
class Rows(Question[str]):
    """What is read anew each time."""

    async def answer(self, sources: Sources) -> str:
        raise NotImplementedError


class Revision(int):
    """How often calls have changed; below 0 are other definitions."""

    def is_other_by_calls_alone(self, other: object) -> bool:
        return isinstance(other, int) and (self < 0) == (other < 0)


class Desk:
    """Computes when it is let to; its answers say which they are."""

    def __init__(self, *, costly_seconds: float = 60.0, fresh_seconds: float = 3600.0) -> None:
        self.standing = 0
        self.begun = 0
        self.told = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.fault: Exception | None = None
        self.answers = KeptAnswers(
            self._compute,
            self._standing,
            self.told.set,
            costly_seconds=costly_seconds,
            fresh_seconds=fresh_seconds,
        )

    async def _standing(self) -> Revision:
        return Revision(self.standing)

    async def _compute(self, question: Question[str]) -> bytes:
        self.begun += 1
        said = f"{'Rows' if isinstance(question, Rows) else 'Figures'} {self.standing}".encode()
        await self.may_end.wait()
        if self.fault is not None:
            raise self.fault
        return said


async def test_an_answer_is_computed_once_for_all_and_again_after_a_change() -> None:
    desk = Desk()
    desk.may_end.clear()
    readers = [asyncio.create_task(desk.answers.read(Figures())) for _ in range(20)]
    await asyncio.sleep(0)
    readers[0].cancel()  # one that goes away takes nothing from the others
    desk.may_end.set()
    assert set(await asyncio.gather(*readers[1:])) == {b"Figures 0"}
    assert await desk.answers.read(Figures()) == b"Figures 0"
    assert desk.begun == 1
    desk.standing = 1
    assert await desk.answers.read(Figures()) == b"Figures 1"
    assert await desk.answers.read(Figures("other")) == b"Figures 1"
    assert desk.begun == 3
    assert not desk.told.is_set()  # nobody was shown anything old


async def test_where_it_takes_long_the_last_answer_is_given_and_the_new_one_told() -> None:
    desk = Desk(costly_seconds=0.0)
    await desk.answers.read(Hasty())
    desk.standing = 1
    desk.may_end.clear()
    assert await desk.answers.read(Hasty()) == b"Figures 0"
    assert not desk.told.is_set()
    desk.may_end.set()
    await asyncio.wait_for(desk.told.wait(), 60)
    assert await desk.answers.read(Hasty()) == b"Figures 1"
    assert desk.begun == 2


async def test_an_answer_by_other_definitions_is_waited_for() -> None:
    desk = Desk(costly_seconds=0.0)
    await desk.answers.read(Hasty())
    desk.standing = -1
    assert await desk.answers.read(Hasty()) == b"Figures -1"
    assert not desk.told.is_set()


async def test_who_asks_while_an_older_state_is_computed_gets_the_new_one() -> None:
    desk = Desk()
    await desk.answers.read(Figures())
    desk.standing = 1
    desk.may_end.clear()
    early = asyncio.create_task(desk.answers.read(Figures()))
    while desk.begun < 2:
        await asyncio.sleep(0)
    desk.standing = 2
    late = asyncio.create_task(desk.answers.read(Figures()))
    await asyncio.sleep(0)
    desk.may_end.set()
    assert await early == b"Figures 1"
    assert await late == b"Figures 2"


async def test_what_does_not_rest_on_the_tallies_is_never_kept() -> None:
    desk = Desk()
    assert [await desk.answers.read(Rows()) for _ in range(3)] == [b"Rows 0"] * 3
    assert desk.begun == 3


async def test_an_answer_grows_old_by_itself_as_calls_in_progress_stand_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "FRESH_TIMES", 0.0)
    desk = Desk(fresh_seconds=0.0)
    for _ in range(3):
        await desk.answers.read(Figures())
    assert desk.begun == 3


async def test_a_fault_is_told_to_who_asked_and_nothing_of_it_is_kept() -> None:
    desk = Desk()
    desk.fault = ValueError("no")
    with pytest.raises(ValueError, match="no"):
        await desk.answers.read(Figures())
    desk.fault = None
    assert await desk.answers.read(Figures()) == b"Figures 0"


async def test_a_costly_answer_is_computed_in_a_part_of_the_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "REST", 1e9)
    desk = Desk(costly_seconds=0.0)
    await desk.answers.read(Hasty())
    for desk.standing in range(1, 50):
        assert await desk.answers.read(Hasty()) == b"Figures 0"
    assert desk.begun == 1


async def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST_KEPT", 2)
    desk = Desk()
    for name in "abc":
        await desk.answers.read(Figures(name))
    await desk.answers.read(Figures("b"))
    assert desk.begun == 3
    await desk.answers.read(Figures("a"))
    assert desk.begun == 4
    monkeypatch.setattr(kept_answers, "MOST_BYTES", 1)
    await desk.answers.read(Figures("d"))
    await desk.answers.read(Figures("d"))
    assert desk.begun == 5


@pytest.fixture(autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    yield
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if task.get_name() == "answer":
            task.cancel()
            await asyncio.wait({task})
