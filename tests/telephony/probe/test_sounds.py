"""Whether Asterisk's user may read a prompt, by the modes of the file and of the folders above it."""

import os
from pathlib import Path

import pytest

from ivr.telephony.probe.sounds import may_read

STRANGER = 54321
"""A user id that owns nothing here and is in no group."""


@pytest.fixture
def prompt(tmp_path: Path) -> Path:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o001)
    path = tmp_path / "intro.wav"
    path.touch(mode=0o644)
    path.chmod(0o644)
    return path


def test_an_open_file_in_open_folders_may_be_read(prompt: Path) -> None:
    assert may_read(prompt, STRANGER)


def test_a_closed_file_may_be_read_by_its_owner_only(prompt: Path) -> None:
    prompt.chmod(0o600)
    assert not may_read(prompt, STRANGER)
    assert may_read(prompt, os.geteuid())


def test_a_closed_folder_above_closes_the_file(prompt: Path) -> None:
    prompt.parent.chmod(0o700)
    assert not may_read(prompt, STRANGER)


def test_root_may_read_everything(prompt: Path) -> None:
    prompt.chmod(0o000)
    assert may_read(prompt, 0)
