"""The prompts that a layout names: each has to have a transcript or a recording in the layout's language."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from ivr.catalogue.document import Document, Fault, Place
from ivr.catalogue.layout_mending import Values

KnownPrompts = Mapping[str, Collection[str]]
"""Language to the names of its prompts, spoken or recorded."""


def prompt_faults(document: Document, values: Values, known: KnownPrompts, *, unread: str) -> list[Fault]:
    """Return a fault for each prompt that is not ``known``; ``unread`` stands for one that could not be read."""
    language = values["language"]
    if language not in known:
        there = ", ".join(sorted(known)) or "none"
        remedy = f"write one of {there}, or add prompts/transcripts/{language}.toml"
        return [document.fault(("language",), f"has no prompts in {language!r}", remedy)]
    return [
        document.fault(
            place,
            f"names the prompt {name!r}, which has neither a transcript nor a recording in {language!r}",
            _nearest_prompts(name, language, known[language]),
        )
        for place, name in _named(values)
        if name and name != unread and name not in known[language]
    ]


def _named(values: Values) -> Iterator[tuple[Place, str]]:
    yield ("intro",), values["intro"]
    yield ("thanks",), values["thanks"]
    yield ("invalid",), values["invalid"]
    yield ("no_key",), values["no_key"]
    yield ("opted_out",), values["opted_out"] or ""
    for number, option in enumerate(values["options"], start=1):
        yield ("options", number, "prompt"), option.prompt
    confirmation, comment = values["confirmation"], values["comment"]
    yield ("confirmation", "prompt"), "" if confirmation is None else confirmation.prompt
    yield ("comment", "prompt"), "" if comment is None else comment.prompt


def _nearest_prompts(name: str, language: str, known: Collection[str]) -> str:
    near = get_close_matches(name, sorted(known), n=3, cutoff=0.75)
    add = f"add {name} to prompts/transcripts/{language}.toml"
    return f"write {' or '.join(near)}, or {add}" if near else add
