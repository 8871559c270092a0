"""The shapes of an experiment's report."""

from ivr.web.api.layout_schemas import ALLOCATION
from ivr.web.api.schemas import (
    COUNT,
    DAY,
    ESTIMATE,
    FLAG,
    INTERVAL,
    JUDGED,
    MOMENT,
    NUMBER,
    SELECTED,
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

_P_VALUE = maybe(SHARE)
_COMPARISON = joined(INTERVAL, record(p_value=_P_VALUE))
_PAIR: Schema = {"type": "array", "items": maybe(NUMBER), "minItems": 2, "maxItems": 2}
_BOUNDS = joined(
    record(
        bounds=_PAIR,
        lo=maybe(NUMBER),
        hi=maybe(NUMBER),
        trimmed_share=maybe(NUMBER),
        unit=TEXT,
        n=COUNT,
        method=TEXT,
    ),
    JUDGED,
)
_TEST = joined(record(statistic=maybe(NUMBER), degrees_of_freedom=COUNT, p_value=_P_VALUE, method=TEXT), JUDGED)
_TESTS = record(observed=map_of(COUNT), expected=map_of(NUMBER), fixed=_TEST, sequential=_TEST)
_DESIGN_EFFECT = joined(record(value=maybe(NUMBER), replicate_groups=COUNT), JUDGED)
_VERDICT = record(
    decided_on=maybe(DAY),
    higher=maybe(TEXT),
    sentence=TEXT,
    sequence=ESTIMATE,
    p_value=_P_VALUE,
    adjusted_p_value=_P_VALUE,
    more=maybe(joined(record(observations=maybe(COUNT), weeks=maybe(NUMBER)), JUDGED)),
)
_ARM = record(
    layout=TEXT,
    categories=maybe(list_of(TEXT)),
    assigned=COUNT,
    started=COUNT,
    eligible=COUNT,
    rated=COUNT,
    ratings=list_of(COUNT),
    response_rate=ESTIMATE,
    observed=ESTIMATE,
    against_reference=maybe(
        record(
            response_rate=_COMPARISON,
            top_box=_COMPARISON,
            win_probability=_COMPARISON,
            lee_top_box=_BOUNDS,
            lee_win_probability=_BOUNDS,
        )
    ),
    verdict=maybe(_VERDICT),
    looks=map_of(list_of(joined(record(day=DAY), INTERVAL))),
)
_DELAY = record(
    delay_seconds=NUMBER,
    eligible=COUNT,
    rated=COUNT,
    response_rate=ESTIMATE,
    against_shortest=maybe(_COMPARISON),
)

EXPERIMENT_REPORT = joined(
    record(experiment=TEXT),
    SELECTED,
    record(
        computed_at=MOMENT,
        handled=COUNT,
        reference_layout=maybe(TEXT),
        terms=record(
            known=FLAG,
            primary_metric=TEXT,
            minimum_sample=maybe(COUNT),
            stop_rule=maybe(TEXT),
            unit=TEXT,
            started_at=maybe(MOMENT),
            stopped_at=maybe(MOMENT),
        ),
        allocation=list_of(record(chances=map_of(NUMBER), assigned=map_of(COUNT))),
        sample_ratio=record(mismatch=maybe(TEXT), assigned=_TESTS, started=_TESTS, delays=_TESTS),
        design_effect=record(response_rate=_DESIGN_EFFECT, ratings=_DESIGN_EFFECT),
        arms=list_of(_ARM),
        delays=list_of(_DELAY),
        warnings=list_of(TEXT),
    ),
)

_STATE = choice("carried", "not_started", "running", "stopped", "stopped_by_guardrail", "ended")
_METRIC = choice("top_box", "top_two_box", "response_rate", "win_probability")
_DECLARED = record(
    locked=FLAG,
    primary_metric=_METRIC,
    minimum_sample=COUNT,
    stop_rule=choice("none", "fixed_sample", "confidence_sequence"),
    unit=choice("caller", "call"),
    control=TEXT,
    holdout=SHARE,
    ramp=list_of(record({"from": MOMENT, "share": SHARE})),
    strata=list_of(record(stratum=TEXT, layouts=map_of(SHARE), delays=map_of(SHARE), control=maybe(TEXT))),
    guardrail=record(hang_up_rise=SHARE, fault_rise=SHARE, minimum=COUNT),
)
_SUMMARY = record(
    experiment=TEXT,
    state=_STATE,
    has_file=FLAG,
    started_at=maybe(MOMENT),
    stopped_at=maybe(MOMENT),
    declared=maybe(_DECLARED),
)
EXPERIMENT_LIST = record(assigning=maybe(TEXT), experiments=list_of(_SUMMARY))
EXPERIMENT_PAGE = joined(
    _SUMMARY,
    record(
        computed_at=MOMENT,
        handled=COUNT,
        reference_layout=maybe(TEXT),
        verdicts=map_of(TEXT),
        mismatch=maybe(TEXT),
        allocations=list_of(ALLOCATION),
        decisions=list_of(record(at=MOMENT, who=TEXT, decision=TEXT, reason=maybe(TEXT))),
        warnings=list_of(TEXT),
        figures=TEXT,
    ),
)
