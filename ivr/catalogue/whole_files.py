"""Whole files: written beside their place and renamed, so that a reader finds the old one or the new, never a half."""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, readable by everybody, as Asterisk runs as another user.

    Raises:
        OSError: it cannot be written there; what was there before is untouched.
    """
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
