"""The closed lists behind the metrics' labels; never a call, a caller or an agent."""

from dataclasses import dataclass

OTHER = "other"
"""Counts whatever is on no list."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What each label can be. The rooms that measure own the lists; whoever joins the rooms hands them over."""

    verbs: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    discards: tuple[str, ...] = ()
    write_refusals: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
