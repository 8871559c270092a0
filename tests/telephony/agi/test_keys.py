"""Keys as they come from the wire: a keypad has sixteen, and a call a bounded number of presses."""

import pytest

from ivr.telephony.agi.keys import MOST_KEYS, keys_in


@pytest.mark.parametrize(
    ("text", "keys"),
    [("", ""), ("12*#", "12*#"), ("1a2", "12"), ("1\n2", "12"), ("\u0661", ""), ("1" * 9000, "1" * MOST_KEYS)],
)
def test_only_keys_of_a_keypad_and_no_more_than_the_store_holds(text: str, keys: str) -> None:
    assert keys_in(text) == keys
