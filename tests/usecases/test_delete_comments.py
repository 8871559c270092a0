"""The retention of comments: only what is seen to be gone is noted as deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from ivr.domain.calls import CallId
from ivr.usecases.delete_comments import DeleteComments, Deletion, KeptComment
from tests.specimens import NOON


@dataclass
class Shelf:
    """Comments that are due, and the folder that they lie in."""

    due: list[KeptComment]
    folder: dict[str, Deletion] = field(default_factory=dict)
    is_there: bool = True
    deleted_at: dict[KeptComment, datetime] = field(default_factory=dict)

    async def expired(self, at: datetime) -> Sequence[KeptComment]:
        assert at == NOON
        return [comment for comment in self.due if comment not in self.deleted_at]

    async def note_deleted(self, deleted: Sequence[KeptComment], at: datetime) -> None:
        self.deleted_at |= dict.fromkeys(deleted, at)

    async def are_reached(self) -> bool:
        return self.is_there

    async def delete(self, file: str, form: str) -> Deletion:
        return self.folder.get(f"{file}.{form}", Deletion.DELETED)


def comment(number: int, pbx: str = "madrid") -> KeptComment:
    return KeptComment(CallId(pbx, f"1.{number}"), "primary", f"file-{number}", "wav")


def deleting(shelf: Shelf) -> DeleteComments:
    return DeleteComments(comments=shelf, files=shelf, pbx="madrid", clock=lambda: NOON)


async def test_what_is_due_is_deleted_and_noted() -> None:
    shelf = Shelf([comment(1), comment(2)])
    assert await deleting(shelf)() == 2
    assert shelf.deleted_at == {comment(1): NOON, comment(2): NOON}
    assert await deleting(shelf)() == 0


@pytest.mark.parametrize(
    ("deletion", "pbx", "is_noted"),
    [
        (Deletion.DELETED, "madrid", True),
        (Deletion.DELETED, "lisbon", True),
        (Deletion.MISSING, "madrid", True),
        (Deletion.MISSING, "lisbon", False),
        (Deletion.REFUSED, "madrid", False),
    ],
)
async def test_what_may_still_lie_there_is_not_noted_and_said_once(
    deletion: Deletion, pbx: str, is_noted: bool
) -> None:
    shelf = Shelf([comment(1, pbx), comment(2, pbx)], {"file-1.wav": deletion, "file-2.wav": deletion})
    delete_comments = deleting(shelf)
    with capture_logs() as logged:
        await delete_comments()
        await delete_comments()
    assert bool(shelf.deleted_at) is is_noted
    assert len([line for line in logged if line["log_level"] == "warning"]) == (0 if is_noted else 1)


async def test_a_folder_that_is_not_reached_is_said_once() -> None:
    shelf = Shelf([comment(1)], is_there=False)
    delete_comments = deleting(shelf)
    with capture_logs() as logged:
        assert [await delete_comments(), await delete_comments()] == [0, 0]
    assert [line["event"] for line in logged] == ["comments_not_reached"]
    assert shelf.deleted_at == {}
    shelf.is_there = True
    assert await delete_comments() == 1
