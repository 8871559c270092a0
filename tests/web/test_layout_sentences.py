"""What the figures say of layouts and experiments has patterns of its own, so other languages can say it too."""

import re

import pytest

from ivr.domain.experiments import PrimaryMetric, StopRule
from ivr.domain.kpi.estimates import POINTS, Estimate, Status
from ivr.domain.kpi.sample_ratio import mismatch_text
from ivr.domain.kpi.verdict_words import decided, lacking_ratings, undecided
from ivr.domain.leading import why_it_leads
from ivr.web.sentence_patterns import PATTERNS
from ivr.web.sentences import _expression
from tests.heard_layouts import heard_version

FIGURE = Estimate(4.1, 0.3, 8.0, POINTS, 2000, "sequence", Status.OK)
WANTED = "to tell paced from plain: about 1,700 more ratings of both together (9 weeks at the present rate)"
RULE = StopRule.CONFIDENCE_SEQUENCE


@pytest.mark.parametrize(
    "sentence",
    [
        decided(PrimaryMetric.TOP_BOX, "2026-05-03", "paced", "plain", FIGURE),
        decided(PrimaryMetric.TOP_BOX, "2026-05-03", None, "plain", FIGURE),
        undecided(RULE, 1000, lacking_ratings("paced", 312, 1000, 4.0), WANTED),
        undecided(RULE, 1000, lacking_ratings("paced", 312, 1000, 4.0), None),
        undecided(RULE, 1000, None, WANTED),
        mismatch_text({"a": 700, "b": 300}, {"a": 500.0, "b": 500.0}, 1e-9),
        *why_it_leads(heard_version()),
    ],
)
def test_a_sentence_has_a_pattern_of_its_own(sentence: str) -> None:
    first = next(pattern for pattern in PATTERNS if re.fullmatch(_expression(pattern), sentence, re.DOTALL))
    assert len(re.sub(r"%\(\w+\)s", "", first)) > 20, f"{sentence!r} is found by {first!r} alone"
