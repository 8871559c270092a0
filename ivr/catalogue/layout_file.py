"""A layout's file: one TOML document to its :class:`~ivr.domain.layouts.Layout`, all faults with line and remedy."""

from dataclasses import fields as fields_of

from ivr.catalogue.document import Document, Fault, in_file_order
from ivr.catalogue.fields import Fields
from ivr.catalogue.layout_mending import Values, build_layout
from ivr.catalogue.layout_prompts import KnownPrompts, prompt_faults
from ivr.domain.layouts import BargeIn, CommentRequest, Confirmation, Layout, Option

_LAYOUT_KEYS = tuple(field.name for field in fields_of(Layout))
_OPTION_KEYS = tuple(field.name for field in fields_of(Option))
_CONFIRMATION_KEYS = tuple(field.name for field in fields_of(Confirmation))
_COMMENT_KEYS = tuple(field.name for field in fields_of(CommentRequest))
_PROMPT_KINDS = tuple(field.name for field in fields_of(BargeIn))
_THEN = '["solved-12"]'
UNREAD = "?"
"""The prompt of an option whose own was written and could not be read: it has one, whichever it is."""


def read_layout(document: Document, known_prompts: KnownPrompts | None = None) -> tuple[Layout | None, list[Fault]]:
    """Return the layout of ``document``, or None and all faults in the order of the file.

    With ``known_prompts``, a layout that names any other prompt is refused as well.
    """
    faults: list[Fault] = []
    values = _values(document, faults)
    layout = build_layout(document, values, faults)
    if known_prompts is not None:
        faults.extend(prompt_faults(document, values, known_prompts, unread=UNREAD))
    return (None, in_file_order(faults)) if faults else (layout, [])


def _values(document: Document, faults: list[Fault]) -> Values:
    fields = Fields(document, (), faults, document.table)
    fields.allow(_LAYOUT_KEYS)
    key = fields.text("key", document.key, example=document.key)
    if key != document.key:
        remedy = f'write key = "{document.key}", or rename the file to {key}.toml'
        fields.note(("key",), f"is {key!r}, but the file is named {document.path.name}", remedy)
    return Values(
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
        barge_in=_barge_in(fields),
        repeat_key=fields.optional_text("repeat_key", example="*"),
        max_repeats=fields.integer("max_repeats", 2, default=2),
        max_invalid=fields.optional_integer("max_invalid", example=2),
        max_no_key=fields.optional_integer("max_no_key", example=2),
        opted_out=fields.optional_text("opted_out", example="opted-out"),
        confirmation=_confirmation(fields),
        comment=_comment(fields),
        then=fields.optional_texts("then", example=_THEN),
        longest_seconds=fields.optional_number("longest_seconds", example=120),
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
    prompt = fields.optional_text("prompt", example="press-1-satisfied")
    is_unread = fields.is_misspelt("prompt") or fields.raw("prompt") is not None
    return Option(
        press=fields.text("press", "", example="1"),
        category=fields.integer("category", 0, example="N, 0 is the worst"),
        prompt=prompt or (UNREAD if is_unread else ""),
        pause_after_seconds=fields.number("pause_after_seconds", default=0.0),
        also=fields.optional_texts("also", example='["*"]'),
        then=fields.optional_texts("then", example=_THEN),
        barge_in=fields.optional_flag("barge_in"),
    )


def _barge_in(fields: Fields) -> BargeIn:
    if not isinstance(fields.raw("barge_in"), dict):
        return BargeIn.everywhere(fields.flag("barge_in", default=True))
    kinds = fields.under("barge_in")
    kinds.allow(_PROMPT_KINDS)
    return BargeIn(**{kind: kinds.flag(kind, default=True) for kind in _PROMPT_KINDS})


def _confirmation(fields: Fields) -> Confirmation | None:
    if fields.raw("confirmation") is None:
        return None
    table = fields.under("confirmation")
    if not isinstance(fields.raw("confirmation"), dict):
        return Confirmation(UNREAD, 1.0)
    table.allow(_CONFIRMATION_KEYS)
    prompt = table.text("prompt", UNREAD, example="confirm")
    if table.required("probability", "probability = 0.05") is None:
        return Confirmation(prompt, 1.0)
    return Confirmation(prompt, table.number("probability", default=0.05))


def _comment(fields: Fields) -> CommentRequest | None:
    if fields.raw("comment") is None:
        return None
    table = fields.under("comment")
    usual = CommentRequest(UNREAD)
    if not isinstance(fields.raw("comment"), dict):
        return usual
    table.allow(_COMMENT_KEYS)
    return CommentRequest(
        prompt=table.text("prompt", UNREAD, example="comment-after-tone"),
        longest_seconds=table.number("longest_seconds", default=usual.longest_seconds),
        silence_seconds=table.number("silence_seconds", default=usual.silence_seconds),
        finish_key=table.optional_text("finish_key", example="#") or usual.finish_key,
        format=table.optional_text("format", example="wav") or usual.format,
        retention_days=table.integer("retention_days", usual.retention_days, default=usual.retention_days),
    )
