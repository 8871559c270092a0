"""The interpreter while an import stores in one thread what it is sent in another."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SWITCH_SECONDS = 0.0005


@contextmanager
def shared_swiftly() -> Iterator[None]:
    """Have threads take turns ten times as often as usual, and do not look for garbage in cycles meanwhile.

    The thread that stores needs the interpreter for a moment after every few milliseconds within the database; at the
    usual 5 ms it would wait as long as it works. An import makes very many objects and hardly a cycle: looking for
    some took a tenth of its time.
    """
    interval, collects = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collects:
            gc.enable()
