"""The header block of a request, read only where a value is asked for: of two dozen lines five are needed.

A caller's name is text of the caller, and Asterisk writes it as it is; with a line end in it, it can bring lines of
its own. Asterisk writes what identifies the call before the caller's text, and the dialplan's arguments at the very
end. So of a name that stands twice the first counts, and arguments are the last lines only.
"""

from collections.abc import Iterator

_ARGUMENT = "agi_arg_"


class Header:
    """The lines ``agi_name: value`` of one block, as they came."""

    __slots__ = ("_lines",)

    def __init__(self, text: str) -> None:
        self._lines = f"\n{text}\n"  # so that each line stands between two line ends

    def value(self, name: str) -> str | None:
        """Return the value of ``name``, the first where it stands twice; None where it is missing."""
        start = self._lines.find(mark := f"\n{name}:")
        if start < 0:
            return None
        start += len(mark)
        return self._lines[start : self._lines.find("\n", start)].strip()

    def arguments(self) -> Iterator[str]:
        """Yield the dialplan's arguments, the last one first."""
        lines = self._lines
        end = len(lines) - 1
        while end > 0:
            start = lines.rfind("\n", 0, end)
            if not lines.startswith(_ARGUMENT, start + 1):
                return
            yield lines[start + 1 : end].partition(":")[2].strip()
            end = start

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Header) and self._lines == other._lines

    def __hash__(self) -> int:
        return hash(self._lines)

    def __repr__(self) -> str:
        # A caller's number and the shared secret stand in it.
        return f"<Header of {self._lines.count(chr(10)) - 1} lines>"
