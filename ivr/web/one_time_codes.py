"""One-time codes of authenticator apps: six digits of SHA-1, a new one every 30 seconds, as every app has them."""

from datetime import datetime

import pyotp

ISSUER = "ivr-rating"
PERIOD_SECONDS = 30
_DIGITS = 6


class TotpCodes:
    """Implements :class:`ivr.usecases.second_steps.OneTimeCodes`."""

    def new_secret(self) -> str:
        """Return a fresh secret of 160 bits, in base 32."""
        return pyotp.random_base32()

    def address(self, secret: str, name: str) -> str:
        """Return what an app reads from a QR code: an ``otpauth://`` address."""
        return pyotp.TOTP(secret, interval=PERIOD_SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)

    def step_of(self, secret: str, code: str, at: datetime) -> int | None:
        """Return the time step that ``code`` belongs to, of this and the one before; None where it is wrong.

        The one before is taken because people begin to type at the end of it.
        """
        if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
            return None
        now = int(at.timestamp()) // PERIOD_SECONDS
        totp = pyotp.TOTP(secret, interval=PERIOD_SECONDS)
        return next((step for step in (now, now - 1) if totp.verify(code, for_time=step * PERIOD_SECONDS)), None)
