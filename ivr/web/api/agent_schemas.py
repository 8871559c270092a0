"""The shape of one agent's page as JSON."""

from ivr.domain.kpi.call_path import Milestone
from ivr.domain.kpi.funnel_points import Zone
from ivr.domain.kpi.series_breaks import Changed
from ivr.domain.kpi.trend import Step
from ivr.web.api.figure_schemas import AGENT, CALLS, FIT
from ivr.web.api.schemas import (
    COUNT,
    DAY,
    ESTIMATE,
    FLAG,
    MOMENT,
    SELECTED,
    SHARE,
    TEXT,
    choice,
    joined,
    list_of,
    maybe,
    record,
)
from ivr.web.routes import Schema

_LIMITS: Schema = {"type": "array", "items": SHARE, "minItems": 2, "maxItems": 2}
_ZONE = choice(*Zone)
_PATH = list_of(
    record(milestone=choice(*Milestone), calls=COUNT, losses=list_of(record(outcome=maybe(TEXT), calls=COUNT)))
)
ENDINGS = record(agent=COUNT, caller=COUNT, transfer=COUNT, unseen=COUNT, agent_share=ESTIMATE)
"""Who hung up first."""
_TREND = record(
    step=choice(*Step),
    points=list_of(joined(record(first=DAY, last=DAY, segment=COUNT, observed=ESTIMATE), CALLS)),
    breaks=list_of(record(day=DAY, layout=maybe(TEXT), shares=maybe(TEXT), changed=list_of(choice(*Changed)))),
    left_out=COUNT,
    fitted_months=list_of(record(month=TEXT, standardised=ESTIMATE)),
)
_PEERS = record(
    status=TEXT,
    target=maybe(SHARE),
    own=maybe(record(share=maybe(SHARE), ratings=COUNT, zone=maybe(_ZONE), alert=maybe(_LIMITS), alarm=maybe(_LIMITS))),
    others=list_of(record(agent=maybe(TEXT), share=SHARE, ratings=COUNT, zone=_ZONE)),
    mixes_layouts=FLAG,
    reasons=list_of(TEXT),
)
_PRESSED = list_of(record(layout=TEXT, categories=list_of(TEXT), ratings=list_of(COUNT)))
AGENT_DOCUMENT = joined(
    SELECTED,
    record(
        agent=TEXT,
        name=TEXT,
        reference_layout=maybe(TEXT),
        estimand=maybe(TEXT),
        computed_at=MOMENT,
        calls_of_today_left_out=maybe(COUNT),
        figures=maybe(AGENT),
        path=_PATH,
        endings=ENDINGS,
        trend=_TREND,
        pressed=_PRESSED,
        team=maybe(record(team=TEXT, others=COUNT, path=_PATH, pressed=_PRESSED)),
        pressed_withheld=list_of(record(layout=TEXT, share=ESTIMATE)),
        informed=list_of(record(layout=TEXT, share=ESTIMATE, unknown=COUNT, everybody=maybe(ESTIMATE))),
        peers=_PEERS,
        with_excluded=joined(record(excluded=COUNT, observed=ESTIMATE, response_rate=ESTIMATE), CALLS),
        middle=maybe(record(standardised=SHARE, agents=COUNT)),
        contests=record(open=COUNT, excluded=COUNT, kept=COUNT),
        fit=maybe(FIT),
        warnings=list_of(TEXT),
    ),
)
