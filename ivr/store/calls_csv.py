"""The calls file's columns, and a handled call as one row of them, exactly both ways."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from ivr.domain.calls import Attribution, CallId, EndedBy, HandledCall
from ivr.domain.outcomes import Outcome
from ivr.errors import ImportRefused
from ivr.store import cells
from ivr.store.cells import Parse
from ivr.store.press_text import parse_presses, presses_text

DEFAULT_PBX = "default"


class _Followup(StrEnum):
    SAMPLED = "sampled"
    ANSWERED = "answered"


# In the order of the file; `keys` stands with a parser of its own, as it needs to know the call.
PARSERS: dict[str, Parse] = {
    "call_id": cells.parse_text,
    "pbx": cells.parse_text,
    "team": cells.parse_text,
    "site": cells.parse_text,
    "segment": cells.parse_text,
    "language": cells.parse_text,
    "ended_at": cells.parse_moment,
    "agent": cells.parse_text,
    "queue": cells.parse_text,
    "legs": cells.parse_legs,
    "attribution": cells.parse_one_of(Attribution),
    "caller": cells.parse_text,
    "wait_seconds": cells.parse_decimal,
    "talk_seconds": cells.parse_decimal,
    "ended_by": cells.parse_one_of(EndedBy),
    "experiment": cells.parse_text,
    "layout": cells.parse_text,
    "layout_version": cells.parse_text,
    "layout_probability": cells.parse_chance,
    "allocation": cells.parse_allocation,
    "delay_seconds": cells.parse_decimal,
    "delay_probability": cells.parse_chance,
    "selection_probability": cells.parse_probability,
    "outcome": cells.parse_one_of(Outcome),
    "options_heard": cells.parse_count,
    "press_ms": cells.parse_integer,
    "key": cells.parse_key,
    "category": cells.parse_count,
    "keys": str,
    "confirm_probability": cells.parse_probability,
    "confirm_key": cells.parse_key,
    "followup": cells.parse_one_of(_Followup),
    "followup_probability": cells.parse_probability,
    "followup_category": cells.parse_count,
    "test": cells.parse_truth,
    "excluded": cells.parse_truth,
    "asked_seconds": cells.parse_decimal,
}
COLUMNS = tuple(PARSERS)
REQUIRED_COLUMNS = ("call_id", "ended_at", "agent", "queue", "outcome")
REQUIRED_VALUES = ("call_id", "ended_at", "queue", "outcome")
_FROM_CALL = frozenset({"call_id", "pbx", "keys"})


def typed_values(row: HandledCall) -> dict[str, object]:
    """Return ``row`` by column, typed: text, numbers, booleans, moments, None where the cell is empty."""
    values: dict[str, object] = {column: getattr(row, column) for column in COLUMNS if column not in _FROM_CALL}
    values |= {"call_id": row.call.uniqueid, "pbx": row.call.pbx, "keys": presses_text(row.keys) or None}
    return {column: values[column] for column in COLUMNS}


def encode(row: HandledCall) -> list[str]:
    """Return ``row`` as the cells of a line, in the order of :data:`COLUMNS`."""
    return [cells.cell_text(value) for value in typed_values(row).values()]


def decode(line: Mapping[str, str], number: int, pseudonym: Callable[[str], str | None]) -> HandledCall:
    """Return the call that a line's cells say; raises ImportRefused naming line ``number``, column and remedy.

    ``pseudonym`` turns the cell of ``caller``, any identifier, into its keyed hash.
    """
    values = _values(line, number)
    empty = [column for column in REQUIRED_VALUES if column not in values]
    if empty:
        raise ImportRefused(number, f"{empty[0]} is empty", "every call needs one")
    call = CallId(values.pop("pbx", DEFAULT_PBX), values.pop("call_id"))
    if "keys" in values:
        try:
            values["keys"] = parse_presses(values["keys"], call)
        except ValueError as error:
            raise ImportRefused(number, f"keys: {error}", "write key@ms, key@lo-hi or key@") from None
    if "caller" in values:
        values["caller"] = pseudonym(values["caller"])
    if values["outcome"] is Outcome.RATED and "category" not in values:
        raise ImportRefused(
            number, "the call is rated but category is empty", "write the category of its key, 0 = worst"
        )
    if "followup" in values:
        values["followup"] = values["followup"].value
    return HandledCall(call=call, **values)


def _values(line: Mapping[str, str], number: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, cell in line.items():
        if cell:
            try:
                values[column] = PARSERS[column](cell)
            except ValueError as error:
                raise ImportRefused(number, f'{column} is "{_shown(column, cell)}"', str(error)) from None
    return values


def differing_columns(row: HandledCall, other: HandledCall) -> Sequence[str]:
    """Return the columns in which two rows differ as a file would show them."""
    mine, theirs = typed_values(row), typed_values(other)
    return [column for column in COLUMNS if mine[column] != theirs[column]]


def _shown(column: str, cell: str) -> str:
    """Return a bad cell for a message, shortened; a caller's identifier is never shown."""
    if column == "caller":
        return "..."
    return cell if len(cell) <= 40 else cell[:37] + "..."
