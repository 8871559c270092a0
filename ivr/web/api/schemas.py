"""Schemas: the shapes of the API's JSON, put together from a few kinds.

A record names every key that it may have, so that the description cannot fall behind the answers unnoticed.
"""

from collections.abc import Mapping

from ivr.web.routes import Schema

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def record(fields: Mapping[str, Schema] | None = None, /, **more: Schema) -> Schema:
    """Return the schema of an object that has exactly these keys; ``fields`` is for names that Python cannot write."""
    named = {**(fields or {}), **more}
    return {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}


def with_optional(schema: Schema, fields: Mapping[str, Schema] | None = None, /, **more: Schema) -> Schema:
    """Return a record's schema with keys that may be missing."""
    properties = schema["properties"]
    assert isinstance(properties, Mapping), "only a record has keys"  # noqa: S101 - for whoever writes a schema
    return {**schema, "properties": {**properties, **(fields or {}), **more}}


def joined(*records: Schema) -> Schema:
    """Return the schema of an object that has the keys of all ``records``."""
    fields: dict[str, Schema] = {}
    required: list[str] = []
    for each in records:
        properties, needed = each["properties"], each["required"]
        assert isinstance(properties, Mapping), "only a record has keys"  # noqa: S101 - for whoever writes a schema
        assert isinstance(needed, list), "only a record needs keys"  # noqa: S101 - for whoever writes a schema
        fields |= properties
        required += needed
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def maybe(schema: Schema) -> Schema:
    """Return the schema of something that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def map_of(schema: Schema) -> Schema:
    """Return the schema of an object whose keys are names of things."""
    return {"type": "object", "additionalProperties": schema}


def choice(*values: str) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": list(values)}


def said(schema: Schema, description: str) -> Schema:
    """Return ``schema`` with what it is about."""
    return {**schema, "description": description}


def called(name: str) -> Schema:
    """Return a reference to one of COMPONENTS."""
    return {"$ref": f"#/components/schemas/{name}"}


_JUDGED: Mapping[str, Schema] = {
    "status": choice("ok", "wide", "insufficient", "not_identified", "refused"),
    "reasons": list_of(TEXT),
}
JUDGED = record(_JUDGED)
INTERVAL = record(
    {
        "estimate": maybe(NUMBER),
        "lo": maybe(NUMBER),
        "hi": maybe(NUMBER),
        "unit": TEXT,
        "n": NUMBER,
        "method": TEXT,
        **_JUDGED,
    }
)
ESTIMATE = called("Estimate")
PROBLEM = called("Problem")
WINDOW = called("Window")
NAMED_FILTERS = record(queue=maybe(TEXT), site=maybe(TEXT), language=maybe(TEXT))
SELECTED = record(window=WINDOW, filters=called("Filters"))

COMPONENTS: Mapping[str, Schema] = {
    "Estimate": said(
        INTERVAL,
        "A figure with its 95 % interval, what it was made of and how far it can be trusted; "
        "estimate, lo and hi are null where there is no figure, and the reasons say why.",
    ),
    "Window": record({"from": maybe(MOMENT), "to": maybe(MOMENT)}),
    "Filters": NAMED_FILTERS,
    "Problem": said(record(error=TEXT), "Why there is no other answer, in one sentence with the remedy."),
}
"""What is named in the description, so that it stands there once."""

NAME: Schema = {"type": "string", "pattern": r"^[^\u0000-\u001f\u007f]*$"}
"""The name of something: anything that can be printed."""
FILTERS: Mapping[str, Schema] = {
    "from": said(DAY, "The first day."),
    "to": said(DAY, "The last day; it is in the window."),
    "queue": said(NAME, "Calls of this queue."),
    "site": said(NAME, "Calls of this site."),
    "language": said(NAME, "Calls in this language."),
    "team": said(NAME, "Calls credited to this team; one out of the reader's scope is not there."),
}
"""The parameters that select calls, on every address that takes them."""
CENTRE_FILTERS: Mapping[str, Schema] = {name: schema for name, schema in FILTERS.items() if name != "team"}
"""Those of figures of the whole centre, in which no person and no team is told apart."""
PLACE_FILTERS: Mapping[str, Schema] = {name: FILTERS[name] for name in ("queue", "site")}
"""Those of what is about today."""
