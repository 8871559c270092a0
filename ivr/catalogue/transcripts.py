"""Transcripts: what each prompt says, a file for each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.catalogue.document import (
    Document,
    DocumentUnreadable,
    Fault,
    in_file_order,
    read_document,
    toml_files,
)
from ivr.catalogue.recordings import recording_path
from ivr.domain.timelines import SILENCE
from ivr.errors import PromptRefused

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Transcripts:
    """The prompts of one language: name to text, in the order of the file."""

    language: str
    texts: Mapping[str, str]


def load_transcripts(folder: Path) -> dict[str, Transcripts]:
    """Return the transcripts of ``folder`` (``LANGUAGE.toml``) by language.

    Raises:
        PromptRefused: the first fault, by file and line; or there is no transcript.
    """
    paths = toml_files(folder) if folder.is_dir() else []
    if not paths:
        raise PromptRefused(f'{folder}: holds no transcript; put LANGUAGE.toml with lines name = "text" there')
    return {path.stem: _read(path) for path in paths}


def known_prompts(transcripts: Mapping[str, Transcripts], sounds_dir: Path) -> dict[str, frozenset[str]]:
    """Return, by language, the prompts that have a transcript or a recording."""
    languages = set(transcripts)
    if sounds_dir.is_dir():
        languages |= {path.parent.name for path in sounds_dir.glob("*/ivr-rating")}
    known: dict[str, frozenset[str]] = {}
    for language in sorted(languages):
        spoken = set(transcripts[language].texts) if language in transcripts else set()
        recorded = {path.stem for path in recording_path(sounds_dir, language, "x").parent.glob("*.wav")}
        known[language] = frozenset(spoken | recorded - {SILENCE})
    return known


def _read(path: Path) -> Transcripts:
    try:
        document = read_document(path)
    except DocumentUnreadable as refused:
        raise PromptRefused(str(refused)) from refused
    if faults := in_file_order(list(_faults(document))):
        raise PromptRefused(str(faults[0]))
    return Transcripts(path.stem, {name: str(text).strip() for name, text in document.table.items()})


def _faults(document: Document) -> list[Fault]:
    faults: list[Fault] = []
    for name, text in document.table.items():
        if not _NAME.fullmatch(name):
            faults.append(document.fault((name,), "is no prompt's name", "write letters, digits, - and _ only"))
        elif name == SILENCE:
            faults.append(document.fault((name,), "is the name of the built-in silence", "choose another name"))
        elif not isinstance(text, str) or not text.strip():
            remedy = f'write what it says in quotes, {name} = "..."'
            faults.append(document.fault((name,), "has no text", remedy))
    return faults
