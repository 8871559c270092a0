"""What the agent page says in words: the comparable figure first, and nothing that sounds like a verdict."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.kpi.agents import AgentFigures, agent_figures
from ivr.domain.kpi.appraisal import LEADS
from ivr.domain.kpi.funnel_points import Zone
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.pace import UNTIL_TOLD_APART
from ivr.domain.kpi.peers import Peers, peers
from ivr.domain.kpi.standings import Standing
from ivr.web.agent_notes import heard_sentence, note_sentences
from ivr.web.agent_words import flag_sentence, place_sentences
from ivr.web.languages import words_in
from ivr.web.plain_reasons import without_command
from tests.memory_ports import count

WORDS = words_in("en", ZoneInfo("Europe/Berlin"))
KNOWN = Instruments.of_scales({"plain": ("bad", "good"), "other": ("bad", "good")})


def lying(zone: Zone, *, mixed: bool) -> Peers:
    calls = [count(agent=f"a{n}", layout="plain", category=n % 2, calls=5) for n in range(9)]
    calls += [count(agent="ana", layout="other" if mixed else "plain", category=1, calls=5)]
    found = peers(calls, KNOWN, "ana", named=True)
    assert found.mixes_layouts is mixed
    return replace(found, own=replace(found.own, zone=zone))


@pytest.mark.parametrize("standing", [Standing.BELOW, Standing.UNTOLD, Standing.ABOVE])
@pytest.mark.parametrize("zone", list(Zone))
def test_the_comparable_figure_is_said_before_the_place_among_shares_as_pressed(standing: Standing, zone: Zone) -> None:
    first, second, *_ = place_sentences(WORDS, lying(zone, mixed=True), standing)
    assert first.startswith("The comparable figure")
    assert "rougher look" in first
    assert second.startswith("Among shares as pressed")


@pytest.mark.parametrize("mixed", [True, False])
def test_where_the_two_differ_it_is_said_why(*, mixed: bool) -> None:
    why = place_sentences(WORDS, lying(Zone.INSIDE, mixed=mixed), Standing.BELOW)[-1]
    assert "would not have shown" in why
    assert ("several layouts" in why) is mixed
    agreeing = place_sentences(WORDS, lying(Zone.ALERT_LOW, mixed=mixed), Standing.BELOW)
    assert "would not have shown" not in " ".join(agreeing)


def test_without_a_comparable_figure_the_place_stands_alone() -> None:
    said = place_sentences(WORDS, lying(Zone.INSIDE, mixed=False), Standing.UNFITTED)
    assert said == ("Among shares as pressed, this one is usual for so many ratings.",)
    assert place_sentences(WORDS, replace(lying(Zone.INSIDE, mixed=False), own=None), Standing.BELOW) == ()


def figures(*notes: str) -> AgentFigures:
    (row,) = agent_figures([count(agent="ana", layout="plain", category=1, calls=5)], KNOWN)
    return replace(row, notes=notes)


def test_notes_are_told_once_and_in_plain_words() -> None:
    mixes, versions, other = note_sentences(
        WORDS,
        figures(
            "pressed shares mix layouts: other, plain",
            "pressed shares mix layout versions",
            f"5 ratings of paced-123, {LEADS}: in the share as pressed, kept out of the appraisal",
            f"about 40 more ratings {UNTIL_TOLD_APART}",
            "3 with unknown end: in handled, not in eligible",
        ),
    )
    assert mixes.startswith("Callers heard several layouts")
    assert versions.startswith("Not all callers of a layout heard the same version")
    assert other == "3 with unknown end: in handled, not in eligible"


def test_what_a_layout_sounds_like_is_told_in_the_order_of_reading_where_it_is_known() -> None:
    known = Instrument(("bad", "fair", "good"), keys={"1": 2, "2": 1, "3": 0}, read_seconds=(6.0, 4.0, 2.0))
    assert heard_sentence(WORDS, known) == "Callers hear, in this order: good (key 1), fair (key 2), bad (key 3)."
    also = replace(known, keys={**known.keys, "9": 2})
    assert heard_sentence(WORDS, also) == heard_sentence(WORDS, known)
    for unknown in (None, replace(known, keys={}), replace(known, read_seconds=()), replace(known, keys={"1": 2})):
        assert heard_sentence(WORDS, unknown) is None


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        (
            "nothing has been fitted yet: the service does so while it runs, `ivr kpi fit` does so now",
            "nothing has been fitted yet: the service does so while it runs",
        ),
        ("2026-03 has not been fitted: `ivr kpi fit --from 2026-03` does so", "2026-03 has not been fitted"),
        ("2026-03 has no fit: `ivr kpi fit` does so; no room is left", "2026-03 has no fit; no room is left"),
        ("calls are counted in another; `ivr db tallies --rebuild` counts anew", "calls are counted in another"),
        ("fewer than 10 ratings: do not rank", "fewer than 10 ratings: do not rank"),
    ],
)
def test_a_reason_ends_where_its_command_begins(sentence: str, plain: str) -> None:
    assert without_command(sentence) == plain


def test_a_flag_sounds_like_something_to_look_at() -> None:
    assert flag_sentence(WORDS, "selective_offering").startswith("it looks as if")
