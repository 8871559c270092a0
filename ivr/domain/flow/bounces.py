"""The guard against bounces: which of the keys that were heard are copies of one press.

Theory. One press can be heard more than once. A nervous finger presses twice, a quarter of a second apart; a faulty
line makes up to eleven of one key within half a second. So a key that comes within ``WINDOW_MS`` of the same key is
taken for a copy, and copies chain: the window counts from the last copy. A chain has an end all the same, after
``CHAIN_MS`` from its first press or ``MOST_IN_CHAIN`` presses, so that somebody who goes on pressing is heard again;
the press behind the end begins a new chain.

Different keys are never copies of each other, and each key has a chain of its own: a faulty line mixes the copies of
two keys that are pressed quickly one after the other, and ``1 0 1 1 0`` is still a 1 and a 0.

A key's moment may be known only between bounds that are seconds apart, or not at all (:class:`KeyHeard`). Then a copy
is what *could* be one: what lies within the window somewhere between its bounds. The guard errs on that side on
purpose. A real press that is passed over costs a question more; a copy that counts is an answer that nobody gave, or
takes a try away from the caller.

A caller who corrects an answer presses another key at once, a 2 right behind the 3, and by then the next question has
begun. Nobody can tell a correction from an answer to a question of which only a few words were heard. So a key within
the window of any key before it is *hasty*, and answers nothing in the first prompt of a question that follows
another: it is stored as a press, and the question is put from its beginning. In doubt nobody's answer is invented; an
experienced caller who keys ahead is asked.

All keys belong into the guard, those that change nothing too, because their copies can come later. It goes with the
caller from question to question, all on one clock, so the last answer's copies are no answer to what comes next. What
is stored of presses is not the guard's affair: they are kept as they were heard.
"""

from dataclasses import dataclass, replace
from typing import Self

from ivr.domain.flow.events import KeyHeard

WINDOW_MS = 600
CHAIN_MS = 1200
MOST_IN_CHAIN = 22  # a double press, each heard eleven times


@dataclass(frozen=True, slots=True)
class Chain:
    """One press of ``key`` with its copies so far. The moments are the latest possible, None where nobody saw one."""

    key: str
    began_ms: int | None
    last_ms: int | None
    presses: int = 1

    def could_hold(self, press: KeyHeard) -> bool:
        """Say whether ``press`` could be a copy in this chain."""
        if press.key != self.key or self.presses >= MOST_IN_CHAIN:
            return False
        if press.lo_ms is None or self.began_ms is None or self.last_ms is None:
            return True
        return press.lo_ms - self.last_ms <= WINDOW_MS and press.lo_ms - self.began_ms <= CHAIN_MS

    def grown(self, press: KeyHeard) -> "Chain":
        """Return the chain with ``press`` as its last copy."""
        last_ms = None if self.last_ms is None or press.hi_ms is None else max(self.last_ms, press.hi_ms)
        return replace(self, last_ms=last_ms, presses=self.presses + 1)


@dataclass(frozen=True, slots=True)
class BounceGuard:
    """What was heard last of each key; give it every key, and carry it from one question to the next."""

    chains: tuple[Chain, ...] = ()

    def hear(self, press: KeyHeard) -> tuple[Self, bool]:
        """Return the guard that has heard ``press`` too, and whether the press could be a copy of an earlier one."""
        before = next((chain for chain in self.chains if chain.key == press.key), None)
        is_copy = before is not None and before.could_hold(press)
        if before is not None and is_copy:
            chain = before.grown(press)
        else:
            chain = Chain(press.key, began_ms=press.hi_ms, last_ms=press.hi_ms)
        others = tuple(each for each in self.chains if each.key != press.key)
        return replace(self, chains=(*others, chain)), is_copy

    def is_hasty(self, press: KeyHeard) -> bool:
        """Say whether ``press`` could have come within the window of any key before it."""
        return any(
            press.lo_ms is None or chain.last_ms is None or press.lo_ms - chain.last_ms <= WINDOW_MS
            for chain in self.chains
        )
