"""The agenda of a call: which questions and comments are still to come, as the answers so far lead to them."""

from dataclasses import dataclass, replace
from typing import Self

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.layouts import COMMENT
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class Item:
    """A question to put, or a comment to ask for after the question ``name``; ``version`` is the question's layout."""

    name: str
    version: LayoutVersion
    is_comment: bool = False


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is still to come, in order; nothing comes twice in a call."""

    first: LayoutVersion
    coming: tuple[Item, ...] = ()
    put: frozenset[tuple[str, bool]] = frozenset()

    def answered(self, item: Item, keyed: str) -> Self:
        """Return the agenda after ``keyed`` answered ``item``: what follows from it comes before all the rest."""
        return replace(self, coming=(*following(item, keyed, self.first), *self.coming))

    def take(self) -> tuple[Item | None, Self]:
        """Return what comes next, None where all is done, and the agenda without it."""
        for number, item in enumerate(self.coming, start=1):
            identity = (item.name, item.is_comment)
            if identity not in self.put:
                return item, replace(self, coming=self.coming[number:], put=self.put | {identity})
        return None, replace(self, coming=())


def primary(version: LayoutVersion) -> Item:
    """Return the question that a call begins with."""
    return Item(PRIMARY_QUESTION, version)


def following(item: Item, keyed: str, first: LayoutVersion) -> tuple[Item, ...]:
    """Return what ``keyed`` leads to at once: what follows this answer, then what follows every answer."""
    layout = item.version.layout
    option = layout.option_of(keyed)
    named = (*(() if option is None else option.then), *layout.then)
    return tuple(
        Item(item.name, item.version, is_comment=True) if name == COMMENT else Item(name, first.further[name])
        for name in named
    )
