"""Passwords that are compared as they are: for tests of what is done with the answer."""


class PlainPasswords:
    """Implements :class:`ivr.usecases.sign_in_ports.Passwords` without any costs."""

    def __init__(self) -> None:
        self.costs = 1

    async def hash(self, password: str) -> str:
        return f"{self.costs}:{password}"

    async def match(self, password_hash: str | None, password: str) -> bool:
        return password_hash is not None and password_hash.partition(":")[2] == password

    def is_outdated(self, password_hash: str) -> bool:
        return not password_hash.startswith(f"{self.costs}:")
