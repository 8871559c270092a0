"""Free ports on loopback for programs that must be told theirs before they start.

Between the probe and the program's own bind another process may take the port. The ports come from below the
range that the kernel hands out by itself, at random, so that this is rare; who starts the program checks
that it answers there and tries again with other ports. Spans for RTP lie above them: Asterisk binds ports of its span
call by call, so one that was free a moment ago may be a stream of another Asterisk on this machine.
"""

import random
import socket

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 10_000, 20_000
HIGHEST_RTP = 32_000
RTP_SPAN = 3_000

_random = random.SystemRandom()


def free_port(kind: socket.SocketKind) -> int:
    """Return a port of 127.0.0.1 that nothing has bound, for ``SOCK_DGRAM`` or ``SOCK_STREAM``.

    Raises:
        OSError: no port could be bound in a thousand tries.
    """
    for _ in range(1000):
        port = _random.randrange(LOWEST, HIGHEST)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port on {LOOPBACK} between {LOWEST} and {HIGHEST}")


def rtp_range() -> tuple[int, int]:
    """Return the first and last port of a span for RTP; Asterisk itself skips those that are taken."""
    first = _random.randrange(HIGHEST, HIGHEST_RTP - RTP_SPAN, 2)
    return first, first + RTP_SPAN - 1
