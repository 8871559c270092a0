"""The request that Asterisk opens a session with; the header's names end here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

_ABSENT = frozenset({"", "unknown", "(null)"})


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """Which script Asterisk asks for, about which channel, with which named arguments.

    Arguments are ``name=value`` with the value percent-encoded by the dialplan (``URIENCODE``), so that a
    comma in a name is no separator; an empty one counts as absent. ``path`` may begin with the shared secret.
    """

    path: str = field(repr=False)
    uniqueid: str
    language: str | None
    caller_number: str | None = field(repr=False)
    arguments: Mapping[str, str]


def parse_request(header: Mapping[str, str]) -> AgiRequest | None:
    """Return the request of a header block; None where it names no channel."""
    uniqueid = header.get("agi_uniqueid", "")
    if uniqueid in _ABSENT:
        return None
    arguments = dict(_named(value) for name, value in header.items() if name.startswith("agi_arg_") and "=" in value)
    return AgiRequest(
        path=header.get("agi_network_script", "").partition("?")[0].strip("/"),
        uniqueid=uniqueid,
        language=_present(header.get("agi_language")),
        caller_number=_present(header.get("agi_callerid")),
        arguments={name: value for name, value in arguments.items() if value},
    )


def _named(argument: str) -> tuple[str, str]:
    name, _, value = argument.partition("=")
    return name, unquote(value)


def _present(value: str | None) -> str | None:
    return None if value is None or value in _ABSENT else value
