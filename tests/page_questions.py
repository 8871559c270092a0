"""Questions of no page, for tests of the process that answers them."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import text

from ivr.errors import LayoutRefused
from ivr.usecases.page_reads import Question, Sources


@dataclass(frozen=True, slots=True)
class Faulty(Question[str]):
    """Meets what it is told to."""

    refused: bool

    async def answer(self, sources: Sources) -> str:
        if self.refused:
            raise LayoutRefused("here", "is wrong", "mend it")
        raise ZeroDivisionError


@dataclass(frozen=True, slots=True)
class Utility(Question[object]):
    """What an answer of each category is worth by the settings, and how much else comes back."""

    size: int = 0

    async def answer(self, sources: Sources) -> object:
        return sources.utility, "x" * self.size


@dataclass(frozen=True, slots=True)
class Slow(Question[None]):
    """Never answered."""

    async def answer(self, sources: Sources) -> None:
        await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class Late(Question[str]):
    """Answered after a while, and kept then."""

    rests_on_tallies: ClassVar[bool] = True

    async def answer(self, sources: Sources) -> str:
        await asyncio.sleep(1.0)
        return "there"


@dataclass(frozen=True, slots=True)
class Writing(Question[None]):
    """Tries to change the ledger."""

    async def answer(self, sources: Sources) -> None:
        database = sources.calls._database  # type: ignore[attr-defined]
        database.read_now(lambda connection: connection.execute(text("DELETE FROM calls")))
