"""Sealed numbers: nobody without the key file opens one, and nobody changes one unseen."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import CallId
from ivr.errors import NumberRefused, SettingsRefused
from ivr.privacy.sealing import Seal, SealKey, load_seal_key, make_seal_key

CALL = CallId("default", "1772452800.1")
NUMBER = "+4930123456"


@pytest.fixture
def key(tmp_path: Path) -> SealKey:
    return make_seal_key(tmp_path / "key")


def test_what_is_sealed_opens_with_the_key_file_alone(tmp_path: Path, key: SealKey) -> None:
    sealed = Seal(key.public_key).close(CALL, NUMBER)
    assert load_seal_key(tmp_path / "key").open(CALL, sealed) == NUMBER
    other = make_seal_key(tmp_path / "other")
    with pytest.raises(
        NumberRefused, match=r"call default/1772452800\.1 does not open: .* name the key file that fits"
    ):
        other.open(CALL, sealed)


def test_the_number_shows_nowhere_and_twice_the_same_looks_different(key: SealKey) -> None:
    seal = Seal(key.public_key)
    first, second = seal.close(CALL, NUMBER), seal.close(CALL, NUMBER)
    assert first != second
    for sealed in (first, second):
        assert NUMBER.encode() not in base64.b64decode(sealed)
        assert str(CALL).encode() not in base64.b64decode(sealed)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_a_single_changed_bit_is_refused(place: int, bit: int) -> None:
    key = SealKey(bytes(range(32)))
    sealed = bytearray(base64.b64decode(Seal(key.public_key).close(CALL, NUMBER)))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(NumberRefused):
        key.open(CALL, base64.b64encode(bytes(sealed)).decode())


@pytest.mark.parametrize("sealed", ["", "no base64!", "QUJD", "ü"])
def test_what_is_no_sealed_number_is_refused(key: SealKey, sealed: str) -> None:
    with pytest.raises(NumberRefused, match="does not open"):
        key.open(CALL, sealed)


def test_a_number_that_was_moved_to_another_call_is_refused(key: SealKey) -> None:
    sealed = Seal(key.public_key).close(CallId("default", "2.2"), NUMBER)
    with pytest.raises(NumberRefused, match=r"was sealed for call default/2\.2"):
        key.open(CALL, sealed)


def test_a_key_file_is_its_owner_s_and_never_replaced(tmp_path: Path, key: SealKey) -> None:
    path = tmp_path / "key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NumberRefused, match="is there already"):
        make_seal_key(path)
    assert load_seal_key(path).public_key == key.public_key
    path.chmod(0o640)
    with pytest.raises(NumberRefused, match="chmod 600"):
        load_seal_key(path)


@pytest.mark.parametrize("content", [b"", b"12ab", b"zz" * 32, b"ab" * 31, b"\xff\xfe"])
def test_a_key_file_that_holds_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(NumberRefused, match=str(path)):
        load_seal_key(path)
    with pytest.raises(NumberRefused, match="No such file"):
        load_seal_key(tmp_path / "none")


def test_a_public_key_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsRefused, match="`ivr numbers key FILE`"):
        Seal("ab" * 31)
