"""The experiments' pages: which there are, and what one of them shows."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.errors import ExperimentUnknown
from ivr.usecases.read_experiments import ExperimentsQuestion
from ivr.web.api.experiments import experiment_question
from ivr.web.call_days import selection_of_all
from ivr.web.experiment_views import (
    METRICS,
    RULES,
    STATES,
    arm_views,
    delay_views,
    log_rows,
    ratio_view,
    strata_views,
)
from ivr.web.heard import HEARD
from ivr.web.ports import PORTS
from ivr.web.routes import page
from ivr.web.templates import render, words_of


async def show_experiments(request: web.Request) -> web.Response:
    """GET /experiments: every experiment that a file, the log or a call knows."""
    words = words_of(request)
    return render(
        request,
        "experiments.html",
        experiments=await request.app[PORTS].pages.read(ExperimentsQuestion()),
        assigning=request.app[HEARD].assigning(),
        states={state: words.gettext(said) for state, said in STATES.items()},
        metrics={metric: words.gettext(said) for metric, said in METRICS.items()},
    )


async def show_experiment(request: web.Request) -> web.Response:
    """GET /experiments/KEY: one experiment."""
    words = words_of(request)
    try:
        question = experiment_question(request)
        answer = await request.app[PORTS].pages.read(question)
    except ExperimentUnknown:
        raise web.HTTPNotFound from None
    declared = answer.summary.declared
    primary = None if declared is None else declared.primary_metric
    return render(
        request,
        "experiment.html",
        selection=selection_of_all(request, answer.first_ended_at, answer.last_ended_at),
        is_cut=question.window.until is not None,
        answer=answer,
        declared=declared,
        state=words.gettext(STATES[answer.summary.state]),
        metric=None if primary is None else words.gettext(METRICS[primary]),
        rule=None if declared is None else words.gettext(RULES[declared.stop_rule]),
        is_assigning=request.app[HEARD].assigning() == answer.key,
        ratios=tuple(ratio_view(words, each) for each in answer.ratios),
        mismatch=None if answer.mismatch is None else words.sentence(answer.mismatch),
        arms=arm_views(words, answer.arms, answer.reference, primary),
        delays=delay_views(words, answer.delays),
        strata=() if declared is None else strata_views(words, declared),
        decisions=log_rows(words, answer.decisions),
        warnings=words.sentences(answer.warnings),
    )


ROUTES = (
    page("/experiments", show_experiments, Right.CENTRE),
    page("/experiments/{key}", show_experiment, Right.CENTRE),
)
