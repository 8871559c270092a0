"""The manager account that the listener signs in with, and how patient it is."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AmiAccount:
    """Where Asterisk's manager is, who signs in, and the link's time limits in seconds.

    The secret is never shown. ``queue_limit`` and ``queue_bytes`` bound the events that wait for the handler; each
    takes about 50 bytes more than it is long.
    A link that says nothing is pinged every ``ping_every_seconds``; without an answer within
    ``answer_seconds`` it is taken for dead.
    """

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    connect_seconds: float = 5.0
    answer_seconds: float = 5.0
    ping_every_seconds: float = 10.0
    retry_first_seconds: float = 0.5
    retry_most_seconds: float = 30.0
    queue_limit: int = 20_000
    queue_bytes: int = 16 * 1024 * 1024
    max_frame_bytes: int = 65_536
