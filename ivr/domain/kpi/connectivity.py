"""Connectivity: what a chain of links joins, however long; two things that no chain joins cannot be compared."""

from collections.abc import Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def reached(start: Thing, links: Iterable[frozenset[Thing]]) -> frozenset[Thing]:
    """Return what ``links`` join to ``start``, itself among them; a link joins all that are in it to each other."""
    found, apart = {start}, list(links)
    while True:
        near = [link for link in apart if link & found]
        if not near:
            return frozenset(found)
        apart = [link for link in apart if not link & found]
        found.update(*near)
