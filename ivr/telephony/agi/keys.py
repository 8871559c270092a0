"""Keys as Asterisk hands them over: only what a keypad has, and no more than the dialplan's store holds."""

KEYS = "0123456789*#ABCD"
MOST_KEYS = 200
"""What ``StoreDTMF`` in ``dialplans/ivr-rating.conf`` keeps of one call."""


def keys_in(text: str) -> str:
    """Return the keys of ``text``, the first ones; a variable of any other content is no press of anybody."""
    kept = text[:MOST_KEYS]
    return kept if not set(kept) - set(KEYS) else "".join(key for key in kept if key in KEYS)
