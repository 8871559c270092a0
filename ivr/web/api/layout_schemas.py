"""The shapes of layouts: what is heard, what became of it, and what the figures say."""

from ivr.web.api.figure_schemas import FIT, LAYOUT
from ivr.web.api.schemas import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    SHARE,
    TEXT,
    choice,
    joined,
    list_of,
    map_of,
    maybe,
    record,
)
from ivr.web.routes import Schema

_GIVEN = record(
    experiment=TEXT,
    running=FLAG,
    shares=list_of(record(stratum=TEXT, share=SHARE, control=FLAG)),
    asked_after=list_of(TEXT),
)
_HEARD = record(
    version=TEXT,
    language=TEXT,
    question=TEXT,
    categories=list_of(TEXT),
    leads=list_of(TEXT),
    burden=record(last_option_seconds=NUMBER, silent_seconds=NUMBER, longest_seconds=NUMBER),
    given=_GIVEN,
)
_PART = record(
    part=choice("intro", "option", "pause", "wait", "reply", "confirm", "comment", "question"),
    at_seconds=maybe(NUMBER),
    seconds=NUMBER,
    text=TEXT,
    key=maybe(TEXT),
    category=maybe(TEXT),
    layout=TEXT,
    depth=COUNT,
)
_VERSION = record(
    version=TEXT,
    noted_at=MOMENT,
    state=maybe(choice("draft", "checked", "published", "retired")),
    leads=list_of(TEXT),
    signed_by=maybe(TEXT),
)
_DECISION = record(
    version=TEXT,
    at=MOMENT,
    who=TEXT,
    decision=choice("drafted", "checked", "published", "retired", "signed"),
    reason=maybe(TEXT),
)
ALLOCATION: Schema = record(
    {
        "experiment": TEXT,
        "stratum": TEXT,
        "from": MOMENT,
        "to": maybe(MOMENT),
        "layouts": map_of(SHARE),
        "delays": map_of(SHARE),
    }
)
"""What a stratum was given, from when to when."""

LAYOUT_LIST = record(
    reference_layout=maybe(TEXT),
    computed_at=MOMENT,
    layouts=list_of(record(layout=TEXT, heard=maybe(_HEARD), figures=maybe(LAYOUT), versions=list_of(_VERSION))),
    fit=maybe(FIT),
    warnings=list_of(TEXT),
)
LAYOUT_PAGE = record(
    layout=TEXT,
    reference_layout=maybe(TEXT),
    computed_at=MOMENT,
    heard=maybe(joined(_HEARD, record(sound=TEXT, parts=list_of(_PART)))),
    figures=maybe(LAYOUT),
    versions=list_of(_VERSION),
    decisions=list_of(_DECISION),
    allocations=list_of(ALLOCATION),
    fit=maybe(FIT),
    warnings=list_of(TEXT),
)
