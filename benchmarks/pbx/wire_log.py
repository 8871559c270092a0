"""Reads the wire's log: when Asterisk asked, which commands the service sent, and when each was answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field

IMMEDIATE = ("SET", "GET")
"""Verbs that play nothing: Asterisk answers them at once."""


@dataclass(slots=True)
class WiredCommand:
    """One command; times are microseconds of the wall clock."""

    text: str
    sent: int
    told: int | None = None
    gap: int | None = None
    """From Asterisk's last answer (or its whole header) to this command: what the service took."""

    @property
    def immediate(self) -> bool:
        """Whether Asterisk plays nothing for it."""
        return self.text.startswith(IMMEDIATE)

    @property
    def plays(self) -> bool:
        """Whether it plays something."""
        return self.text.startswith("STREAM FILE")


@dataclass(slots=True)
class WiredSession:
    """One AGI session."""

    opened: int
    script: str = ""
    uniqueid: str = ""
    asked: int | None = None
    """When the header was whole."""
    commands: list[WiredCommand] = field(default_factory=list)
    shut: int | None = None


def read_wire(lines: Iterable[str]) -> list[WiredSession]:
    """Return the sessions in the order in which they were opened; a torn last line is left out."""
    sessions: dict[str, WiredSession] = {}
    heard: dict[str, int] = {}
    for line in lines:
        number, _, rest = line.rstrip("\n").partition(" ")
        moment, _, rest = rest.partition(" ")
        what, _, text = rest.partition(" ")
        if not line.endswith("\n") or not moment.isdigit():
            continue
        at = int(moment)
        if what == "open":
            sessions[number] = WiredSession(at)
            continue
        session = sessions.get(number)
        if session is None:
            continue
        if what == "asks":
            session.script, _, session.uniqueid = text.partition(" ")
            session.asked = heard[number] = at
        elif what == "sent":
            session.commands.append(WiredCommand(text, at, gap=at - heard[number] if number in heard else None))
        elif what == "told" and text[:1].isdigit() and session.commands and session.commands[-1].told is None:
            session.commands[-1].told = heard[number] = at
        elif what == "shut":
            session.shut = at
    return list(sessions.values())
