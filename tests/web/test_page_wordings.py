"""What pages say in place of the figures' sentences: no commands, no words of the method, the same values."""

import re
from zoneinfo import ZoneInfo

import pytest

from ivr.usecases.find_fit import _NEW_CALLS, _NEW_SETTINGS, _SELECTED, _no_fit_yet
from ivr.usecases.fits import ALL_MONTHS, Months
from ivr.web.languages import words_in
from ivr.web.page_wordings import PAGE_WORDINGS

WORDS = words_in("en", ZoneInfo("Europe/Vilnius"))
LEADING = (
    "leading-1 leads callers (2 s of silence): appraisals leave out 12 ratings of it; take it out of the experiment, "
    "or answer for it with `ivr layouts sign leading-1 --by NAME --reason TEXT`"
)
OTHER_ZONE = (
    "fits have the months of UTC, and time_zone is Europe/Vilnius now: calls at the turn of a month are fitted in one "
    "month and counted in another; `ivr db tallies --rebuild` counts all months anew"
)
VALUE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(
    "sentence",
    [
        _NEW_CALLS,
        _NEW_SETTINGS,
        _SELECTED,
        _no_fit_yet(ALL_MONTHS),
        _no_fit_yet(Months("2026-03", "2026-05")),
        "no fitted figures: nobody has rated yet",
        LEADING,
        "probably brings the rating to content callers rather than to all (probability .98); the figures allow for it",
        OTHER_ZONE,
    ],
)
def test_a_page_says_it_without_commands_and_words_of_the_method(sentence):
    said = WORDS.sentence(sentence)
    assert not re.search(r"`|ivr |\bfit\b|fitted|appraisal|leads callers|time_zone|probably", said)
    assert said != sentence[:1].upper() + sentence[1:]


def test_a_wording_takes_no_value_that_the_sentence_has_not():
    for pattern, wording in PAGE_WORDINGS.items():
        assert set(VALUE.findall(wording)) <= set(VALUE.findall(pattern)), pattern


def test_a_reason_within_a_sentence_is_worded_too():
    assert WORDS.sentence("no fitted figures: 2026-03 has not been fitted: `ivr kpi fit` does so") == (
        "No comparable figure: comparable figures of 2026-03 have not been worked out yet"
    )
