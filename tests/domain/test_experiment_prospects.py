"""Prospects: what is told beforehand is what calls are then given."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.experiment_prospects import prospect
from ivr.domain.experiments import RampStep, Stratum, assign
from ivr.domain.invitations import assign_invitation
from tests.specimens import experiment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVERYWHERE = Stratum("*", {"sequential-123": 0.5, "sparse-531": 0.5}, {0.0: 0.9, 2.0: 0.1})
HELP = Stratum(
    "*/pagalba",
    {"trys-lt": 0.8, "atbulas-lt": 0.2},
    {0.0: 0.5, 4.0: 0.5},
    invitations={"none": 0.5, "stay": 0.5},
    scripts={"thank": 1.0},
    control="trys-lt",
)
TRIAL = replace(
    experiment(), strata=(EVERYWHERE, HELP), control="sequential-123", holdout=0.1, queues=("pagalba", "support")
)


def test_what_is_told_is_what_calls_are_given() -> None:
    told = prospect(TRIAL, site="vilnius", queue="pagalba", at=NOON)
    assert (told.experiment, told.stratum, told.control, told.why) == (TRIAL.key, "*/pagalba", "trys-lt", None)
    assert told.layouts == pytest.approx({"trys-lt": 0.82, "atbulas-lt": 0.18})
    assert told.delays == pytest.approx({0.0: 0.55, 4.0: 0.45})
    assert told.invitations == pytest.approx({"none": 0.55, "stay": 0.45})
    assert told.scripts == pytest.approx({"thank": 0.9, "none": 0.1})
    layouts: Counter[str] = Counter()
    for number in range(2000):
        which = {"site": "vilnius", "queue": "pagalba", "caller": None, "call": f"{number}", "at": NOON}
        given, invited = assign(TRIAL, **which), assign_invitation(TRIAL, **which)
        assert given.stratum == told.stratum
        assert given.layout_probability == pytest.approx(told.layouts[given.layout])
        assert given.delay_probability == pytest.approx(told.delays[given.delay_seconds])
        assert invited is not None
        assert invited.invitation_probability == pytest.approx(told.invitations[invited.invitation])
        assert invited.script_probability == pytest.approx(told.scripts[invited.script])
        layouts[given.layout] += 1
    assert layouts["atbulas-lt"] / 2000 == pytest.approx(0.18, abs=0.04)


@pytest.mark.parametrize(
    ("changes", "queue", "why"),
    [
        ({}, "other", "the experiment's queues are pagalba, support"),
        ({"starts": NOON + timedelta(hours=1)}, "pagalba", "the experiment begins at 2026-03-02T13:00+00:00"),
        ({"ends": NOON}, "pagalba", "the experiment ended at 2026-03-02T12:00+00:00"),
        ({"stopped_at": NOON}, "pagalba", "the experiment was stopped at 2026-03-02T12:00+00:00"),
        ({"started_at": NOON + timedelta(hours=2)}, "pagalba", "the experiment begins at 2026-03-02T14:00+00:00"),
        ({"ramp": (RampStep(NOON + timedelta(days=1), 0.5),)}, "pagalba", "no step of the ramp has been reached"),
    ],
)
def test_where_nothing_is_left_to_chance_it_is_told_why(changes: dict[str, object], queue: str, why: str) -> None:
    trial = replace(TRIAL, **changes)
    told = prospect(trial, site=None, queue=queue, at=NOON)
    control = "trys-lt" if queue == "pagalba" else "sequential-123"
    assert (told.experiment, told.why, told.share) == (None, why, 0.0)
    assert (told.layouts, told.delays, told.invitations, told.scripts) == ({control: 1.0}, {0.0: 1.0}, {}, {})
    given = assign(trial, site=None, queue=queue, caller=None, call="1", at=NOON)
    assert (given.experiment, given.layout, given.stratum) == (None, control, told.stratum)
