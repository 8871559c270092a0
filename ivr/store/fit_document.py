"""The document of a fit: fitted figures as JSON text and back, exactly, whatever fields they have.

The types of the fields say how a value is read, so a field that is added later needs no word here; in a document of
before it takes its default.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from ivr.domain.kpi.fitted import FittedFigures


def document_of(figures: FittedFigures) -> str:
    """Return ``figures`` as a text; floats keep their last digit."""
    return json.dumps(_plain(figures), separators=(",", ":"), ensure_ascii=False)


def figures_of(document: str) -> FittedFigures:
    """Return the figures of a text that :func:`document_of` wrote; raises ValueError for any other."""
    try:
        figures = _typed(json.loads(document), FittedFigures)
    except (TypeError, KeyError, AttributeError) as fault:
        raise ValueError("this is no document of a fit") from fault
    if not isinstance(figures, FittedFigures):
        raise ValueError("this is no document of a fit")
    return figures


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _typed(value: Any, kind: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return None if value is None else _typed(value, next(part for part in parts if part is not type(None)))
    if origin is tuple:
        each = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        return tuple(_typed(one, of) for one, of in zip(value, each, strict=True))
    if origin is not None:
        return {key: _typed(one, parts[1]) for key, one in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _typed(value[name], hints[name]) for name in hints if name in value})
    return kind(value) if issubclass(kind, Enum) else value


@lru_cache(maxsize=64)
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
