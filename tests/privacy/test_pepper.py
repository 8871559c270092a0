import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.errors import SettingsRefused
from ivr.privacy.pepper import load_or_make_pepper


def test_a_missing_pepper_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "pepper"
    made = load_or_make_pepper(path)
    assert load_or_make_pepper(path) == made
    assert len(made.secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert bytes.fromhex(path.read_text()) == made.secret
    assert [found.name for found in path.parent.iterdir()] == ["pepper"]


def test_two_peppers_differ(tmp_path: Path) -> None:
    assert load_or_make_pepper(tmp_path / "a") != load_or_make_pepper(tmp_path / "b")


def test_programs_that_start_at_once_have_one_pepper(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        peppers = set(pool.map(load_or_make_pepper, [tmp_path / "pepper"] * 8))
    assert len(peppers) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_pepper_that_others_can_reach_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    load_or_make_pepper(path)
    path.chmod(mode)
    with pytest.raises(SettingsRefused, match=f"run `chmod 600 {path}`"):
        load_or_make_pepper(path)


@pytest.mark.parametrize("content", [b"", b"ab" * 31, b"zz" * 32, b"\xff" * 64])
def test_a_damaged_pepper_is_refused_without_being_shown_or_replaced(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SettingsRefused) as refused:
        load_or_make_pepper(path)
    assert path.read_bytes() == content
    assert "abab" not in str(refused.value)
    assert "zzzz" not in str(refused.value)


def test_a_folder_is_no_pepper(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="is not a file; name a file with IVR_PEPPER_FILE"):
        load_or_make_pepper(tmp_path)


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsRefused, match="let the service's user own it"):
        load_or_make_pepper(tmp_path / "file" / "pepper")


def test_a_pepper_is_never_shown(tmp_path: Path) -> None:
    pepper = load_or_make_pepper(tmp_path / "pepper")
    assert pepper.secret.hex() not in repr(pepper)
    assert repr(pepper.secret) not in repr(pepper)
