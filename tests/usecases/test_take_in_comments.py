"""Recordings that the ledger does not know: taken in once, with the time that they may stay."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from structlog.testing import capture_logs

from ivr.domain.calls import CallId, Comment
from ivr.usecases.take_in_comments import TakeInComments
from tests.memory_ledger import MemoryLedger
from tests.specimens import NOON

FOUND = Comment(CallId("madrid", "1.1"), "primary", "madrid+1.1+primary", "wav", 4.0, NOON, NOON)


@dataclass
class Shelf:
    """A folder with one recording, and what the ledger knows of it."""

    known: set[tuple[str, str]] = field(default_factory=set)
    shortened: set[tuple[str, str]] = field(default_factory=set)
    asked: list[tuple[str, datetime]] = field(default_factory=list)

    async def files(self) -> Set[tuple[str, str]]:
        return self.known

    async def nameless(self) -> Set[tuple[str, str]]:
        return self.shortened

    async def found(self, pbx: str, before: datetime, kept: timedelta) -> Sequence[Comment]:
        self.asked.append((pbx, before))
        return [replace(FOUND, keep_until=FOUND.recorded_at + kept)]


def taking_in(shelf: Shelf, ledger: MemoryLedger) -> TakeInComments:
    return TakeInComments(ledger=ledger, comments=shelf, files=shelf, pbx="madrid", clock=lambda: NOON)


async def test_what_nobody_knows_is_taken_in_with_the_usual_time() -> None:
    shelf, ledger = Shelf(), MemoryLedger()
    assert await taking_in(shelf, ledger)() == 1
    assert ledger.comments == {
        (FOUND.call, "primary"): replace(FOUND, keep_until=NOON + timedelta(days=90)),
    }
    # The longest comment may still be under way.
    assert shelf.asked == [("madrid", NOON - timedelta(seconds=600))]


async def test_what_is_known_stays_as_it_is() -> None:
    shelf, ledger = Shelf({(FOUND.file, FOUND.format)}), MemoryLedger()
    assert await taking_in(shelf, ledger)() == 0
    assert ledger.history == []
    other_format = Shelf({(FOUND.file, "gsm")})
    assert await taking_in(other_format, ledger)() == 1


async def test_what_belongs_to_no_known_call_is_said_once() -> None:
    known = (FOUND.file, FOUND.format)
    shelf = Shelf({known, ("long~1", "wav")}, shortened={("long~1", "wav"), ("long~2", "wav")})
    take_in = taking_in(shelf, MemoryLedger())
    with capture_logs() as logged:
        assert [await take_in(), await take_in()] == [0, 0]
    assert [(line["event"], line["files"]) for line in logged] == [("comments_without_call", ["long~2"])]
