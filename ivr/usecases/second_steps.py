"""The second step of a sign-in as the use cases need it: codes of an authenticator app (TOTP), and recovery codes.

Theory: RFC 6238. The app and the service share a secret and make the same six digits of it and the present half
minute. A code is good for its half minute and the next, and once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Totp:
    """A user's shared secret, sealed. ``confirmed_at`` is None until a first code has shown that the app has it."""

    sealed: str
    confirmed_at: datetime | None
    last_step: int
    """The time step of the code that was used last; that one and earlier ones are not taken again."""


class OneTimeCodes(Protocol):
    """Makes secrets and verifies codes."""

    def new_secret(self) -> str:
        """Return a fresh secret, in base 32."""

    def address(self, secret: str, name: str) -> str:
        """Return what an app reads from a QR code: an ``otpauth://`` address."""

    def step_of(self, secret: str, code: str, at: datetime) -> int | None:
        """Return the time step that ``code`` belongs to, of this and the one before; None where it is wrong."""


class Safe(Protocol):
    """Closes secrets that the service itself has to open again."""

    def close(self, owner: str, secret: str) -> str:
        """Return ``secret`` sealed for ``owner``, as printable text."""

    def open(self, owner: str, sealed: str) -> str:
        """Return the secret; raises UserRefused where it was sealed with another key or for somebody else."""


class SecondSteps(Protocol):
    """Where secrets and recovery codes are kept."""

    async def totp_of(self, name: str) -> Totp | None:
        """Return what ``name`` has set up or begun to; None where nothing."""

    async def begin_totp(self, name: str, sealed: str) -> None:
        """Keep a secret that is not confirmed yet, in the place of an earlier one like it; a confirmed one stays."""

    async def confirm_totp(self, name: str, sealed: str, step: int, at: datetime, codes: Collection[str]) -> bool:
        """Confirm the secret ``sealed`` and keep the hashes of recovery ``codes``; False where it is not there."""

    async def use_step(self, name: str, step: int) -> bool:
        """Note that a code of ``step`` was used; False where that one or a later one was used already."""

    async def drop_totp(self, name: str) -> bool:
        """Forget secret and recovery codes; False where there were none."""

    async def replace_recovery_codes(self, name: str, hashes: Collection[str]) -> None:
        """Keep these recovery codes and no others."""

    async def use_recovery_code(self, name: str, code_hash: str) -> bool:
        """Use a recovery code up; False where there is none like it."""

    async def recovery_codes_left(self, name: str) -> int:
        """Return how many recovery codes are not used."""


@dataclass(frozen=True, slots=True)
class NewTotp:
    """What is shown once while an app is set up: the secret, and the address for the QR code."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Codes that stand in for the app, once each; shown once."""

    codes: Sequence[str]
