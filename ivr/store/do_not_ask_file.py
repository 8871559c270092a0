"""The do-not-ask list as a CSV file: one caller a line, by number or by hash when it is read, by hash when written."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from ivr.domain.do_not_ask import DoNotAskEntry
from ivr.errors import ImportRefused
from ivr.store.csv_lines import CsvLines

COLUMNS = ("caller", "at", "source", "who")
IMPORTED = "import"
_LONGEST_WORD = 200


def read_do_not_ask(
    path: Path, *, pseudonym: Callable[[str], str | None], now: datetime, who: str
) -> Iterator[DoNotAskEntry]:
    """Yield a refusal for each line; ``caller`` has to be there, the other columns may be.

    ``pseudonym`` turns a number into its hash and leaves a hash as it is. Where a line does not say so, the entry is
    made ``now``, by ``who``. Raises ImportRefused.
    """
    columns: list[str] | None = None
    for line, cells in CsvLines(path):
        if columns is None:
            columns = _header(line, cells)
            continue
        if len(cells) != len(columns):
            raise ImportRefused(
                line, f"it has {len(cells)} cells and the header {len(columns)}", "add or remove commas"
            )
        values = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
        yield DoNotAskEntry(
            caller=_caller(line, values["caller"], pseudonym),
            at=_moment(line, values.get("at"), now),
            is_refusal=True,
            source=_word(line, "source", values.get("source")) or IMPORTED,
            who=_word(line, "who", values.get("who")) or who,
        )
    if columns is None:
        raise ImportRefused(
            1, f"{path} is empty", f"write a header, {','.join(COLUMNS)}, of which caller has to be there"
        )


def write_do_not_ask(entries: Iterable[DoNotAskEntry], target: TextIO) -> int:
    """Write ``entries`` as :func:`read_do_not_ask` takes them; return how many."""
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for entry in entries:
        writer.writerow((entry.caller, entry.at.isoformat(), entry.source, entry.who or ""))
        count += 1
    return count


def _header(line: int, cells: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    remedy = f"write columns of {', '.join(COLUMNS)}, each once, caller among them"
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown:
        raise ImportRefused(line, f"the column {unknown[0]!r} is not known", remedy)
    if "caller" not in columns or len(set(columns)) != len(columns):
        raise ImportRefused(line, "the header names caller not at all, or a column twice", remedy)
    return columns


def _caller(line: int, text: str, pseudonym: Callable[[str], str | None]) -> str:
    caller = pseudonym(text)
    if caller is None:
        # Not quoted: what is no number here may be one with a slip in it.
        raise ImportRefused(line, "the caller is neither a number nor a hash", "write a number, or h1: and 64 digits")
    return caller


def _moment(line: int, text: str | None, now: datetime) -> datetime:
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ImportRefused(
            line, f"at is {text[:40]!r}, no time with an offset", "write it as 2026-01-31T08:00:00+01:00"
        )
    if moment > now:
        raise ImportRefused(line, f"at is {text}, which is yet to come", "write when the caller said so, or nothing")
    return moment


def _word(line: int, column: str, text: str | None) -> str | None:
    if text and (len(text) > _LONGEST_WORD or not text.isprintable()):
        raise ImportRefused(line, f"{column} is no short text", f"write up to {_LONGEST_WORD} printable characters")
    return text or None
