"""The retention of comments: only what is seen to be gone is noted as deleted."""

from collections.abc import Sequence, Set
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
    back: set[tuple[str, str]] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    deleted_at: dict[KeptComment, datetime] = field(default_factory=dict)

    async def expired(self, at: datetime) -> Sequence[KeptComment]:
        assert at == NOON
        return [comment for comment in self.due if comment not in self.deleted_at]

    async def noted_deleted(self, files: Set[tuple[str, str]]) -> Set[tuple[str, str]]:
        return {(each.file, each.format) for each in self.deleted_at} & files

    async def lying(self) -> Set[tuple[str, str]]:
        return self.back

    async def note_deleted(self, deleted: Sequence[KeptComment], at: datetime) -> None:
        self.deleted_at |= dict.fromkeys(deleted, at)

    async def are_reached(self) -> bool:
        return self.is_there

    async def delete(self, file: str, form: str) -> Deletion:
        self.deleted.append(file)
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
    shelf = Shelf([comment(1)], {"file-1.wav": Deletion.MISSING}, is_there=False)
    delete_comments = deleting(shelf)
    with capture_logs() as logged:
        assert [await delete_comments(), await delete_comments()] == [0, 0]
    assert [line["event"] for line in logged] == ["comments_not_reached"]
    assert shelf.deleted_at == {}
    shelf.is_there = True
    assert await delete_comments() == 1


async def test_what_was_deleted_right_now_is_noted_wherever_it_lay() -> None:
    shelf = Shelf([comment(1), comment(2)], {"file-2.wav": Deletion.MISSING}, is_there=False)
    assert await deleting(shelf)() == 1
    assert shelf.deleted_at == {comment(1): NOON}


async def test_a_file_that_is_there_again_is_deleted_again() -> None:
    shelf = Shelf([comment(1), comment(2)])
    delete_comments = deleting(shelf)
    await delete_comments()
    shelf.deleted.clear()
    shelf.back = {("file-1", "wav"), ("file-2", "gsm"), ("file-3", "wav")}
    with capture_logs() as logged:
        assert await delete_comments() == 0
    assert shelf.deleted == ["file-1"]
    assert [line["event"] for line in logged] == ["comment_deleted_again"]
    shelf.folder["file-1.wav"] = Deletion.REFUSED
    with capture_logs() as logged:
        await delete_comments()
        await delete_comments()
    assert [line["event"] for line in logged] == ["comments_not_deletable"]
