"""Password hashes: argon2id, computed beside the event loop."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2
"""Each hash holds 64 MiB and a core for tens of milliseconds; more at once would starve the callers' loop."""


class Argon2Passwords:
    """Hashes and verifies with argon2id at RFC 9106's low-memory profile (64 MiB, 3 passes, 4 lanes)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._dummy: str | None = None

    async def hash(self, password: str) -> str:
        """Return the encoded hash of ``password`` under a fresh salt."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def match(self, password_hash: str | None, password: str) -> bool:
        """Say whether ``password`` belongs to the hash; without a hash a dummy is verified, at the same cost."""
        async with self._turn:
            return await asyncio.to_thread(self._match, password_hash, password)

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether the hash was made at other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _match(self, password_hash: str | None, password: str) -> bool:
        if self._dummy is None:
            self._dummy = self._hasher.hash(secrets.token_hex())
        try:
            self._hasher.verify(self._dummy if password_hash is None else password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None
