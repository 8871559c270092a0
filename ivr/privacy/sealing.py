"""Sealing: a caller's number closed so that the service cannot open it again, only whoever has the key apart.

Theory: an anonymous sealed box of libsodium. Each number is encrypted to a public key with a key pair that is made for
it alone and thrown away (X25519, then XSalsa20 and Poly1305), so what is stored tells nothing without the private key,
a change of a single bit is refused at opening, and the same number sealed twice looks different. The call stands
inside the box too: a box that was moved to another call's row is refused.
"""

import base64
import binascii
import os
import stat
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from ivr.domain.calls import CallId
from ivr.errors import NumberRefused, SettingsRefused

_KEY_BYTES = 32
_BETWEEN = "\n"


class Seal:
    """Closes numbers with a public key of 64 hexadecimal digits."""

    def __init__(self, public_key: str) -> None:
        key = _key_of(public_key)
        if key is None:
            raise SettingsRefused(
                "follow_up_public_key is no key; write the 64 hexadecimal digits that `ivr numbers key FILE` shows"
            )
        self._box = SealedBox(PublicKey(key))

    def close(self, call: CallId, number: str) -> str:
        """Return ``number``, the caller's in ``call``, sealed, as printable text."""
        return base64.b64encode(self._box.encrypt(f"{call}{_BETWEEN}{number}".encode())).decode("ascii")


class SealKey:
    """Opens what was sealed with its public half; kept on another machine than the service's."""

    def __init__(self, secret: bytes) -> None:
        private = PrivateKey(secret)
        self.public_key = bytes(private.public_key).hex()
        self._box = SealedBox(private)

    def open(self, call: CallId, sealed: str) -> str:
        """Return the number that was sealed for ``call``; raises NumberRefused."""
        try:
            text = self._box.decrypt(base64.b64decode(sealed, validate=True)).decode()
        except (CryptoError, binascii.Error, ValueError):
            raise NumberRefused(
                f"the number of call {call} does not open: it was sealed with another public key than that of this "
                "key file, or was changed; name the key file that fits, or purge the numbers"
            ) from None
        sealed_for, _, number = text.partition(_BETWEEN)
        if sealed_for != str(call):
            raise NumberRefused(f"the number of call {call} was sealed for call {sealed_for}; the table was changed")
        return number


def make_seal_key(path: Path) -> SealKey:
    """Make a key, keep it in ``path`` with mode 0600, and return it; raises NumberRefused where ``path`` is there."""
    secret = bytes(PrivateKey.generate())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NumberRefused(f"{path} is there already; name another file, a key is never replaced") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return SealKey(secret)


def load_seal_key(path: Path) -> SealKey:
    """Return the key that is kept in ``path``; raises NumberRefused."""
    try:
        mode, text = path.stat().st_mode, path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        raise NumberRefused(
            f"the key file {path} cannot be used ({reason}); name the one of `ivr numbers key`"
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise NumberRefused(f"the key file {path} can be read or written by others; run `chmod 600 {path}`")
    secret = _key_of(text)
    if secret is None:
        raise NumberRefused(f"the key file {path} holds no key; it has 64 hexadecimal digits, see `ivr numbers key`")
    return SealKey(secret)


def _key_of(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == _KEY_BYTES else None
