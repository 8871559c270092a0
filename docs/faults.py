"""Writes the fault table of ``docs/reliability.md`` from the records of a run.

    .venv/bin/python -m pytest tests/pbx/faults --fault-records build/faults.jsonl
    .venv/bin/python docs/faults.py build/faults.jsonl

``make faults`` does both. Nothing of the table is written by hand.
"""

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent / "reliability.md"
BEGIN = "<!-- fault table: begin (made by docs/faults.py) -->"
END = "<!-- fault table: end -->"

_HEAD = """\
| fault | calls | presses sent | stored | not acknowledged | duplicates | callers held too long | longest silence, s | \
remarks |
|---|---:|---:|---:|---:|---:|---:|---:|---|
"""


def fault_table(records: list[dict[str, Any]]) -> str:
    """Return the table, a row for each record in their order, and a row of sums."""
    rows = [_row(record["fault"], record, record["notes"]) for record in records]
    counted = ("calls", "sent", "stored", "unacknowledged", "duplicates", "held_too_long")
    sums = {name: sum(record[name] for record in records) for name in counted}
    longest = max((record["longest_hold_seconds"] for record in records), default=0.0)
    return _HEAD + "".join([*rows, _row("**all**", {**sums, "longest_hold_seconds": longest}, "")])


def with_table(page: str, table: str) -> str:
    """Return ``page`` with ``table`` between the two marks.

    Raises:
        ValueError: the page has no such marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has lost its marks; put back {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}{END}{after}"


def _row(fault: str, record: dict[str, Any], notes: str) -> str:
    cells = (
        fault,
        record["calls"],
        record["sent"],
        record["stored"],
        record["unacknowledged"],
        record["duplicates"],
        record["held_too_long"],
        f"{record['longest_hold_seconds']:.1f}",
        notes,
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def main() -> None:
    """Write the table from the file of records that is named."""
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    table = fault_table([json.loads(line) for line in lines])
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main()
