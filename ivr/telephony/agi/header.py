"""The header block of a request, read only where a value is asked for: of two dozen lines five are needed.

A caller's name is text of the caller, and Asterisk writes it as it is; with a line end in it, it can bring lines of
its own. Asterisk writes what identifies the call before the caller's text, and the dialplan's arguments at the very
end. So of a name that stands twice the first counts, and arguments are the last lines only.
"""

from collections.abc import Iterator

_ARGUMENT = "agi_arg_"


class Header:
    """The lines ``agi_name: value`` of one block, as they came."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def value(self, name: str) -> str | None:
        """Return the value of ``name``, the first where it stands twice; None where it is missing."""
        text, mark = self.text, f"{name}:"
        if text.startswith(mark):
            start = 0
        else:
            start = text.find("\n" + mark) + 1
            if not start:
                return None
        end = text.find("\n", start)
        return text[start + len(mark) : end if end >= 0 else None].strip()

    def arguments(self) -> Iterator[str]:
        """Yield the dialplan's arguments, the last one first."""
        end = len(self.text)
        while end > 0:
            start = self.text.rfind("\n", 0, end)
            line = self.text[start + 1 : end]
            if not line.startswith(_ARGUMENT):
                return
            yield line.partition(":")[2].strip()
            end = start

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Header) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        # A caller's number and the shared secret stand in it.
        return f"<Header of {self.text.count(chr(10)) + 1} lines>"
