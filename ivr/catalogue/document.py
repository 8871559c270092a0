"""Documents: a TOML file joined to the line on which each of its keys stands.

``tomllib`` keeps no positions, and an operator wants one. So the text is scanned a second time for table
headers and keys alone. A key inside an inline table has no line of its own and gets that of the nearest
table or key around it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ivr.catalogue.regular_files import FileUnfit, read_regular

MOST_BYTES = 1_000_000
"""The largest document: many times what any has, and soon read."""

Step = str | int
Place = tuple[Step, ...]
"""A way into a document: names of keys, and numbers from 1 in an array of tables."""

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_KEY = re.compile(rf"\s*({_NAME})\s*=")
_TABLE = re.compile(rf"\s*\[\s*({_NAME})\s*\]")
_ARRAY = re.compile(rf"\s*\[\[\s*({_NAME})\s*\]\]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of one file, and what to write there; ``line`` is None where it has none.

    ``key`` is the document's where it could not be read at all and its path does not tell it.
    """

    path: Path
    line: int | None
    place: str
    fault: str
    remedy: str
    key: str | None = None

    @property
    def where(self) -> str:
        """The file, the line where there is one, and the key: ``a.toml, line 3: options[1].press``."""
        file = str(self.path) if self.line is None else f"{self.path}, line {self.line}"
        return f"{file}: {self.place}" if self.place else file

    def __str__(self) -> str:
        return f"{self.where}: {self.fault}; {self.remedy}"


class DocumentUnreadable(Exception):
    """A file that is no TOML at all; the loaders turn its fault into their own refusal."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML file: its table, and the line of each key.

    ``text`` is the file as it was written, ``key`` the name that its content has to have: that of the file.
    """

    path: Path
    table: Mapping[str, object]
    lines: Mapping[Place, int]
    text: str
    key: str

    def line_of(self, place: Place) -> int | None:
        """Return the line of ``place``, or of the nearest thing around it; None where neither has one."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    def fault(self, place: Place, fault: str, remedy: str) -> Fault:
        """Return a fault at ``place``, in printable characters, as it goes to a terminal in one line."""
        said = (_printable(text) for text in (spell(place), fault, remedy))
        return Fault(self.path, self.line_of(place), *said)


def read_document(path: Path) -> Document:
    """Read ``path``.

    Raises:
        DocumentUnreadable: it cannot be read, is no file or too large a one, or is not TOML in UTF-8.
    """
    try:
        text = read_regular(path, most_bytes=MOST_BYTES).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileUnfit as unfit:
        raise DocumentUnreadable(Fault(path, None, "", unfit.fault, unfit.remedy)) from unfit
    except OSError as refused:
        reason = refused.strerror or "it cannot be read"
        fault = Fault(path, None, "", f"cannot be read ({reason})", "make it a file that this user may read")
        raise DocumentUnreadable(fault) from refused
    except UnicodeDecodeError as refused:
        line = refused.object[: refused.start].count(b"\n") + 1
        fault = Fault(path, line, "", "is not UTF-8 text", "save the file as UTF-8")
        raise DocumentUnreadable(fault) from refused
    return parse_document(path, text)


def parse_document(path: Path, text: str, *, key: str | None = None) -> Document:
    """Read ``text`` of ``path``; where it comes from elsewhere, ``path`` is what faults name, and ``key`` its key.

    Raises:
        DocumentUnreadable: it is not TOML.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as refused:
        raise DocumentUnreadable(replace(_syntax_fault(path, text, refused), key=key)) from refused
    return Document(path, table, dict(_scan(text)), text, path.stem if key is None else key)


def toml_files(folder: Path) -> list[Path]:
    """Return the TOML files of ``folder`` by name, without editors' lock files, which begin with a dot."""
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))


def in_file_order(faults: list[Fault]) -> list[Fault]:
    """Return ``faults`` by line; what has no line, because something is missing, comes last."""
    return sorted(faults, key=lambda fault: (fault.line is None, fault.line or 0))


def spell(place: Place) -> str:
    """Return ``place`` as text: ``options[2].press``."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _BARE.fullmatch(step) else f'"{step}"'
            text += f".{name}" if text else name
    return text


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _scan(text: str) -> Iterator[tuple[Place, int]]:
    table: Place = ()
    counts: dict[Place, int] = {}
    seen: set[Place] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _ARRAY.match(line):
            name = _split(header[1])
            counts[name] = counts.get(name, 0) + 1
            table = (*name, counts[name])
            found = table
        elif header := _TABLE.match(line):
            table = _split(header[1])
            found = table
        elif key := _KEY.match(line):
            found = (*table, *_split(key[1]))
        else:
            continue
        for around in (found[:length] for length in range(1, len(found) + 1)):
            if around not in seen:
                seen.add(around)
                yield around, number


def _split(name: str) -> Place:
    return tuple(part.strip("\"'") for part in re.findall(_PART, name))


def _syntax_fault(path: Path, text: str, refused: Exception) -> Fault:
    message = str(refused)
    at = re.search(r" \(at line (\d+), column \d+\)$", message)
    if at:
        line, message = int(at[1]), message[: at.start()]
    else:
        line = max(1, len(text.rstrip("\n").split("\n")))
        message = message.removesuffix(" (at end of document)")
    if twice := _standing_twice(message, text.split("\n")[line - 1]):
        return Fault(path, line, "", f"is not TOML ({twice} stands twice)", "remove one of the two, or join them")
    return Fault(path, line, "", f"is not TOML ({message})", 'write each setting as key = value, text in "quotes"')


def _standing_twice(message: str, line: str) -> str | None:
    """Return the name that the parser has met for the second time, where that is its fault; ``line`` is the second."""
    if table := re.fullmatch(r"Cannot declare \((.+)\) twice", message):
        names = [single or double for single, double in re.findall(r"""'([^']*)'|"([^"]*)\"""", table[1])]
        return f"the table [{_printable(spell(tuple(names)))}]"
    if key := re.fullmatch(r"Duplicate inline table key '(.*)'", message):
        return _printable(key[1])
    if message == "Cannot overwrite a value" and (
        found := _KEY.match(line) or _TABLE.match(line) or _ARRAY.match(line)
    ):
        return _printable(found[1])
    return None
