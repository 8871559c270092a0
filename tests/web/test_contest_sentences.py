"""What contests refuse is said in sentences that the translators know."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.calls import CallId
from ivr.domain.contests import (
    Actor,
    Contest,
    ContestCase,
    ContestDecision,
    RatedCall,
    Verdict,
    reason_of,
    why_not_contested,
    why_not_decided,
    why_not_decided_by,
)
from ivr.domain.outcomes import Outcome
from ivr.errors import ContestRefused
from ivr.web.sentence_patterns import PATTERNS
from tests.memory_ports import NOON

ANN, SAM = Actor("ann", "ann"), Actor("sam")
RATED = RatedCall("ann", "north", Outcome.RATED, is_test=False, is_excluded=False)
OPEN = ContestCase(Contest(CallId("default", "1.1"), NOON, ANN, "a good reason", 1))
DECIDED = replace(OPEN, decisions=(ContestDecision(NOON + timedelta(hours=1), SAM, Verdict.KEEP, "a good reason", 7),))


def refused(text):
    with pytest.raises(ContestRefused) as told:
        reason_of(text)
    return str(told.value)


@pytest.mark.parametrize(
    "sentence",
    [
        refused("short"),
        refused("x" * 1001),
        refused("ten characters \x00 and more"),
        why_not_contested(RATED, OPEN),
        why_not_contested(RATED, DECIDED),
        why_not_contested(replace(RATED, outcome=Outcome.NO_KEY), None),
        why_not_contested(replace(RATED, is_test=True), None),
        why_not_contested(replace(RATED, is_excluded=True), None),
        why_not_decided_by(ANN, RATED, OPEN),
        why_not_decided_by(Actor("other", "ann"), RATED, replace(OPEN, contest=replace(OPEN.contest, who=SAM))),
        why_not_decided(DECIDED, Verdict.EXCLUDE, None),
        why_not_decided(DECIDED, Verdict.KEEP, 7),
    ],
)
def test_each_refusal_is_a_sentence_that_can_be_translated(sentence):
    patterns = [re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(each)) for each in PATTERNS]
    assert any(re.fullmatch(each, sentence) for each in patterns), sentence
    assert sentence.endswith(".")


def test_what_is_in_order_is_refused_nothing():
    assert why_not_contested(RATED, None) is None
    assert why_not_decided_by(SAM, RATED, OPEN) is None
    assert why_not_decided(OPEN, Verdict.KEEP, None) is None
    assert why_not_decided(DECIDED, Verdict.EXCLUDE, 7) is None
    assert reason_of("  a reason \n of two lines ") == "a reason of two lines"
