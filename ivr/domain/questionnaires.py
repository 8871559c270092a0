"""Questionnaires: what layouts are to each other where one's ``then`` names another.

Every layout may begin a call. What follows its answer is a tree: an answer leads to questions, whose answers lead
to questions. It has to end (no layout leads back to itself, ten questions at most), each question has to be asked
once at most (its answer is stored under its layout's key), and all of it is spoken in one language.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from ivr.domain.layouts import COMMENT, Layout

MOST_QUESTIONS = 10


@dataclass(frozen=True, slots=True)
class QuestionnaireFault:
    """What is wrong at ``place`` of the layout ``key``, and what to write instead."""

    key: str
    place: str
    fault: str
    remedy: str


def questionnaire_faults(layouts: Mapping[str, Layout], unread: Collection[str] = ()) -> list[QuestionnaireFault]:
    """Return what is wrong between ``layouts``; ``unread`` are keys of layouts that could not be read themselves."""
    faults = [fault for layout in layouts.values() for fault in _direct_faults(layout, layouts, unread)]
    circles = [fault for layout in layouts.values() for fault in _circles(layout, layouts)]
    if circles:
        return faults + circles  # what follows is not defined where there is no end
    return faults + [fault for layout in layouts.values() for fault in _asked_too_often(layout, layouts)]


def following(layout: Layout, layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    """Return the keys of all ``layouts`` that can follow ``layout`` in a call, each once, the nearest first."""
    found: dict[str, None] = {}
    waiting = list(layout.leads_to())
    while waiting:
        key = waiting.pop(0)
        if key in layouts and key not in found:
            found[key] = None
            waiting.extend(layouts[key].leads_to())
    return tuple(found)


def _direct_faults(
    layout: Layout, layouts: Mapping[str, Layout], unread: Collection[str]
) -> Iterator[QuestionnaireFault]:
    for place, key in _named(layout):
        other = layouts.get(key)
        if other is None:
            if key not in unread:
                there = ", ".join(sorted(set(layouts) - {layout.key})) or "none"
                remedy = f"write one that is there ({there}), or add {key}.toml"
                yield QuestionnaireFault(layout.key, place, f"names the layout {key!r}, which does not exist", remedy)
        elif other.language != layout.language:
            yield QuestionnaireFault(
                layout.key,
                place,
                f"names {key}, which speaks {other.language!r} and not {layout.language!r}",
                f"name a layout in {layout.language!r}; a call has one language",
            )


def _circles(layout: Layout, layouts: Mapping[str, Layout]) -> Iterator[QuestionnaireFault]:
    for place, key in _named(layout):
        way = _way(key, layout.key, layouts)
        if way:
            shown = " -> ".join((layout.key, *way))
            yield QuestionnaireFault(layout.key, place, f"leads back to where it began: {shown}", f"leave {key} out")


def _way(begin: str, end: str, layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    """Return a way along ``then`` from ``begin`` to ``end``, both named, or nothing."""
    ways: list[tuple[str, ...]] = [(begin,)]
    seen = {begin}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        for key in layouts[way[-1]].leads_to() if way[-1] in layouts else ():
            if key not in seen:
                seen.add(key)
                ways.append((*way, key))
    return ()


def _asked_too_often(layout: Layout, layouts: Mapping[str, Layout]) -> Iterator[QuestionnaireFault]:
    for place, named in _after_answers(layout):
        for first, second in combinations(named, 2):
            twice = _all_of(first, layouts) & _all_of(second, layouts)
            if twice:
                again = min(twice)
                fault = f"can ask {again} twice in one call, by {first} and by {second}"
                yield QuestionnaireFault(layout.key, place, fault, "leave one of the two out")
    longest = _questions(layout, layouts)
    # Told where it begins to be too long, and not again by every layout that leads there.
    if longest > MOST_QUESTIONS and all(
        _questions(layouts[key], layouts) <= MOST_QUESTIONS for key in layout.leads_to() if key in layouts
    ):
        place = "then" if layout.then else next(place for place, _ in _named(layout))
        fault = f"makes {longest} questions in one call"
        yield QuestionnaireFault(layout.key, place, fault, f"name fewer; a call has {MOST_QUESTIONS} at most")


def _all_of(key: str, layouts: Mapping[str, Layout]) -> set[str]:
    return {key, *(following(layouts[key], layouts) if key in layouts else ())}


def _questions(layout: Layout, layouts: Mapping[str, Layout]) -> int:
    """Return the most questions that a call can have from ``layout`` on, itself counted."""
    return 1 + max(
        sum(_questions(layouts[key], layouts) for key in named if key in layouts) for _, named in _after_answers(layout)
    )


def _after_answers(layout: Layout) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what the answers lead to, in order; the place is the option's where it adds something."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for number, option in enumerate(layout.options, start=1):
        keys = tuple(key for key in (*option.then, *layout.then) if key != COMMENT)
        found[f"options[{number}].then" if option.then else "then", keys] = None
    yield from found


def _named(layout: Layout) -> Iterator[tuple[str, str]]:
    thens = [(f"options[{number}].then", option.then) for number, option in enumerate(layout.options, start=1)]
    for place, keys in (*thens, ("then", layout.then)):
        for key in keys:
            if key != COMMENT:
                yield place, key
