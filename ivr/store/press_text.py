"""Presses as text: ``key@ms``, ``key@lo-hi`` or ``key@``, separated by spaces, in the order of the presses.

Milliseconds may be negative, so ``1@-350-120`` lies between -350 and 120, and ``1@-350--20`` between -350 and -20:
a hyphen after a digit separates, any other is a sign.
"""

import re
from collections.abc import Iterable

from ivr.domain.calls import CallId, Press

MOST_PRESSES = 1000
LARGEST_INTEGER = 2**31 - 1
_SHOWN = 40
_PRESS = re.compile(r"([0-9*#A-D])@(?:(-?[0-9]{1,10})(?:-(-?[0-9]{1,10}))?)?")


def presses_text(presses: Iterable[Press]) -> str:
    """Return the presses as text; a moment that is not known on both sides is left empty."""
    return " ".join(_press_text(press) for press in presses)


def parse_presses(text: str, call: CallId) -> tuple[Press, ...]:
    """Return the presses that ``text`` names, numbered from 1; raises ValueError with what is wrong."""
    words = text.split()
    if len(words) > MOST_PRESSES:
        raise ValueError(f"more than {MOST_PRESSES} presses")
    return tuple(_parse_press(word, call, number) for number, word in enumerate(words, 1))


def _press_text(press: Press) -> str:
    if press.lo_ms is None or press.hi_ms is None:
        return f"{press.key}@"
    if press.lo_ms == press.hi_ms:
        return f"{press.key}@{press.lo_ms}"
    return f"{press.key}@{press.lo_ms}-{press.hi_ms}"


def _parse_press(word: str, call: CallId, number: int) -> Press:
    match = _PRESS.fullmatch(word)
    if match is None:
        raise ValueError(f'"{word[:_SHOWN]}" is no press')
    key, lo_text, hi_text = match.groups()
    lo_ms = None if lo_text is None else int(lo_text)
    hi_ms = lo_ms if hi_text is None else int(hi_text)
    if lo_ms is not None and hi_ms is not None:
        if lo_ms > hi_ms:
            raise ValueError(f'"{word}" ends before it begins')
        if max(abs(lo_ms), abs(hi_ms)) > LARGEST_INTEGER:
            raise ValueError(f'"{word}" is out of range')
    return Press(call, number, key, lo_ms, hi_ms)
