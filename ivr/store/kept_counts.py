"""Kept counts: what was counted of a cube's blocks, until they are others; several pages ask for the same counts."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, TypeVar

from ivr.domain.kpi.cube_blocks import Block

T = TypeVar("T")
MOST_COUNTS = 400_000
"""So many counts are kept, a few hundred bytes each."""


class KeptCounts:
    """Counts by what was asked and the blocks that they are counted of; may be asked from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Sequence[Any]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, asked: Hashable, blocks: tuple[Block, ...], count: Callable[[], Sequence[T]]) -> Sequence[T]:
        """Return what was counted, or what ``count`` returns."""
        key = asked, blocks
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        counted = tuple(count())
        with self._lock:
            if key not in self._kept:
                self._kept[key] = counted
                self._size += len(counted)
            while self._size > MOST_COUNTS and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest)
        return counted
