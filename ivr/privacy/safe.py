"""A safe for secrets that the service itself has to open again: the secrets of authenticator apps.

Theory: authenticated encryption with a secret key (XSalsa20 and Poly1305 of libsodium). The key is made of the pepper,
which every installation has in a file of its own apart from the database, so a copy of the database alone gives no
code. Callers' numbers are sealed in another way, as nothing in the service may open those. The owner stands inside,
so a secret that is moved to another user's row is refused.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from ivr.errors import UserRefused
from ivr.privacy.pepper import Pepper

_PURPOSE = b"ivr-rating: secrets of authenticator apps, 1"
_BETWEEN = "\n"


class PepperSafe:
    """Implements :class:`ivr.usecases.second_steps.Safe` with a key made of the pepper; raises what loading it does."""

    def __init__(self, pepper: Callable[[], Pepper]) -> None:
        # Asked for when it is needed: a command that opens no secret makes no pepper either.
        self._pepper = pepper

    def close(self, owner: str, secret: str) -> str:
        """Return ``secret`` sealed for ``owner``, as printable text."""
        return base64.b64encode(self._box().encrypt(f"{owner}{_BETWEEN}{secret}".encode())).decode("ascii")

    def open(self, owner: str, sealed: str) -> str:
        """Return the secret; raises UserRefused where it was sealed with another pepper or for somebody else."""
        try:
            text = self._box().decrypt(base64.b64decode(sealed, validate=True)).decode()
        except (CryptoError, binascii.Error, ValueError):
            text = ""
        sealed_for, _, secret = text.partition(_BETWEEN)
        if sealed_for != owner or not secret:
            raise UserRefused(
                f'the authenticator app of "{owner}" cannot be used: its secret was sealed with another pepper; '
                f"restore the pepper, or run `ivr user reset-totp {owner}`"
            )
        return secret

    def _box(self) -> SecretBox:
        # Another purpose gives another key, so callers' hashes and this tell nothing about each other.
        return SecretBox(hmac.new(self._pepper().secret, _PURPOSE, hashlib.sha256).digest())
