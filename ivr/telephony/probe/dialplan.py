"""The dialplan as text and as Asterisk has it loaded, line by line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_CONTEXT = re.compile(r"\[(?P<context>[^]]+)\]")
_LINE = re.compile(
    r"(?:exten\s*=>?\s*(?P<extension>[^,]+),|same\s*=>?\s*)"
    r"(?P<priority>\d+|n)(?:\((?P<label>[^)]*)\))?,(?P<application>\w+)(?:\((?P<data>.*)\))?\s*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"(?<!\\);.*$")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a dialplan: what runs at a priority of an extension, and the line's label if it has one."""

    context: str
    extension: str
    priority: int
    application: str
    data: str
    label: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as Asterisk's own command line writes it."""
        return f"{self.extension}@{self.context}, priority {self.priority}"

    @property
    def deed(self) -> str:
        """What it does, without where."""
        return f"{self.application}({self.data})"


def written_steps(text: str) -> list[Step]:
    """Read the steps of a file in the form of the shipped dialplan; other lines are passed over."""
    steps: list[Step] = []
    context, extension, priority = "", "", 0
    for raw in text.splitlines():
        line = _COMMENT.sub("", raw).strip()
        if found := _CONTEXT.match(line):
            context = found["context"]
        elif found := _LINE.match(line):
            extension = (found["extension"] or extension).strip()
            priority = priority + 1 if found["priority"] == "n" else int(found["priority"])
            data = (found["data"] or "").replace("\\;", ";")
            steps.append(Step(context, extension, priority, found["application"], data, found["label"] or ""))
    return steps


def loaded_steps(rows: Iterable[Mapping[str, str]]) -> list[Step]:
    """Return the steps among the rows of ShowDialPlan, in the order of the file."""
    return [
        Step(
            row["Context"],
            row["Extension"],
            int(row["Priority"]),
            row["Application"],
            row.get("AppData", ""),
            row.get("ExtensionLabel", ""),
        )
        for row in rows
        if row.get("Priority", "").isdigit() and "Application" in row
    ]


def arguments(text: str) -> list[str]:
    """Split an application's data at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
