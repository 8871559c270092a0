"""Layouts, experiments and calls that many tests speak of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ivr.domain.calls import CallId
from ivr.domain.experiments import Assignment, Experiment, Stratum, Unit
from ivr.domain.layouts import BargeIn, Layout, Option
from ivr.domain.timelines import LayoutVersion, Recording, version_layout

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CALL = CallId("default", "1700000000.1")

_MILLISECONDS = {
    "intro": 3000,
    "one": 1000,
    "two": 1000,
    "three": 1000,
    "invalid": 1500,
    "no-key": 1500,
    "thanks": 2000,
}


def at(seconds: float) -> datetime:
    """Return the moment ``seconds`` after noon."""
    return NOON + timedelta(seconds=seconds)


def layout(
    *,
    pause_seconds: float = 0.0,
    max_tries: int = 2,
    barge_in: bool = True,
    opt_out_key: str | None = "9",
    key: str = "sequential-123",
) -> Layout:
    """Return 1 satisfied, 2 so-so, 3 dissatisfied; ``pause_seconds`` lie between the options."""
    return Layout(
        key=key,
        language="en",
        question="satisfaction",
        categories=("dissatisfied", "so-so", "satisfied"),
        intro="intro",
        thanks="thanks",
        invalid="invalid",
        no_key="no-key",
        options=(Option("1", 2, "one", pause_seconds), Option("2", 1, "two", pause_seconds), Option("3", 0, "three")),
        opt_out_key=opt_out_key,
        max_tries=max_tries,
        timeout_seconds=5.0,
        barge_in=BargeIn.everywhere(barge_in),
    )


def version(of: Layout | None = None) -> LayoutVersion:
    """Join a layout to recordings of known lengths: 3 s of intro, 1 s for an option, 2 s of thanks."""
    return version_layout(
        layout() if of is None else of,
        {name: Recording(name, length, f"sha-of-{name}") for name, length in _MILLISECONDS.items()},
    )


def experiment(
    layouts: Mapping[str, float] | None = None, delays: Mapping[float, float] | None = None, *, salt: str = "salt"
) -> Experiment:
    """Return an experiment of one stratum; without arms everybody gets ``sequential-123`` at once."""
    stratum = Stratum("*", layouts or {"sequential-123": 1.0}, delays or {0.0: 1.0})
    return Experiment(
        key="default",
        salt=salt,
        unit=Unit.CALLER,
        strata=(stratum,),
        primary_metric="rated",
        minimum_sample=100,
        stop_rule="fixed",
    )


def assignment(delay_seconds: float = 0.0) -> Assignment:
    """Return what a call was given."""
    return Assignment("default", "*", "sequential-123", 1.0, "sequential-123:1", delay_seconds, 1.0)
