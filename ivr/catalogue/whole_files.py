"""Whole files: written beside their place and renamed, so that a reader finds the old one or the new, never a half."""

import errno
import os
import tempfile
from pathlib import Path


def replaceable(path: Path) -> Path:
    """Return the file that ``path`` names, there or not, links followed: a link stays one.

    Raises:
        OSError: something else stands there. A device or a pipe is refused, as renaming would put a file in its place.
    """
    if path.exists() and not path.is_file():
        number = errno.EISDIR if path.is_dir() else errno.EINVAL
        raise OSError(number, os.strerror(number) if path.is_dir() else "it is no regular file")
    return Path(os.path.realpath(path))


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, readable by everybody, as Asterisk runs as another user.

    Raises:
        OSError: it cannot be written there; what was there before is untouched.
    """
    path = replaceable(path)
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
