"""Fields: typed values out of one TOML table, where every fault is noted and reading goes on.

A value that is missing or of the wrong type is replaced by the stand-in that the caller names, so that one
reading finds all faults of a file. What was read is used only where no fault was noted.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from ivr.catalogue.document import Document, Fault, Place, Step

MOST_UNKNOWN = 20
"""So many unknown keys of one table are told one by one."""
LARGEST = 2**31 - 1
"""The largest whole number that is read, and with a minus the smallest: what every database's integer can hold."""


class Fields:
    """One table of a document; ``faults`` is shared by all tables of the same document."""

    def __init__(self, document: Document, place: Place, faults: list[Fault], table: object) -> None:
        self._document = document
        self._place = place
        self._faults = faults
        self._explained: set[str] = set()
        self._table: Mapping[str, object] = {}
        if isinstance(table, dict):
            self._table = table
        else:
            self.note((), f"is {_shown(table)}", "write a table of key = value")

    def note(self, below: Place, fault: str, remedy: str) -> None:
        """Note a fault at this table or ``below`` it."""
        self._faults.append(self._document.fault((*self._place, *below), fault, remedy))

    def names(self) -> tuple[str, ...]:
        """Return the table's keys in the order of the file."""
        return tuple(self._table)

    def raw(self, key: str) -> object:
        """Return the value as TOML gave it, or None."""
        return self._table.get(key)

    def required(self, key: str, example: str) -> object | None:
        """Return the value as TOML gave it; note its absence, unless a misspelt key explains that already."""
        value = self._table.get(key)
        if value is None and key not in self._explained:
            self.note((), f"{key} is missing", f"write {example}")
        return value

    def under(self, key: str, *further: Step) -> "Fields":
        """Return the table that stands under ``key``; ``further`` are names of keys, or numbers in a list, below it."""
        value: object = self._table.get(key)
        for step in further:
            if isinstance(step, int):
                value = value[step - 1] if isinstance(value, list) and step <= len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return Fields(self._document, (*self._place, key, *further), self._faults, value)

    def allow(self, known: Collection[str]) -> None:
        """Note the keys that are not ``known``, each with the nearest that is; what is too many, by its number."""
        wanted = set(known)
        lacking = sorted(wanted.difference(self._table))
        unknown = [key for key in self._table if key not in wanted]
        if len(unknown) > MOST_UNKNOWN:
            self.note((), f"has {len(unknown)} unknown keys", f"write only {', '.join(known)}")
        for key in unknown[:MOST_UNKNOWN]:
            near = get_close_matches(key, lacking, n=1)
            self._explained.update(near)
            remedy = f"write {near[0]}" if near else f"leave it out, or write one of {', '.join(known)}"
            self.note((key,), "is no key of this table", remedy)

    def text(self, key: str, stand_in: str, *, example: str) -> str:
        """Return a text that has to be there."""
        value = self.required(key, f'{key} = "{example}"')
        text = None if value is None else self._text_of(key, value, example)
        return stand_in if text is None else text

    def optional_text(self, key: str, *, example: str) -> str | None:
        """Return a text, or None where the key is absent."""
        value = self._table.get(key)
        return None if value is None else self._text_of(key, value, example)

    def is_misspelt(self, key: str) -> bool:
        """Tell whether ``key`` is absent and something else stands in the table that is near to it."""
        return key in self._explained

    def texts(self, key: str, stand_in: tuple[str, ...], *, example: str) -> tuple[str, ...]:
        """Return a list of texts that has to be there."""
        value = self.required(key, f"{key} = {example}")
        if value is None:
            return stand_in
        if isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
            return tuple(value)
        self.note((key,), f"is {_shown(value)}", f"write a list of texts, {key} = {example}")
        return stand_in

    def optional_texts(self, key: str, *, example: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the key is absent."""
        return self.texts(key, (), example=example) if key in self._table else ()

    def optional_integer(self, key: str, *, example: int) -> int | None:
        """Return a whole number, or None where the key is absent."""
        return self.integer(key, example) if key in self._table else None

    def optional_number(self, key: str, *, example: float) -> float | None:
        """Return a number, or None where the key is absent."""
        return self.number(key, default=example) if key in self._table else None

    def optional_flag(self, key: str) -> bool | None:
        """Return true or false, or None where the key is absent."""
        return self.flag(key, default=True) if key in self._table else None

    def integer(self, key: str, stand_in: int, *, default: int | None = None, example: str | None = None) -> int:
        """Return a whole number of at most ``LARGEST``; ``default`` where the key is absent and need not be there.

        ``example`` is what to write instead of the stand-in.
        """
        written = f"{key} = {stand_in if example is None else example}"
        value = self.required(key, written) if default is None else self._table.get(key, default)
        if value is None:
            return stand_in
        if isinstance(value, int) and not isinstance(value, bool):
            if -LARGEST <= value <= LARGEST:
                return value
            self.note((key,), f"is {_shown(value)}", f"write one from {-LARGEST} to {LARGEST}, such as {written}")
            return stand_in
        self.note((key,), f"is {_shown(value)}", f"write a whole number without quotes, {written}")
        return stand_in

    def number(self, key: str, *, default: float) -> float:
        """Return a number; ``default`` where the key is absent."""
        value = self._table.get(key, default)
        number = as_number(value)
        if number is not None:
            return number
        self.note((key,), f"is {_shown(value)}", f"write a number without quotes, {key} = {default:g}")
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false; ``default`` where the key is absent."""
        value = self._table.get(key, default)
        if isinstance(value, bool):
            return value
        self.note((key,), f"is {_shown(value)}", f"write {key} = true or {key} = false, without quotes")
        return default

    def _text_of(self, key: str, value: object, example: str) -> str | None:
        if isinstance(value, str) and value.strip():
            return value
        fault = "is empty" if isinstance(value, str) else f"is {_shown(value)}"
        number = as_number(value)
        meant = example if number is None or abs(number) > LARGEST else str(value)
        self.note((key,), fault, f'write text in quotes, {key} = "{meant[:40]}"')
        return None


def as_number(value: object) -> float | None:
    """Return a TOML number as a float, None where ``value`` is none; too large a whole number is infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _shown(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a whole number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a table"),
    )
    name = next((name for kind, name in kinds if isinstance(value, kind)), "a date or time")
    if isinstance(value, list | dict):
        return name
    if isinstance(value, bool):
        shown = ("false", "true")[value]
    elif isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        shown = "out of range"  # Python refuses to write thousands of digits
    else:
        shown = repr(value)
    return f"{shown[:40]}, {name}"
