"""The comments' folder on a real file system."""

import os
from datetime import timedelta
from pathlib import Path, PurePosixPath

from ivr.domain.calls import CallId
from ivr.telephony.agi.recordings import Recordings
from ivr.telephony.comment_files import MARK, FolderOfComments
from ivr.usecases.delete_comments import Deletion
from tests.specimens import NOON


async def test_a_recording_is_deleted_and_its_neighbours_are_not(tmp_path: Path) -> None:
    for name in ("a+1.1+primary.wav", "a+1.10+primary.wav", "a+1.1+primary.gsm"):
        (tmp_path / name).write_bytes(b"x")
    files = FolderOfComments(PurePosixPath(tmp_path))
    assert not await files.are_reached()
    assert await files.delete("a+1.1+primary", "wav") is Deletion.DELETED
    # A recording that was deleted there proves the folder.
    assert await files.are_reached()
    assert await files.delete("a+1.1+primary", "wav") is Deletion.MISSING
    left = sorted(path.name for path in tmp_path.iterdir())  # noqa: ASYNC240 - a few files of a test
    assert left == [MARK, "a+1.1+primary.gsm", "a+1.10+primary.wav"]


async def test_nothing_outside_the_folder_is_touched(tmp_path: Path) -> None:
    inside, outside = tmp_path / "comments", tmp_path / "outside.wav"
    inside.mkdir()
    outside.write_bytes(b"x")
    (inside / "link.wav").symlink_to(outside)
    (inside / "folder.wav").mkdir()
    files = FolderOfComments(PurePosixPath(inside))
    assert await files.delete("../outside", "wav") is Deletion.REFUSED
    assert await files.delete("folder", "wav") is Deletion.REFUSED
    assert await files.delete("link", "wav") is Deletion.DELETED
    assert outside.exists()


async def test_a_folder_that_is_not_there_is_not_reached(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert not await FolderOfComments(PurePosixPath(tmp_path / "none")).are_reached()
    assert not await FolderOfComments(PurePosixPath(tmp_path / "file" / "below")).are_reached()


async def test_recordings_of_this_asterisk_are_found_by_their_names(tmp_path: Path) -> None:
    hour_ago = NOON - timedelta(hours=1)
    for name, size in (
        ("madrid+1.1+primary.wav", 44 + 32_000),
        ("madrid+1.2+solved-12.gsm", 3300),
        ("madrid+1.3+primary.wav", 44),
        ("lisbon+1.1+primary.wav", 44),
        ("madrid+1.1+primary.txt", 10),
        ("voicemail.wav", 10),
    ):
        (tmp_path / name).write_bytes(b"x" * size)
        os.utime(tmp_path / name, (hour_ago.timestamp(), hour_ago.timestamp()))
    (tmp_path / "madrid+1.4+primary.wav").write_bytes(b"under way")
    files = FolderOfComments(PurePosixPath(tmp_path))
    found = await files.found("madrid", NOON - timedelta(minutes=10), timedelta(days=90))
    assert [(comment.call.uniqueid, comment.question, comment.format, comment.seconds) for comment in found] == [
        ("1.1", "primary", "wav", 2.0),
        ("1.2", "solved-12", "gsm", 2.0),
        ("1.3", "primary", "wav", 0.0),
    ]
    assert {(comment.recorded_at, comment.keep_until) for comment in found} == {
        (hour_ago, hour_ago + timedelta(days=90))
    }
    assert await files.are_reached()
    nowhere = FolderOfComments(PurePosixPath(tmp_path / "none"))
    assert await nowhere.found("madrid", NOON, timedelta()) == []


async def test_a_folder_without_a_recording_of_this_asterisk_is_not_proven(tmp_path: Path) -> None:
    for name in ("lisbon+1.1+primary.wav", "voicemail.wav", "madrid+1.1+primary.txt"):
        (tmp_path / name).write_bytes(b"x")
    files = FolderOfComments(PurePosixPath(tmp_path))
    assert await files.found("madrid", NOON, timedelta()) == []
    assert not await files.are_reached()


async def test_a_mark_that_leads_elsewhere_proves_nothing_and_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "comments", tmp_path / "outside"
    inside.mkdir()
    (inside / MARK).symlink_to(outside)
    (inside / "madrid+1.1+primary.wav").write_bytes(b"x")
    files = FolderOfComments(PurePosixPath(inside))
    assert await files.delete("madrid+1.1+primary", "wav") is Deletion.DELETED
    assert not await files.are_reached()
    assert not outside.exists()


async def test_a_moment_of_no_calendar_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "madrid+1.1+primary.wav").write_bytes(b"x")
    os.utime(tmp_path / "madrid+1.1+primary.wav", (10**12, 10**12))
    assert await FolderOfComments(PurePosixPath(tmp_path)).found("madrid", NOON, timedelta()) == []


async def test_what_lies_there_is_told_and_what_has_no_call_apart(tmp_path: Path) -> None:
    shortened = Recordings(PurePosixPath(tmp_path), CallId("madrid", "x" * 300)).file_of("primary")
    for name in ("madrid+1.1+primary.wav", f"{shortened}.gsm", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    files = FolderOfComments(PurePosixPath(tmp_path))
    assert await files.lying() == {("madrid+1.1+primary", "wav"), (shortened, "gsm")}
    assert await files.nameless() == {(shortened, "gsm")}
