"""One AMI frame, read: header names in any case, a missing value is None and never an empty text.

Nothing is taken apart before it is asked for. An event carries some thirty headers, of which a few are read; each
is found by its name in the bytes and decoded alone.
"""

from dataclasses import dataclass

_LINE = b"\r\n"
_NOTHING = frozenset({b"", b"<unknown>"})
_LONGEST = 512
"""Asterisk's own fields are shorter (a Uniqueid 150 bytes, a channel's name 80); a ledger's index takes 2,700."""


class _Needles(dict[str, bytes]):
    """What a header's name looks like in the bytes, with the line end before it."""

    def __missing__(self, name: str) -> bytes:
        # Names come from the program's own text, so this stays small.
        needle = self[name] = _LINE + name.encode() + b": "
        return needle


_NEEDLES = _Needles()


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """A response or an event: its bytes, whole, without the empty line that ends it.

    Never printed whole: frames hold callers' numbers.
    """

    data: bytes

    @property
    def first_line(self) -> bytes:
        """The line that says what it is: ``Event: Hangup``."""
        end = self.data.find(_LINE)
        return self.data if end < 0 else self.data[:end]

    def value(self, name: str) -> str | None:
        """Return the header's value, the first where it is repeated.

        None where it is missing, empty, what Asterisk writes for what it does not know, or longer than any value
        that we know what to do with. Bytes that are no UTF-8 spoil their own character only.
        """
        _, found, rest = self.data.partition(_NEEDLES[name])
        value = (rest if found else self._behind(name)).partition(_LINE)[0]
        if value in _NOTHING or len(value) > _LONGEST:
            return None
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("utf-8", "replace")

    def _behind(self, name: str) -> bytes:
        """Return what stands behind a header that is not spelt as Asterisk spells it, or is on the first line."""
        data = _LINE + self.data
        at = data.lower().find(_NEEDLES[name].lower())
        return b"" if at < 0 else data[at + len(_NEEDLES[name]) :]

    def __repr__(self) -> str:
        return f"<Frame {self.first_line.decode('utf-8', 'replace')}>"
