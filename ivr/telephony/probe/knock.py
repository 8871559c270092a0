"""A knock at an AGI address: speaks as Asterisk does and asks for a script that nobody serves.

The service closes at once and counts the visit (``unknown_script``), so whoever reads that count knows that it was
the service itself that closed. Nothing is stored and no call is touched.
"""

import re
import socket
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_PORT = 4573
_SCRIPT = "doctor"
_URL = re.compile(r"agi://(?P<host>\[[^]]+\]|[^:/]+)(?::(?P<port>\d{1,5}))?(?P<path>/[^?]*)?", re.IGNORECASE)


class Knock(StrEnum):
    """Who was there."""

    NOBODY = "nobody"
    SILENT = "silent"
    STRANGER = "stranger"
    CLOSED = "closed"
    """It closed without a word, as the service does."""


@dataclass(frozen=True, slots=True)
class AgiAddress:
    """Where Asterisk goes for the service: ``agi://host:port`` with what stands between it and the script."""

    host: str
    port: int
    prefix: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_address(url: str) -> AgiAddress | None:
    """Read an ``agi://`` address as a dialplan holds it; None where it is none, as with ``hagi://``."""
    found = _URL.fullmatch(url.strip())
    if found is None or int(found["port"] or 1) > 65535:
        return None
    return AgiAddress(found["host"].strip("[]"), int(found["port"] or DEFAULT_PORT), (found["path"] or "").strip("/"))


def knock(address: AgiAddress, *, deadline_seconds: float) -> Knock:
    """Connect, ask for nothing that is served, and say who was there; blocks, raises nothing for its faults."""
    script = f"{address.prefix}/{_SCRIPT}" if address.prefix else _SCRIPT
    block = "".join(
        f"agi_{name}: {value}\n"
        for name, value in (
            ("network", "yes"),
            ("network_script", script),
            ("request", f"agi://{address}/{_SCRIPT}"),
            ("channel", "Doctor/knock"),
            ("uniqueid", "doctor.0"),
        )
    )
    try:
        link = socket.create_connection((address.host, address.port), timeout=deadline_seconds)
    except OSError:
        return Knock.NOBODY
    with link:
        try:
            link.sendall(f"{block}\n".encode())
            return Knock.STRANGER if link.recv(1) else Knock.CLOSED
        except TimeoutError:
            return Knock.SILENT
        except OSError:
            return Knock.CLOSED
