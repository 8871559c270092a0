"""Regular files: read whole, but never a thing that has no end or no beginning, such as a pipe or a device.

A pipe that nobody writes to holds its reader for good, a device gives bytes for ever. Opened without blocking, each
can be told from a file before the first byte is read.
"""

import os
import stat
from pathlib import Path


class FileUnfit(Exception):
    """Something that cannot be read as a whole; ``fault`` and ``remedy`` are halves of a sentence."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(f"{fault}; {remedy}")
        self.fault = fault
        self.remedy = remedy


def read_regular(path: Path, *, most_bytes: int) -> bytes:
    """Return the content of ``path``, links followed.

    Raises:
        FileUnfit: it is no regular file, or larger than ``most_bytes``.
        OSError: it cannot be read.
    """
    with open(path, "rb", opener=_without_blocking) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise FileUnfit(f"is larger than {most_bytes // 1_000_000} MB", "make it smaller, or remove it from there")
    return content


def _without_blocking(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
    mode = os.fstat(descriptor).st_mode
    # A folder is left to what opens it, which refuses it in the system's own words.
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        os.close(descriptor)
        raise FileUnfit("is no regular file", "put a file there, or remove it")
    return descriptor
