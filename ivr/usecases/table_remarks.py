"""The sentences under a table of figures: what asks for action first, each once, with those whom it is about.

Sentences that differ in their numbers alone are told as one, with the least and the greatest of each number: of forty
agents nobody reads forty lines. What each single row says is in the CSV.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.appraisal import LEADS
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.kpi.pace import UNTIL_TOLD_APART
from ivr.domain.kpi.top_box import MIXES
from ivr.usecases.figure_text import status_text

_MOST_NAMES = 5
_MOST_REMARKS = 12
# The digits of a name, as in sequential-123, are no number.
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_ONE = re.compile(r"(?<![\w.,-])1 ((?:more )?(?:rating|week|call))\b")
_SINGLE = re.compile(r"(?<![\w.,-])(?<!to )1 ((?:more )?(?:rating|week|call))s\b")


class _Rank(IntEnum):
    """Where a sentence stands, the first on top."""

    FLAG = 0
    NONE = 1
    PACE = 2
    NOTE = 3
    WIDE = 4
    MIXTURE = 5
    APPRAISAL = 6
    LEADS = 7


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence about one row."""

    rank: _Rank
    sentence: str
    whose: str


def agent_remarks(rows: Iterable[AgentFigures]) -> tuple[str, ...]:
    """Say what belongs to the agents' figures."""
    return _shortened(_grouped([each for row in rows for each in (*_reasons(row), *_notes(row))]))


def layout_remarks(rows: Iterable[LayoutFigures]) -> tuple[str, ...]:
    """Say which layouts lead callers, and what belongs to the layouts' figures."""
    known = tuple(rows)
    leading = [row for row in known if row.leads]
    signed = ["nobody signed" if row.signed_by is None else f"signed by {row.signed_by}" for row in leading]
    leads = [f"{layout_name(row)} leads callers, {who}" for row, who in zip(leading, signed, strict=True)]
    said = [
        each
        for row in known
        for each in _told(
            layout_name(row),
            (
                ("observed", row.observed),
                ("against the reference", row.effect_points),
                ("burden", row.burden_seconds),
                ("mis-keys", row.mis_key_rate),
            ),
        )
    ]
    return _shortened([*leads, *_grouped(said)])


def agent_name(row: AgentFigures) -> str:
    """Name the agent of a row."""
    return row.agent or "(without agent)"


def layout_name(row: LayoutFigures) -> str:
    """Name the layout of a row."""
    return row.layout or "(no layout)"


def _reasons(row: AgentFigures) -> Iterable[_Said]:
    named = (("observed", row.observed), ("standardised", row.standardised), ("corrected", row.corrected))
    yield from _told(agent_name(row), named)
    judged = row.appraisal
    if judged != row.observed and judged.status is not Status.OK and judged.reasons:
        # The further reasons say what is kept out, and that is told of all together.
        yield _Said(_Rank.APPRAISAL, f"appraisal {status_text(judged.status)}: {judged.reasons[0]}", agent_name(row))


def _told(whose: str, figures: Iterable[tuple[str, Estimate]]) -> Iterable[_Said]:
    """Say why figures are missing or wide; those with the same reason together."""
    about: dict[tuple[Status, str], list[str]] = {}
    for name, figure in figures:
        if figure.status is not Status.OK and figure.reasons:
            about.setdefault((figure.status, "; ".join(figure.reasons)), []).append(name)
    for (status, why), names in about.items():
        rank = _Rank.WIDE if status is Status.WIDE else _Rank.NONE
        yield _Said(rank, f"{', '.join(names)} {status_text(status)}: {why}", whose)


def _notes(row: AgentFigures) -> Iterable[_Said]:
    for note in row.notes:
        if note.endswith(UNTIL_TOLD_APART):
            rank = _Rank.PACE
        elif note.startswith(MIXES):
            rank = _Rank.MIXTURE
        elif LEADS in note:
            rank = _Rank.LEADS
        else:
            rank = _Rank.FLAG if row.flags else _Rank.NOTE
        yield _Said(rank, note, agent_name(row))


def _grouped(said: Sequence[_Said]) -> list[str]:
    groups: dict[str, list[_Said]] = {}
    for each in said:
        groups.setdefault(_pattern(each), []).append(each)
    # What is said of unflagged agents too is no matter of the flag.
    ranked = [(max(each.rank for each in group), group) for group in groups.values()]
    ranked.sort(key=lambda each: (each[0], len(each[1])))
    return [f"{_merged(group)} [{_named([each.whose for each in group])}]" for _, group in ranked]


def _pattern(said: _Said) -> str:
    if said.rank is _Rank.MIXTURE:
        return said.sentence.partition(":")[0]
    return _NUMBER.sub("#", _ONE.sub(r"1 \1s", said.sentence))


def _merged(group: Sequence[_Said]) -> str:
    sentences = list(dict.fromkeys(each.sentence for each in group))
    if len(sentences) == 1:
        return sentences[0]
    if group[0].rank is _Rank.MIXTURE:
        names = {name for sentence in sentences for name in sentence.partition(": ")[2].split(", ")}
        return f"{_pattern(group[0])}: two or more of {', '.join(sorted(names))}"
    plural = [_ONE.sub(r"1 \1s", sentence) for sentence in sentences]
    columns = iter([_range(numbers) for numbers in zip(*(_NUMBER.findall(each) for each in plural), strict=True)])
    return _SINGLE.sub(r"1 \1", _NUMBER.sub(lambda _: next(columns), plural[0]))


def _range(numbers: Sequence[str]) -> str:
    ordered = sorted(numbers, key=lambda each: float(each.replace(",", "")))
    return ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]} to {ordered[-1]}"


def _shortened(remarks: Sequence[str]) -> tuple[str, ...]:
    more = len(remarks) - _MOST_REMARKS
    rest = () if more <= 0 else (f"{more} more: --format csv has every row's in its columns notes and reasons",)
    return (*remarks[:_MOST_REMARKS], *rest)


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_NAMES])} and {more} more"
