"""One AMI frame, read: header names in any case, a missing value is None and never an empty text."""

from dataclasses import dataclass

from panoramisk.message import Message

_UNKNOWN = "<unknown>"


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """A response or an event. Never printed whole: frames hold callers' numbers.

    panoramisk reads the lines; its attributes are not used, for a misspelt one reads as ``''``.
    """

    message: Message

    @classmethod
    def parse(cls, data: bytes) -> "Frame | None":
        """Return the frame in ``data`` (whole, without its empty line); None where it is neither kind."""
        message = Message.from_line(data.decode("utf-8", "replace"))
        return None if message is None else cls(message)

    @property
    def event(self) -> str | None:
        """The event's name in lower case; None for a response."""
        name = self.value("Event")
        return None if name is None else name.lower()

    def value(self, name: str) -> str | None:
        """Return the header's value, the first where it is repeated.

        None where it is missing, empty, or what Asterisk writes for what it does not know.
        """
        values = self.values(name)
        return values[0] if values and values[0] not in {"", _UNKNOWN} else None

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of a header that may be repeated, in order."""
        found = self.message.get(name)
        if found is None:
            return ()
        return tuple(found) if isinstance(found, list) else (found,)

    def number(self, name: str) -> float | None:
        """Return the header's value as a number; None where it is missing or no number."""
        text = self.value(name)
        try:
            return None if text is None else float(text)
        except ValueError:
            return None

    def __repr__(self) -> str:
        return f"<Frame {self.event or self.value('Response')}>"
