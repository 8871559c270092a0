"""Warnings: what is allowed in layouts and seldom meant, each with its place and what to do about it."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from ivr.catalogue.document import Document, Fault
from ivr.catalogue.transcripts import Transcripts
from ivr.domain.layouts import Layout
from ivr.domain.leading import why_layout_leads

_NUMBER = re.compile(r"(?<![\w.,])\d{1,2}(?![\w])")
"""A key in a sentence: every language writes them in the same digits."""


def layout_warnings(
    documents: Iterable[Document | Fault],
    layouts: Mapping[str, Layout],
    transcripts: Mapping[str, Transcripts],
    *,
    leading_of: Container[str | None] | None = None,
) -> list[str]:
    """Return what is odd about the sound ``layouts`` among ``documents``, a sentence each.

    ``leading_of``: of which layouts it is told that they lead; None: of all.
    """
    warnings: list[Fault] = []
    for document in documents:
        if not isinstance(document, Document) or document.key not in layouts:
            continue
        layout = layouts[document.key]
        if leading_of is None or document.key in leading_of:
            warnings.extend(_leading(document, layout))
        warnings.extend(_warnings(document, layout, transcripts))
        warnings.extend(_turned(document, layout, layouts))
    return [str(warning) for warning in warnings]


def _leading(document: Document, layout: Layout) -> Iterator[Fault]:
    for reason in why_layout_leads(layout):
        remedy = "keep it out of appraisal figures, or have a named person sign for it (ivr layouts sign)"
        yield document.fault((), f"is a leading layout: {reason}", remedy)


def _turned(document: Document, layout: Layout, layouts: Mapping[str, Layout]) -> Iterator[Fault]:
    """Yield where the categories are another layout's the other way round; which is wrong only a reader can tell."""
    backwards = layout.categories[::-1]
    for key, other in sorted(layouts.items()):
        is_alike = (other.question, other.language) == (layout.question, layout.language)
        if is_alike and other.categories == backwards and backwards != layout.categories:
            fault = f"are those of {key} the other way round, and must run from worst to best in every file"
            remedy = "turn the wrong list round, and for other keys change the options' category numbers alone"
            yield document.fault(("categories",), fault, remedy)
            return


def _warnings(document: Document, layout: Layout, transcripts: Mapping[str, Transcripts]) -> Iterator[Fault]:
    chosen = {option.category for option in layout.options}
    for number, name in enumerate(layout.categories):
        if number not in chosen:
            yield document.fault(
                ("categories",), f"names {name!r}, which no option stands for", "give it an option, or leave it out"
            )
    yield from _without_effect(document, layout)
    if layout.language in transcripts:
        yield from _misnamed_keys(document, layout, transcripts[layout.language].texts)


def _without_effect(document: Document, layout: Layout) -> Iterator[Fault]:
    for place, most in (("max_invalid", layout.max_invalid), ("max_no_key", layout.max_no_key)):
        if most is not None and most > layout.max_tries:
            fault = f"is {most}, and max_tries, which is {layout.max_tries}, ends the question before"
            yield document.fault((place,), fault, "raise max_tries, or leave it out")
    for number, option in enumerate(layout.options, start=1):
        if option.barge_in is not None and not option.prompt:
            fault = "has no effect without a prompt of its own"
            yield document.fault(("options", number, "barge_in"), fault, "set it where the recording is named")
    for place, wanted, value in (
        ("max_repeats", "repeat_key", layout.repeat_key),
        ("opted_out", "opt_out_key", layout.opt_out_key),
    ):
        if place in document.table and value is None:
            yield document.fault((place,), f"has no effect without {wanted}", f"add {wanted}, or leave it out")


def _misnamed_keys(document: Document, layout: Layout, texts: Mapping[str, str]) -> Iterator[Fault]:
    """Yield where a recording names a key that the layout does not have, or reads a choice with none of its keys.

    In a recording that reads several choices every number has to be a key; which choice it is said of is not seen.
    """
    keys = {keyed for option in layout.options for keyed in option.presses}
    keys |= {key for key in (layout.opt_out_key, layout.repeat_key) if key is not None}
    for named in _NUMBER.findall(texts.get(layout.intro, "")):
        if named not in keys:
            fault = f"names key {named} ({texts[layout.intro]!r}), which means nothing here"
            yield document.fault(("intro",), fault, "write another intro, or give the key its meaning")
    for number, option in enumerate(layout.options, start=1):
        named = _NUMBER.findall(texts.get(option.prompt, ""))
        if number < len(layout.options) and not layout.options[number].prompt:
            for unknown in sorted(set(named) - keys, key=named.index):
                fault = f"names key {unknown} ({texts[option.prompt]!r}), which means nothing here"
                yield document.fault(
                    ("options", number, "prompt"), fault, "name a recording of these keys, or give the key its meaning"
                )
        elif named and not set(named) & set(option.presses):
            fault = f"says {texts[option.prompt]!r}, and the key is {option.press}"
            yield document.fault(("options", number, "prompt"), fault, "name the recording of this key")
