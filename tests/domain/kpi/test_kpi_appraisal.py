"""What an appraisal leaves out, and by which version a rating is read."""

from datetime import timedelta

import pytest

from ivr.domain.kpi.agents import agent_figures
from ivr.domain.kpi.appraisal import appraisal, leading_warnings
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.layouts import layout_figures
from ivr.domain.kpi.series import series_spans
from ivr.domain.kpi.wilson import wilson_interval
from ivr.domain.outcomes import Outcome
from tests.memory_ports import NOON, count

THREE = ("dissatisfied", "so-so", "satisfied")
WHY = "3 s of silence after key 1"
LEADS = Instrument(THREE, (WHY,))
SIGNED = Instrument(THREE, (WHY,), "bea")
PLAIN = Instrument(THREE)
KNOWN = Instruments(
    {"plain": PLAIN, "paced": PLAIN},  # the pauses have gone from today's definition
    {("plain", "v1"): PLAIN, ("paced", "v1"): LEADS, ("paced", "v2"): SIGNED, ("paced", "v3"): PLAIN},
)


def rated(layout: str, version: str | None, *, best: int, worst: int):
    return [
        count(layout=layout, version=version, category=2, calls=best),
        count(layout=layout, version=version, category=0, calls=worst),
    ]


def test_ratings_of_a_leading_version_that_nobody_signed_are_kept_out_with_the_reason():
    cells = [*rated("plain", "v1", best=30, worst=10), *rated("paced", "v1", best=20, worst=0)]
    (row,) = agent_figures(cells, KNOWN)
    assert (row.observed.estimate, row.observed.n) == (pytest.approx(50 / 60), 60)
    assert (row.appraisal.estimate, row.appraisal.n, row.appraisal.status) == (0.75, 40, Status.OK)
    assert (row.appraisal.lo, row.appraisal.hi) == wilson_interval(30, 40)
    (reason,) = row.appraisal.reasons
    assert reason == f"20 ratings of paced kept out: it leads callers ({WHY}), and nobody signed for it"
    assert "20 ratings of paced, which leads callers: in the share as pressed, kept out of the appraisal" in row.notes


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_ratings_of_a_signed_version_and_of_one_that_does_not_lead_stay(version):
    cells = rated("paced", version, best=30, worst=10)
    (row,) = agent_figures(cells, KNOWN)
    assert row.appraisal == row.observed
    assert any("as bea signed for it" in note for note in row.notes) == (version == "v2")


def test_where_nothing_is_left_there_is_no_figure_and_the_reason_stands():
    figure = appraisal(rated("paced", "v1", best=5, worst=5), KNOWN)
    assert (figure.estimate, figure.n, figure.status) == (None, 0, Status.INSUFFICIENT)
    assert figure.reasons[0] == "no ratings"
    assert "10 ratings of paced kept out" in figure.reasons[1]


def test_a_leaking_window_refuses_the_appraisal_too():
    (row,) = agent_figures(rated("plain", "v1", best=30, worst=10), KNOWN, leaking=True)
    assert (row.appraisal.status, row.appraisal.estimate) == (Status.REFUSED, None)


@pytest.mark.parametrize(
    ("today", "version", "is_kept_out"),
    [
        (LEADS, None, True),
        (SIGNED, None, False),
        (PLAIN, None, False),
        (LEADS, "never-noted", True),
        (SIGNED, "never-noted", True),  # a signature is for the version that it names
        (PLAIN, "never-noted", False),
    ],
)
def test_a_call_whose_version_is_not_known_here_is_judged_by_todays_definition(today, version, is_kept_out):
    figure = appraisal(rated("paced", version, best=20, worst=20), Instruments({"paced": today}))
    assert (figure.n == 0) == is_kept_out


def test_the_report_names_each_leading_layout_with_what_can_be_done():
    cells = [*rated("paced", "v1", best=4, worst=0), *rated("paced", "v2", best=1, worst=0)]
    unsigned, signed = leading_warnings(cells, KNOWN)
    assert unsigned.startswith(f"paced leads callers ({WHY}): appraisals leave out 4 ratings of it;")
    assert "ivr layouts sign paced --by NAME" in unsigned
    assert signed.endswith("bea signed for it, so appraisals hold 1 rating of it")
    silent = count(layout="paced", version="v1", outcome=Outcome.NO_KEY, category=None, calls=9)
    assert leading_warnings([silent], KNOWN) == ()


def test_a_category_is_read_by_the_version_that_it_was_given_under():
    five = Instrument(("1", "2", "3", "4", "5"))
    known = Instruments({"grown": five}, {("grown", "old"): PLAIN, ("grown", "new"): five})
    cells = [
        count(layout="grown", version="old", category=2, calls=20),
        count(layout="grown", version="new", category=4, calls=10),
        count(layout="grown", version="new", category=2, calls=10),
    ]
    (row,) = agent_figures(cells, known)
    assert (row.observed.estimate, row.observed.n) == (0.75, 40)
    (layout,) = layout_figures(cells, known, None)
    assert [(each.name, each.share.n) for each in layout.shares] == [(str(name), 20) for name in range(1, 6)]
    assert layout.shares[4].share.estimate == 0.5


def test_a_layouts_row_says_why_it_leads_and_who_signed_only_where_all_is_signed():
    of_both = [*rated("paced", "v1", best=1, worst=1), *rated("paced", "v2", best=1, worst=1)]
    (both,) = layout_figures(of_both, KNOWN, None)
    assert (both.leads, both.signed_by) == ((WHY,), None)
    (signed,) = layout_figures(rated("paced", "v2", best=1, worst=1), KNOWN, None)
    assert (signed.leads, signed.signed_by) == ((WHY,), "bea")
    (plain,) = layout_figures(rated("paced", "v3", best=1, worst=1), KNOWN, None)
    assert (plain.leads, plain.signed_by) == ((), None)


def test_a_series_breaks_where_another_version_begins():
    def cell(version, *, first, last, **more):
        return count(version=version, ended_at=NOON + timedelta(days=last), since=NOON + timedelta(days=first), **more)

    spans = series_spans(
        [
            cell("b", first=10, last=19, calls=5),
            cell("a", first=2, last=9, calls=3),
            cell("a", first=0, last=8, outcome=Outcome.NO_KEY, category=None, calls=7),
        ]
    )
    assert [(span.version, span.rated) for span in spans] == [("a", 3), ("b", 5)]
    assert [(span.since - NOON).days for span in spans] == [0, 10]
    assert [(span.until - NOON).days for span in spans] == [9, 19]
