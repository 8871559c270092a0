"""Experiments as plain JSON values: which there are, and what was declared, given and decided."""

from ivr.domain.experiment_lock import ExperimentDecision
from ivr.usecases.declared_experiments import Declared
from ivr.usecases.experiment_answers import ExperimentAnswer, ExperimentSummary
from ivr.usecases.figure_json import Json, moment_json
from ivr.web.api.layout_json import allocation_json


def experiment_list_json(summaries: tuple[ExperimentSummary, ...], assigning: str | None) -> Json:
    """Return the experiments; ``assigning`` is the one by which calls are assigned now."""
    return {"assigning": assigning, "experiments": [summary_json(each) for each in summaries]}


def summary_json(summary: ExperimentSummary) -> Json:
    """Return how an experiment stands, and what was declared."""
    return {
        "experiment": summary.key,
        "state": summary.state.value,
        "has_file": summary.has_file,
        "started_at": moment_json(summary.started_at),
        "stopped_at": moment_json(summary.stopped_at),
        "declared": None if summary.declared is None else declared_json(summary.declared),
    }


def declared_json(declared: Declared) -> Json:
    """Return what was declared before the data."""
    guardrail = declared.guardrail
    return {
        "locked": declared.is_locked,
        "primary_metric": declared.primary_metric.value,
        "minimum_sample": declared.minimum_sample,
        "stop_rule": declared.stop_rule.value,
        "unit": declared.unit.value,
        "control": declared.control,
        "holdout": declared.holdout,
        "ramp": [{"from": moment_json(at), "share": share} for at, share in declared.ramp],
        "strata": [
            {
                "stratum": each.name,
                "layouts": dict(each.layouts),
                "delays": {f"{delay:g}": share for delay, share in each.delays.items()},
                "control": each.control,
            }
            for each in declared.strata
        ],
        "guardrail": {
            "hang_up_rise": guardrail.hang_up_rise,
            "fault_rise": guardrail.fault_rise,
            "minimum": guardrail.minimum,
        },
    }


def experiment_page_json(answer: ExperimentAnswer) -> Json:
    """Return what was declared, given and decided of one experiment; its figures have an address of their own."""
    return summary_json(answer.summary) | {
        "computed_at": answer.computed_at.isoformat(),
        "handled": answer.handled,
        "reference_layout": answer.reference,
        "verdicts": {row.layout: row.verdict for row in answer.arms if row.verdict is not None},
        "mismatch": answer.mismatch,
        "allocations": [allocation_json(each) for each in answer.allocations],
        "decisions": [decision_json(each) for each in answer.decisions],
        "warnings": list(answer.warnings),
        "figures": f"/api/v1/kpi/experiment/{answer.key}",
    }


def decision_json(decision: ExperimentDecision) -> Json:
    """Return one entry of the log."""
    return {
        "at": moment_json(decision.at),
        "who": decision.who,
        "decision": decision.decision.value,
        "reason": decision.reason,
    }
