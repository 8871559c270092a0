"""The best answer of each layout, of the versions that were rated on."""

from datetime import UTC, datetime

from ivr.domain.kpi.best_answers import BestAnswer, best_answers
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.series import Span

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def span(version: str | None, rated: int = 5) -> Span:
    return Span(version, DAY, DAY, rated)


def test_a_layout_names_the_best_answer_of_every_version_that_was_rated_on():
    instruments = Instruments(
        {"sparse": Instrument(("no", "so-so", "very satisfied")), "paced": Instrument(("no", "satisfied"))},
        {("paced", "v1"): Instrument(("no", "yes")), ("paced", "v0"): Instrument(("no", "surely"))},
    )
    series = {
        "sparse": [span(None)],
        "paced": [span("v0", rated=0), span("v1"), span("v2")],
        "nowhere": [span("v1")],
    }
    assert best_answers(series, instruments) == (
        BestAnswer("paced", ("satisfied", "yes")),
        BestAnswer("sparse", ("very satisfied",)),
    )
    assert best_answers({}, instruments) == ()
