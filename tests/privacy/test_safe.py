import base64

import pytest

from ivr.errors import UserRefused
from ivr.privacy.pepper import Pepper
from ivr.privacy.safe import PepperSafe

SAFE = PepperSafe(lambda: Pepper(b"\1" * 32))


def test_what_is_closed_opens_and_looks_different_each_time() -> None:
    one, other = SAFE.close("ann", "SECRET"), SAFE.close("ann", "SECRET")
    assert one != other
    assert "SECRET" not in base64.b64decode(one).decode("latin-1")
    assert SAFE.open("ann", one) == SAFE.open("ann", other) == "SECRET"


def test_nobody_else_opens_it() -> None:
    sealed = SAFE.close("ann", "SECRET")
    flipped = bytearray(base64.b64decode(sealed))
    flipped[-1] ^= 1
    for safe, owner, text in (
        (SAFE, "bob", sealed),
        (PepperSafe(lambda: Pepper(b"\2" * 32)), "ann", sealed),
        (SAFE, "ann", base64.b64encode(flipped).decode()),
        (SAFE, "ann", "no base 64"),
        (SAFE, "ann", ""),
    ):
        with pytest.raises(UserRefused, match="restore the pepper, or run `ivr user reset-totp"):
            safe.open(owner, text)
