"""One agent's page as plain JSON values: everything that the page shows, under names that scripts rely on."""

from collections.abc import Sequence

from ivr.domain.kpi.call_path import Stage
from ivr.domain.kpi.endings import Endings
from ivr.domain.kpi.peers import Peers
from ivr.domain.kpi.pressed import Pressed
from ivr.domain.kpi.trend import Trend
from ivr.usecases.contests import ContestCounts
from ivr.usecases.figure_json import Json, estimate_json, moment_json, window_json
from ivr.usecases.read_agent import AgentPage
from ivr.usecases.report_json import agent_json, calls_json, fit_json


def agent_document(page: AgentPage, contests: ContestCounts) -> Json:
    """Return the document; proportions are 0 to 1, days ISO 8601."""
    report, beside = page.report, page.with_excluded
    return window_json(report.window) | {
        "agent": page.agent,
        "name": page.name,
        "reference_layout": report.reference_layout,
        "estimand": report.estimand,
        "computed_at": moment_json(report.computed_at),
        "calls_of_today_left_out": page.today,
        "figures": None if page.figures is None else agent_json(page.figures),
        "path": _path(page.path),
        "endings": endings_json(page.endings),
        "trend": _trend(page.trend)
        | {
            "fitted_months": [
                {"month": each.first.isoformat()[:7], "standardised": estimate_json(each.standardised)}
                for each in page.fitted_months
            ]
        },
        "pressed": _pressed(page.pressed),
        "team": None
        if page.team is None
        else {
            "team": page.team.team,
            "others": page.team.people,
            "path": _path(page.team.path),
            "pressed": _pressed(page.team.pressed),
        },
        "pressed_withheld": [
            {"layout": each.layout, "share": estimate_json(each.share)} for each in page.pressed_withheld
        ],
        "informed": [
            {
                "layout": each.own.layout,
                "share": estimate_json(each.own.share),
                "unknown": each.own.unknown,
                "everybody": None if each.everybody is None else estimate_json(each.everybody),
            }
            for each in page.informed
        ],
        "peers": _peers(page.peers),
        "with_excluded": {
            "excluded": beside.calls,
            "observed": estimate_json(beside.observed),
            "response_rate": estimate_json(beside.response_rate),
        }
        | calls_json(beside.counted),
        "middle": None
        if page.middle is None
        else {"standardised": page.middle.standardised, "agents": page.middle.agents},
        "contests": {"open": contests.open, "excluded": contests.excluded, "kept": contests.kept},
        "fit": fit_json(report.fitted),
        "warnings": list(report.warnings),
    }


def _path(path: Sequence[Stage]) -> list[Json]:
    return [
        {
            "milestone": stage.milestone.value,
            "calls": stage.calls,
            "losses": [
                {"outcome": None if loss.outcome is None else loss.outcome.value, "calls": loss.calls}
                for loss in stage.losses
            ],
        }
        for stage in path
    ]


def _pressed(pressed: Sequence[Pressed]) -> list[Json]:
    return [
        {"layout": each.layout, "categories": list(each.categories), "ratings": list(each.counts)} for each in pressed
    ]


def endings_json(ended: Endings) -> Json:
    """Return who hung up first."""
    return {
        "agent": ended.agent,
        "caller": ended.caller,
        "transfer": ended.transfer,
        "unseen": ended.unseen,
        "agent_share": estimate_json(ended.agent_share),
    }


def _trend(over_time: Trend) -> Json:
    return {
        "step": over_time.step.value,
        "points": [
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "segment": each.segment,
                "observed": estimate_json(each.pressed),
            }
            | calls_json(each.calls)
            for each in over_time.points
        ],
        "breaks": [
            {
                "day": each.day.isoformat(),
                "layout": each.layout,
                "shares": each.shares,
                "changed": [what.value for what in each.changed],
            }
            for each in over_time.breaks
        ],
        "left_out": over_time.left_out,
    }


def _peers(found: Peers) -> Json:
    own = found.own
    return {
        "status": found.status.value,
        "target": found.target,
        "own": None
        if own is None
        else {
            "share": own.share,
            "ratings": own.ratings,
            "zone": None if own.zone is None else own.zone.value,
            "alert": None if own.alert is None else list(own.alert),
            "alarm": None if own.alarm is None else list(own.alarm),
        },
        "others": [
            {"agent": each.agent, "share": each.share, "ratings": each.ratings, "zone": each.zone.value}
            for each in found.others
        ],
        "mixes_layouts": found.mixes_layouts,
        "reasons": list(found.reasons),
    }
