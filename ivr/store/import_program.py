"""The import's program: a process of its own that reads the file, driven by the one that writes.

It is told by pickles what to do, and answers each request with one; both are of the same program and trust each other.
The first pickle is an ImportOrder. It ends when its requests do, so also with whoever would ask for more.
"""

import gc
import os
import pickle
import sys
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from ivr.errors import ImportRefused
from ivr.store.import_work import ImportWork


class Refusal(NamedTuple):
    """The answer where the file is refused: what ImportRefused is made of."""

    line: int
    fault: str
    remedy: str


def main() -> None:
    """Serve requests on stdin and answer on what was stdout; whatever is printed goes to stderr."""
    # It makes very many objects and hardly a cycle: looking for some took a tenth of its time.
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):
        serve(sys.stdin.buffer, answers)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked, each a method of ImportWork and its arguments, until nothing more is."""
    with suppress(EOFError):
        order = pickle.load(requests)  # noqa: S301 - from the program that started this one
        work: ImportWork | None = None
        while True:
            job, given = pickle.load(requests)  # noqa: S301
            try:
                work = work or ImportWork(order)
                answer = getattr(work, job)(*given)
            except ImportRefused as refused:
                answer = Refusal(refused.line, refused.fault, refused.remedy)
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
