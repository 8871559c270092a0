"""The pepper: the secret key of every caller's hash, made once and readable by its owner only.

Whoever has it can find the number behind a hash by trying all numbers, so it goes nowhere from its file but into the
memory of this program's own processes: not into a log, a message, an argument or the database. Whoever loses it can no
longer tell that two calls are one caller's.
"""

import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ivr.errors import SettingsRefused

_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Pepper:
    """The secret key; never shown by its repr."""

    secret: bytes = field(repr=False)


def load_or_make_pepper(path: Path) -> Pepper:
    """Return the pepper kept in ``path``; a missing file is made, with mode 0600, exactly once.

    Raises SettingsRefused where others can read it, where it is damaged, or where it can be neither read nor made.
    """
    try:
        if not path.exists():
            _make(path)
        _require_private(path)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        raise SettingsRefused(
            f"the pepper file {path} cannot be used ({reason}); let the service's user own it and its folder, "
            "or name another with IVR_PEPPER_FILE"
        ) from None
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != _LENGTH:
        raise SettingsRefused(
            f"the pepper file {path} is damaged: it should hold {2 * _LENGTH} hexadecimal digits; restore its backup"
        )
    return Pepper(secret)


def _require_private(path: Path) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise SettingsRefused(f"the pepper file {path} is not a file; name a file with IVR_PEPPER_FILE")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise SettingsRefused(f"the pepper file {path} can be read or written by others; run `chmod 600 {path}`")


def _make(path: Path) -> None:
    """Make the file whole or not at all; of two programs that try at once, one wins and both use its file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_LENGTH) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            # Unlike a rename, a link never replaces a pepper that somebody made meanwhile.
            path.hardlink_to(draft)
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink()
