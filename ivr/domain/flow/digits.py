"""Collects an answer of one or two keys, as a scale from 0 to 10 takes it, from presses that may be doubled.

A key is added where the answers allow it. Once nothing longer can follow, the answer is there at once; where
something can (1, which may become 10), the caller's silence decides: 1 and a time-out is 1.

Copies of one press (:mod:`ivr.domain.flow.bounces`) are no further digit: 1 and 0 are 10, however often each is heard.
Where a possible copy would itself lead to an answer, nobody can tell a doubled 1 from 11. Then there is no answer and
the caller is asked again, for both 1 and 11 would be invented. So on a scale that has 11 only a slow second 1 is one,
and such a scale is better not put to callers by keys. On one that ends at 10 a second 1 is never more than a copy.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.events import KeyHeard


@dataclass(frozen=True, slots=True)
class Digits:
    """What was keyed so far of one of ``answers``.

    ``is_over`` says that no further key is waited for; then ``answer`` is what was keyed, or None where that is no
    answer or could be two. ``guard`` has heard every key, those after the end too.
    """

    answers: frozenset[str]
    guard: BounceGuard = field(default_factory=BounceGuard)
    keyed: str = ""
    is_over: bool = False
    answer: str | None = None

    def hear(self, press: KeyHeard) -> Self:
        """Return what is keyed after ``press``; once it is over, only the guard changes."""
        guard, is_copy = self.guard.hear(press)
        after = replace(self, guard=guard)
        if self.is_over:
            return after
        keyed = self.keyed + press.key
        if is_copy:
            # Before the first digit it is the last question's; behind one it may be a digit, and nobody knows.
            is_doubtful = self.keyed != "" and (keyed in self.answers or self._can_grow(keyed))
            return replace(after, is_over=True) if is_doubtful else after
        if self._can_grow(keyed):
            return replace(after, keyed=keyed)
        return replace(after, keyed=keyed, is_over=True, answer=keyed if keyed in self.answers else None)

    def time_out(self) -> Self:
        """Return what is keyed now that the caller has pressed nothing for as long as is waited."""
        if self.is_over:
            return self
        return replace(self, is_over=True, answer=self.keyed if self.keyed in self.answers else None)

    def _can_grow(self, keyed: str) -> bool:
        return any(len(answer) > len(keyed) and answer.startswith(keyed) for answer in self.answers)
