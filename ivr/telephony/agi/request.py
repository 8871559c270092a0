"""The request that Asterisk opens a session with; the header's names end here."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from ivr.telephony.agi.header import Header

_ABSENT = frozenset({"", "unknown", "(null)"})
_LONGEST_UNIQUEID = 150  # Asterisk's own limit (AST_MAX_UNIQUEID)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class AgiRequest(NamedTuple):
    """Which script Asterisk asks for, about which channel, with which named arguments.

    Arguments are ``name=value`` with the value percent-encoded by the dialplan (``URIENCODE``), so that a
    comma in a name is no separator; an empty one counts as absent, and so does one with control characters, which no
    name has and not every database takes. ``path`` may begin with the shared secret.
    """

    path: str
    uniqueid: str
    language: str | None
    caller_number: str | None
    arguments: Mapping[str, str]

    def __repr__(self) -> str:
        # A caller's number and the shared secret stand in it.
        return f"<AgiRequest of channel {self.uniqueid}>"


def parse_request(header: Header) -> AgiRequest | None:
    """Return the request of a header block; None where it names no channel that Asterisk could have."""
    uniqueid = _present(header.value("agi_uniqueid"))
    if uniqueid is None or len(uniqueid) > _LONGEST_UNIQUEID:
        return None
    return AgiRequest(
        path=(header.value("agi_network_script") or "").partition("?")[0].strip("/"),
        uniqueid=uniqueid,
        language=_present(header.value("agi_language")),
        caller_number=_present(header.value("agi_callerid")),
        arguments=_arguments(header),
    )


def _arguments(header: Header) -> dict[str, str]:
    found: dict[str, str] = {}
    for argument in header.arguments():
        name, _, value = argument.partition("=")
        if value and name not in found:
            found[name] = _decoded(value) if "%" in value else value
    return {name: value for name, value in found.items() if value and not _has_control(value)}


# The names of queues, agents and sites are the same few in every call.
@lru_cache(maxsize=1024)
def _decoded(value: str) -> str:
    return unquote(value)


def _present(value: str | None) -> str | None:
    return None if value is None or value in _ABSENT or _has_control(value) else value


def _has_control(value: str) -> bool:
    # Nearly every value is printable, which is told ten times as fast.
    return not value.isprintable() and _CONTROL.search(value) is not None
