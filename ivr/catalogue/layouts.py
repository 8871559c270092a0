"""Layout files: ``KEY.toml`` to :class:`~ivr.domain.layouts.Layout`, each fault with its line and remedy.

What a layout must be stands in the domain, which refuses at the first fault. To tell an operator all of them
at once, a refused value is replaced by a harmless one and the layout is built again, as a compiler goes on
after an error.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypedDict

from ivr.catalogue.document import (
    Document,
    DocumentUnreadable,
    Fault,
    in_file_order,
    read_document,
    toml_files,
)
from ivr.catalogue.fields import Fields
from ivr.domain.layouts import DTMF_KEYS, BargeIn, Layout, Option
from ivr.errors import LayoutRefused

KnownPrompts = Mapping[str, Collection[str]]
"""Language to the names of its prompts, spoken or recorded."""

_LAYOUT_KEYS = tuple(field.name for field in fields_of(Layout))
_OPTION_KEYS = tuple(field.name for field in fields_of(Option))
_OPTION_PLACE = re.compile(r"options\[(\d+)\]\.(\w+)")


class _Values(TypedDict):
    key: str
    language: str
    question: str
    categories: tuple[str, ...]
    intro: str
    thanks: str
    invalid: str
    no_key: str
    options: tuple[Option, ...]
    opt_out_key: str | None
    max_tries: int
    timeout_seconds: float
    barge_in: BargeIn


def load_layouts(folder: Path, known_prompts: KnownPrompts | None = None) -> dict[str, Layout]:
    """Return the layouts of ``folder`` by key.

    With ``known_prompts``, a layout that names any other prompt is refused as well.

    Raises:
        LayoutRefused: the first fault, by file and line.
    """
    layouts: dict[str, Layout] = {}
    for path in _layout_files(folder):
        layout, faults = read_layout(path, known_prompts)
        if layout is None:
            raise refusal(faults[0])
        layouts[layout.key] = layout
    return layouts


def check_layouts(folder: Path, known_prompts: KnownPrompts | None = None) -> list[str]:
    """Return every fault of every layout in ``folder``, a sentence each; empty where all is well."""
    try:
        paths = _layout_files(folder)
    except LayoutRefused as refused:
        return [str(refused)]
    return [str(fault) for path in paths for fault in read_layout(path, known_prompts)[1]]


def read_layout(path: Path, known_prompts: KnownPrompts | None = None) -> tuple[Layout | None, list[Fault]]:
    """Return the layout of one file, or None and all faults in the order of the file."""
    try:
        document = read_document(path)
    except DocumentUnreadable as refused:
        return None, [refused.fault]
    faults: list[Fault] = []
    values = _values(document, faults)
    layout = _build(document, values, faults)
    if known_prompts is not None:
        faults.extend(_prompt_faults(document, values, known_prompts))
    return (None, in_file_order(faults)) if faults else (layout, [])


def refusal(fault: Fault) -> LayoutRefused:
    """Return ``fault`` as the refusal of a layout."""
    return LayoutRefused(fault.where, fault.fault, fault.remedy)


def _layout_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise LayoutRefused(str(folder), "is no folder", "create it, or set IVR_LAYOUTS_DIR to the layouts' folder")
    paths = toml_files(folder)
    if not paths:
        raise LayoutRefused(str(folder), "holds no layout", "put at least one KEY.toml there, see docs/layouts.md")
    return paths


def _values(document: Document, faults: list[Fault]) -> _Values:
    fields = Fields(document, (), faults, document.table)
    fields.allow(_LAYOUT_KEYS)
    stem = document.path.stem
    key = fields.text("key", stem, example=stem)
    if key != stem:
        remedy = f'write key = "{stem}", or rename the file to {key}.toml'
        fields.note(("key",), f"is {key!r}, but the file is named {document.path.name}", remedy)
    return _Values(
        key=key,
        language=fields.text("language", "en", example="en"),
        question=fields.text("question", "satisfaction", example="satisfaction"),
        categories=fields.texts("categories", (), example='["dissatisfied", "so-so", "satisfied"]'),
        intro=fields.text("intro", "", example="intro"),
        thanks=fields.text("thanks", "", example="thanks"),
        invalid=fields.text("invalid", "", example="invalid"),
        no_key=fields.text("no_key", "", example="no-key"),
        options=_options(document, fields, faults),
        opt_out_key=fields.optional_text("opt_out_key", example="9"),
        max_tries=fields.integer("max_tries", 2, default=2),
        timeout_seconds=fields.number("timeout_seconds", default=5.0),
        barge_in=BargeIn.everywhere(fields.flag("barge_in", default=True)),
    )


def _options(document: Document, fields: Fields, faults: list[Fault]) -> tuple[Option, ...]:
    tables = fields.raw("options")
    if tables is None:
        return ()
    if not isinstance(tables, list):
        fields.note(("options",), "is no list of tables", "write [[options]] above each option, in double brackets")
        return ()
    return tuple(
        _option(Fields(document, ("options", number), faults, table)) for number, table in enumerate(tables, start=1)
    )


def _option(fields: Fields) -> Option:
    fields.allow(_OPTION_KEYS)
    return Option(
        press=fields.text("press", "", example="1"),
        category=fields.integer("category", 0),
        prompt=fields.text("prompt", "", example="press-1-satisfied"),
        pause_after_seconds=fields.number("pause_after_seconds", default=0.0),
    )


def _build(document: Document, values: _Values, faults: list[Fault]) -> Layout | None:
    """Build the layout; note what the domain refuses, unless a fault was already noted at the same place."""
    noted = {fault.place for fault in faults}
    mended = values.copy()
    # Each round mends one place for good, so the rounds are bounded by the number of places.
    for _ in range(len(_LAYOUT_KEYS) + len(_OPTION_KEYS) * len(values["options"])):
        try:
            return Layout(**mended)
        except LayoutRefused as refused:
            if refused.place not in noted and not _is_stand_in(refused.place, values):
                faults.append(_at_place(document, refused))
            if not _mend(mended, refused.place):
                return None
    return None


def _at_place(document: Document, refused: LayoutRefused) -> Fault:
    option = _OPTION_PLACE.fullmatch(refused.place)
    place = ("options", int(option[1]), option[2]) if option else (refused.place,)
    return document.fault(place, refused.fault, refused.remedy)


def _is_stand_in(place: str, values: _Values) -> bool:
    """Tell whether the value at ``place`` was never written: it is noted as missing already."""
    if place == "categories":
        return values["categories"] == ()
    option = _OPTION_PLACE.fullmatch(place)
    return option is not None and option[2] == "press" and values["options"][int(option[1]) - 1].press == ""


def _mend(values: _Values, place: str) -> bool:
    """Put a harmless value at ``place``; tell whether there is one."""
    options = values["options"]
    option = _OPTION_PLACE.fullmatch(place)
    if option:
        index = int(option[1]) - 1
        taken = {each.press for each in options} | {values["opt_out_key"]}
        free = next((key for key in DTMF_KEYS if key not in taken), None)
        harmless: dict[str, dict[str, object]] = {
            "press": {"press": free},
            "category": {"category": 0},
            "pause_after_seconds": {"pause_after_seconds": 0.0},
        }
        if option[2] not in harmless or free is None:
            return False
        mended = replace(options[index], **harmless[option[2]])  # type: ignore[arg-type]
        values["options"] = (*options[:index], mended, *options[index + 1 :])
        return True
    if place == "categories":
        # As many as the options speak of, so that the options are not refused for the categories' fault.
        count = max(
            2, len(values["categories"]), *(each.category + 1 for each in options if each.category < len(DTMF_KEYS))
        )
        values["categories"] = tuple(str(number) for number in range(count))
    elif place in _HARMLESS:
        values[place] = _HARMLESS[place]  # type: ignore[literal-required]
    else:
        return False
    return True


_HARMLESS: Mapping[str, object] = {
    "key": "layout",
    "language": "en",
    "question": "question",
    "opt_out_key": None,
    "max_tries": 1,
    "timeout_seconds": 1.0,
}


def _prompt_faults(document: Document, values: _Values, known: KnownPrompts) -> list[Fault]:
    language = values["language"]
    if language not in known:
        there = ", ".join(sorted(known)) or "none"
        remedy = f"write one of {there}, or add prompts/transcripts/{language}.toml"
        return [document.fault(("language",), f"has no prompts in {language!r}", remedy)]
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("intro",), values["intro"]),
        (("thanks",), values["thanks"]),
        (("invalid",), values["invalid"]),
        (("no_key",), values["no_key"]),
    ]
    named += [
        (("options", number, "prompt"), option.prompt) for number, option in enumerate(values["options"], start=1)
    ]
    return [
        document.fault(
            place,
            f"names the prompt {name!r}, which has neither a transcript nor a recording in {language!r}",
            _nearest_prompts(name, language, known[language]),
        )
        for place, name in named
        if name and name not in known[language]
    ]


def _nearest_prompts(name: str, language: str, known: Collection[str]) -> str:
    near = get_close_matches(name, sorted(known), n=3, cutoff=0.75)
    add = f"add {name} to prompts/transcripts/{language}.toml"
    return f"write {' or '.join(near)}, or {add}" if near else add
