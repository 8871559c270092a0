"""Bounds of a call: no layout may ask longer than it says, and none longer than the house allows."""

from collections.abc import Iterable, Mapping
from math import ceil

from ivr.catalogue.document import Document, Fault
from ivr.catalogue.layouts import refusal
from ivr.domain.bounds import worst_case_seconds
from ivr.domain.layouts import LONGEST_CALL_SECONDS
from ivr.domain.timelines import LayoutVersion


def bound_faults(versions: Mapping[str, LayoutVersion], documents: Iterable[Document | Fault]) -> list[Fault]:
    """Return a fault for each of ``versions`` whose bound cannot hold, in the order of ``documents``."""
    read = (document for document in documents if isinstance(document, Document) and document.key in versions)
    found = (_fault(versions[document.key], document) for document in read)
    return [fault for fault in found if fault is not None]


def refuse_too_long(versions: Mapping[str, LayoutVersion], documents: Iterable[Document | Fault]) -> None:
    """Refuse the first of ``versions`` whose bound cannot hold.

    Raises:
        LayoutRefused: by the layout's file and the line of longest_seconds, where it has one.
    """
    for fault in bound_faults(versions, documents):
        raise refusal(fault)


def _fault(version: LayoutVersion, document: Document) -> Fault | None:
    worst = worst_case_seconds(version)
    own = version.layout.longest_seconds
    if own is not None and worst > own:
        return document.fault(
            ("longest_seconds",),
            f"is {own:g}, but a call can take {worst:.1f} s (each choice in its worst case, what follows included)",
            f"write {ceil(worst)} or more, or fewer tries, questions or a shorter comment",
        )
    if worst > LONGEST_CALL_SECONDS:
        return document.fault(
            (),
            f"can take {worst:.1f} s of a caller, and no call may take more than {LONGEST_CALL_SECONDS:g} s",
            "write fewer tries, questions or a shorter comment",
        )
    return None
