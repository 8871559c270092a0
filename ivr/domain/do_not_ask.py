"""The do-not-ask list: what callers said about being asked, one entry after the other; a caller's last word holds."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.calls import CallId

KEYPAD = "keypad"
"""The source of an entry that the caller made by key, in a call."""


@dataclass(frozen=True, slots=True)
class DoNotAskEntry:
    """One word of one caller, who is a keyed hash; ``is_refusal`` is False where the caller may be asked again.

    ``source`` tells where it came from, ``who`` wrote it down, ``call`` is the one in which a key was pressed.
    """

    caller: str
    at: datetime
    is_refusal: bool
    source: str
    who: str | None = None
    call: CallId | None = None

    def changes(self, last: "DoNotAskEntry | None") -> bool:
        """Return whether this entry says anything new after the caller's ``last`` one, None where there is none."""
        if last is None:
            return self.is_refusal
        # A list that is older than the caller's last word must not undo it.
        return self.is_refusal != last.is_refusal and self.at >= last.at
