"""Things in a read folder that are no files: a pipe, a device, a file without measure; each is refused."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.catalogue.build import MANIFEST, Built, is_own, read_manifest
from ivr.catalogue.document import MOST_BYTES, DocumentUnreadable, read_document
from ivr.catalogue.recordings import MOST_BYTES as MOST_WAV_BYTES
from ivr.catalogue.recordings import read_audio
from ivr.catalogue.regular_files import read_regular
from ivr.errors import PromptRefused


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


UNFIT = (pipe, endless, link_to_a_pipe)


@pytest.mark.parametrize("put", UNFIT)
def test_what_is_no_file_is_no_document(tmp_path: Path, put: Callable[[Path], None]) -> None:
    path = tmp_path / "plain.toml"
    put(path)
    with pytest.raises(DocumentUnreadable) as refused:
        read_document(path)
    assert str(refused.value) == f"{path}: is no regular file; put a file there, or remove it"


@pytest.mark.parametrize("put", UNFIT)
def test_what_is_no_file_is_no_recording(tmp_path: Path, put: Callable[[Path], None]) -> None:
    path = tmp_path / "intro.wav"
    put(path)
    with pytest.raises(PromptRefused, match=r"intro\.wav: is no regular file; delete intro\.wav and run"):
        read_audio(path)


def test_a_document_without_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.toml"
    path.write_bytes(b"#" * MOST_BYTES)
    assert read_document(path).table == {}
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(DocumentUnreadable, match=r"plain\.toml: is larger than 1 MB; make it smaller"):
        read_document(path)


def test_a_recording_without_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "intro.wav"
    with path.open("wb") as file:
        file.truncate(MOST_WAV_BYTES + 1)
    with pytest.raises(PromptRefused, match=r"intro\.wav: is larger than 32 MB; delete intro\.wav"):
        read_audio(path)


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"a = 1")
    (tmp_path / "plain.toml").symlink_to("there")
    assert read_regular(tmp_path / "plain.toml", most_bytes=5) == b"a = 1"


def test_line_ends_of_every_editor_are_one(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert read_document(tmp_path / "plain.toml").text == "a = 1\nb = 2\n"


@pytest.mark.parametrize("put", UNFIT)
def test_what_is_no_file_was_not_built(tmp_path: Path, put: Callable[[Path], None]) -> None:
    (tmp_path / "en" / "ivr-rating").mkdir(parents=True)
    manifest = tmp_path / "en" / "ivr-rating" / MANIFEST
    put(manifest)
    assert read_manifest(tmp_path, "en") == {}
    assert is_own(manifest, Built("text", "recipe", "sum"))
