"""The shapes of the reports of agents and layouts."""

from ivr.web.api.schemas import (
    COUNT,
    ESTIMATE,
    FLAG,
    INTERVAL,
    MOMENT,
    NUMBER,
    SELECTED,
    SHARE,
    TEXT,
    joined,
    list_of,
    map_of,
    maybe,
    record,
)
from ivr.web.routes import Schema

_PAIR_OF_SHARES: Schema = {"type": "array", "items": maybe(SHARE), "minItems": 2, "maxItems": 2}
_PAIR_OF_PLACES: Schema = {"type": "array", "items": maybe(COUNT), "minItems": 2, "maxItems": 2}
CALLS = record(handled=COUNT, eligible=COUNT, offered=COUNT, started=COUNT, rated=COUNT, outcomes=map_of(COUNT))
"""How many calls got how far, and how each ended."""

FIT = record(
    computed_at=MOMENT,
    age_seconds=maybe(NUMBER),
    method=TEXT,
    months=record({"from": maybe(TEXT), "to": maybe(TEXT)}),
    handled=maybe(COUNT),
    stale=FLAG,
    facts=map_of(ESTIMATE),
    warnings=list_of(TEXT),
)
"""Where the fitted figures come from."""

AGENT = joined(
    record(agent=maybe(TEXT), team=maybe(TEXT)),
    CALLS,
    record(
        response_rate=ESTIMATE,
        observed=ESTIMATE,
        appraisal=ESTIMATE,
        standardised=ESTIMATE,
        corrected=ESTIMATE,
        utility=maybe(ESTIMATE),
        bounds=_PAIR_OF_SHARES,
        tier=maybe({"type": "integer"}),
        rank_interval=_PAIR_OF_PLACES,
        flags=list_of(TEXT),
        reliability=maybe(NUMBER),
        more_ratings=maybe(COUNT),
        weeks_needed=maybe(COUNT),
        notes=list_of(TEXT),
    ),
)
"""One agent's figures."""

LAYOUT = joined(
    record(layout=maybe(TEXT), versions=list_of(TEXT)),
    CALLS,
    record(
        response_rate=ESTIMATE,
        break_off=ESTIMATE,
        observed=ESTIMATE,
        shares=list_of(joined(record(category=COUNT, name=TEXT), INTERVAL)),
        effect_points=ESTIMATE,
        burden_seconds=ESTIMATE,
        mis_key_rate=ESTIMATE,
        leads=list_of(TEXT),
        signed_by=maybe(TEXT),
        series=list_of(record({"version": maybe(TEXT), "from": maybe(MOMENT), "to": maybe(MOMENT), "rated": COUNT})),
        notes=list_of(TEXT),
    ),
)
"""One layout's figures."""

AGENT_REPORT = joined(
    SELECTED,
    record(
        reference_layout=maybe(TEXT),
        estimand=maybe(TEXT),
        computed_at=MOMENT,
        handled=COUNT,
        in_progress=maybe(COUNT),
        totals=joined(CALLS, record(response_rate=ESTIMATE, outcome_rates=map_of(ESTIMATE))),
        agents=list_of(AGENT),
        layouts=list_of(LAYOUT),
        fit=maybe(FIT),
        warnings=list_of(TEXT),
    ),
)
LAYOUT_REPORT = joined(
    SELECTED,
    record(
        reference_layout=maybe(TEXT),
        computed_at=MOMENT,
        handled=COUNT,
        burden_seconds=ESTIMATE,
        layouts=list_of(LAYOUT),
        fit=maybe(FIT),
        warnings=list_of(TEXT),
    ),
)
FIT_REQUESTED = record(requested=record({"from": maybe(TEXT), "to": maybe(TEXT)}))
