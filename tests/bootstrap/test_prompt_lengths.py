import os
import wave
from pathlib import Path

from ivr.bootstrap.prompt_lengths import PromptLengths


def write(path: Path, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * round(8000 * seconds))


def test_a_prompt_is_found_as_asterisk_finds_it(tmp_path: Path) -> None:
    write(tmp_path / "de/ivr-rating/stay.wav", 1.5)
    write(tmp_path / "de_AT/ivr-rating/hello.wav", 2)
    length = PromptLengths(tmp_path)
    assert length("stay", "de") == 1500
    assert length("stay", "de_AT") == 1500
    assert length("hello", "de_AT") == 2000
    assert length("hello", "de") is None
    assert length("stay", "en") is None
    assert length("stay", None) is None


def test_a_prompt_that_was_built_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "en/ivr-rating/stay.wav"
    length = PromptLengths(tmp_path)
    write(path, 1)
    assert length("stay", "en") == 1000
    write(path, 3)
    os.utime(path, (1, 1))
    assert length("stay", "en") == 3000
    path.write_bytes(b"no sound")
    assert length("stay", "en") is None
    path.unlink()
    assert length("stay", "en") is None
