"""Purges what is over of sign-ins: sessions, API tokens, and failures that are forgotten."""

from dataclasses import dataclass

from ivr.usecases.sign_in_ports import SignInPorts


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each were dropped."""

    sessions: int
    tokens: int
    tries: int


async def purge_sign_ins(ports: SignInPorts) -> Purged:
    """Drop what is over now. The audit log stays: it is only ever added to."""
    now = ports.clock()
    return Purged(await ports.sessions.purge(now), await ports.tokens.purge(now), await ports.tries.purge(now))
