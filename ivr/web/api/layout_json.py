"""Layouts as plain JSON values: what is heard, what became of it, and what the figures say."""

from datetime import datetime

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.lifecycle import LayoutDecision, Standing
from ivr.domain.previews import PreviewLine
from ivr.usecases.figure_json import Json, moment_json
from ivr.usecases.heard_layouts import Given, HeardLayout
from ivr.usecases.read_layouts import LayoutAnswer, LayoutsAnswer
from ivr.usecases.report_json import fit_json, layout_json


def layout_list_json(answer: LayoutsAnswer, heard: dict[str, tuple[HeardLayout, Given]]) -> Json:
    """Return every layout that is heard or has calls, by name; ``heard`` are those that are defined now."""
    rows = {row.layout: row for row in answer.report.layouts if row.layout is not None}
    return {
        "reference_layout": answer.report.reference_layout,
        "computed_at": answer.report.computed_at.isoformat(),
        "layouts": [
            {
                "layout": key,
                "heard": heard_json(*heard[key]) if key in heard else None,
                "figures": layout_json(rows[key]) if key in rows else None,
                "versions": [standing_json(each) for each in answer.standings if each.layout == key],
            }
            for key in sorted(rows.keys() | heard.keys())
        ],
        "fit": fit_json(answer.report.fitted),
        "warnings": list(answer.report.warnings),
    }


def call_ends(answer: LayoutAnswer) -> tuple[datetime, ...]:
    """Return when calls of one layout ended, the earliest and the latest among them."""
    spans = () if answer.figures is None else answer.figures.series
    return tuple(moment for span in spans for moment in (span.since, span.until))


def layout_page_json(key: str, answer: LayoutAnswer, heard: HeardLayout | None, given: Given | None) -> Json:
    """Return all that there is to say of one layout; ``heard`` is None where none of this key is defined now."""
    return {
        "layout": key,
        "reference_layout": answer.reference_layout,
        "computed_at": answer.computed_at.isoformat(),
        "heard": None if heard is None or given is None else heard_json(heard, given) | timeline_json(key, heard),
        "figures": None if answer.figures is None else layout_json(answer.figures),
        "versions": [standing_json(each) for each in answer.standings],
        "decisions": [decision_json(each) for each in answer.decisions],
        "allocations": [allocation_json(each) for each in answer.allocations],
        "fit": fit_json(answer.fitted),
        "warnings": list(answer.warnings),
    }


def heard_json(heard: HeardLayout, given: Given) -> Json:
    """Return a layout as it is heard now, and to whom the experiment gives it."""
    layout = heard.version.layout
    return {
        "version": heard.version.version,
        "language": layout.language,
        "question": layout.question,
        "categories": list(layout.categories),
        "leads": list(heard.leads),
        "burden": {
            "last_option_seconds": heard.last_option_seconds,
            "silent_seconds": heard.silent_seconds,
            "longest_seconds": heard.longest_seconds,
        },
        "given": {
            "experiment": given.experiment,
            "running": given.is_running,
            "shares": [
                {"stratum": each.stratum, "share": each.share, "control": each.is_control} for each in given.shares
            ],
            "asked_after": list(given.asked_after),
        },
    }


def timeline_json(key: str, heard: HeardLayout) -> Json:
    """Return the parts with their moments in seconds, and where the sound is."""
    return {"sound": f"/layouts/{key}/sound.wav", "parts": [part_json(each) for each in heard.lines]}


def part_json(line: PreviewLine) -> Json:
    """Return one part; ``at_seconds`` is null where it depends on the caller."""
    return {
        "part": line.part.value,
        "at_seconds": line.at_seconds,
        "seconds": line.seconds,
        "text": line.text,
        "key": line.key,
        "category": line.category,
        "layout": line.layout,
        "depth": line.depth,
    }


def standing_json(standing: Standing) -> Json:
    """Return where a version stands."""
    return {
        "version": standing.version,
        "noted_at": moment_json(standing.noted_at),
        "state": None if standing.state is None else standing.state.value,
        "leads": list(standing.leads),
        "signed_by": standing.signed_by,
    }


def decision_json(decision: LayoutDecision) -> Json:
    """Return one step that somebody took with a version."""
    return {
        "version": decision.version,
        "at": moment_json(decision.at),
        "who": decision.who,
        "decision": decision.step.value,
        "reason": decision.reason,
    }


def allocation_json(span: AllocationSpan) -> Json:
    """Return what a stratum was given; silences are in seconds."""
    return {
        "experiment": span.experiment,
        "stratum": span.stratum,
        "from": moment_json(span.since),
        "to": moment_json(span.until),
        "layouts": dict(span.layouts),
        "delays": {f"{delay:g}": share for delay, share in span.delays.items()},
    }
