"""Call references: names for calls that tell nothing of them, for those who must not learn when a call was.

Asterisk's Uniqueid begins with the second in which the channel came to be. An agent who reads a rating under such an
address knows which caller it was. So agents' addresses hold a reference: the call's key, closed with a key of this
service's own. The same call always has the same reference, so a link stays good.

Theory: XSalsa20 and Poly1305 with a nonce that is a keyed hash of what is closed (a synthetic IV, Rogaway and Shrimpton
2006). Equal calls give equal references and nothing else is told; one that was made up or changed does not open.
"""

import base64
import binascii
import hashlib
import hmac

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from ivr.privacy.pepper import Pepper

_NONCE_BYTES = 24


class CallReferences:
    """Closes texts into references and opens them; the key is derived from the pepper and good for nothing else."""

    def __init__(self, pepper: Pepper) -> None:
        self._box = SecretBox(_derived(pepper, "call references"))
        self._nonces = _derived(pepper, "call references, nonces")

    def close(self, text: str) -> str:
        """Return the reference of ``text``: letters, digits, ``-`` and ``_``."""
        nonce = hmac.new(self._nonces, text.encode(), hashlib.sha256).digest()[:_NONCE_BYTES]
        sealed = bytes(self._box.encrypt(text.encode(), nonce))
        return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")

    def open(self, reference: str) -> str | None:
        """Return the text of a reference; None for one that was made up or changed."""
        try:
            sealed = base64.b64decode(reference + "=" * (-len(reference) % 4), altchars=b"-_", validate=True)
            return self._box.decrypt(sealed).decode()
        except (CryptoError, binascii.Error, ValueError):
            return None


def _derived(pepper: Pepper, purpose: str) -> bytes:
    return hmac.new(pepper.secret, purpose.encode(), hashlib.sha256).digest()
