"""Layout files: a folder of ``KEY.toml``, or their texts from elsewhere, checked each alone and all together."""

from collections.abc import Iterable
from pathlib import Path

from ivr.catalogue.document import (
    Document,
    DocumentUnreadable,
    Fault,
    in_file_order,
    read_document,
    toml_files,
)
from ivr.catalogue.layout_file import read_layout
from ivr.catalogue.layout_mending import place_of
from ivr.catalogue.layout_prompts import KnownPrompts
from ivr.domain.layouts import Layout
from ivr.domain.questionnaires import questionnaire_faults
from ivr.errors import LayoutRefused


def load_layouts(folder: Path, known_prompts: KnownPrompts | None = None) -> dict[str, Layout]:
    """Return the layouts of ``folder`` by key.

    With ``known_prompts``, a layout that names any other prompt is refused as well.

    Raises:
        LayoutRefused: the first fault, by file and line.
    """
    return layouts_of(layout_documents(folder), known_prompts)


def layouts_of(documents: Iterable[Document | Fault], known_prompts: KnownPrompts | None = None) -> dict[str, Layout]:
    """Return the layouts of ``documents``, wherever they come from, by key.

    Raises:
        LayoutRefused: the first fault, by the document's path and line.
    """
    layouts, faults = read_layouts(documents, known_prompts)
    if faults:
        raise refusal(faults[0])
    return layouts


def check_layouts(folder: Path, known_prompts: KnownPrompts | None = None) -> list[str]:
    """Return every fault of every layout in ``folder``, a sentence each; empty where all is well."""
    try:
        documents = layout_documents(folder)
    except LayoutRefused as refused:
        return [str(refused)]
    return [str(fault) for fault in read_layouts(documents, known_prompts)[1]]


def layout_documents(folder: Path) -> list[Document | Fault]:
    """Return the files of ``folder``; a fault stands for one that could not be read.

    Raises:
        LayoutRefused: it is no folder, or holds no layout.
    """
    if not folder.is_dir():
        raise LayoutRefused(str(folder), "is no folder", "create it, or set IVR_LAYOUTS_DIR to the layouts' folder")
    paths = toml_files(folder)
    if not paths:
        raise LayoutRefused(str(folder), "holds no layout", "put at least one KEY.toml there, see docs/layouts.md")
    documents: list[Document | Fault] = []
    for path in paths:
        try:
            documents.append(read_document(path))
        except DocumentUnreadable as refused:
            documents.append(refused.fault)
    return documents


def read_layouts(
    documents: Iterable[Document | Fault], known_prompts: KnownPrompts | None = None
) -> tuple[dict[str, Layout], list[Fault]]:
    """Return the layouts that are sound, by key, and all faults in the order of ``documents``.

    That is what each is on its own and what they are to each other.
    """
    layouts: dict[str, Layout] = {}
    named: dict[str, Document] = {}
    unread: set[str] = set()
    faults: dict[Path, list[Fault]] = {}
    for document in documents:
        if isinstance(document, Fault):
            unread.add(document.path.stem if document.key is None else document.key)
            faults[document.path] = [document]
            continue
        layout, faults[document.path] = read_layout(document, known_prompts)
        if layout is None:
            unread.add(document.key)
        else:
            layouts[document.key] = layout
            named[document.key] = document
    for each in questionnaire_faults(layouts, unread):
        document = named[each.key]
        faults[document.path].append(document.fault(place_of(each.place), each.fault, each.remedy))
    return layouts, [fault for found in faults.values() for fault in in_file_order(found)]


def refusal(fault: Fault) -> LayoutRefused:
    """Return ``fault`` as the refusal of a layout."""
    return LayoutRefused(fault.where, fault.fault, fault.remedy)
