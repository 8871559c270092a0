"""Layouts, experiments and calls that many tests speak of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ivr.domain.calls import CallId
from ivr.domain.experiments import Assignment, Experiment, PrimaryMetric, StopRule, Stratum, Unit
from ivr.domain.layouts import BargeIn, CommentRequest, Confirmation, Layout, Option
from ivr.domain.timelines import LayoutVersion, Recording, join_further, version_layout
from ivr.usecases.offering import CurrentOffering, Offering

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
    "opted-out": 2500,
    "sure": 1200,
    "say": 1800,
    "solved": 1600,
    "yes": 700,
    "no": 800,
    "reason": 1400,
    "agent": 900,
    "product": 950,
    "recommend": 2200,
    "scale": 4000,
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
    then: tuple[str, ...] = (),
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
        then=then,
    )


def version(of: Layout | None = None) -> LayoutVersion:
    """Join a layout to recordings of known lengths: 3 s of intro, 1 s for an option, 2 s of thanks."""
    return version_layout(
        layout() if of is None else of,
        {name: Recording(name, length, f"sha-of-{name}") for name, length in _MILLISECONDS.items()},
    )


def solved(**changes: object) -> Layout:
    """Return a further question of two answers: 1 yes, 2 no."""
    return _further("solved-12", "solved", (Option("1", 1, "yes"), Option("2", 0, "no")), **changes)


def reason(**changes: object) -> Layout:
    """Return a further question of two answers: 1 the agent, 2 the product."""
    return _further("reason-12", "reason", (Option("1", 1, "agent"), Option("2", 0, "product")), **changes)


def recommend(**changes: object) -> Layout:
    """Return a further question from 0 to 10 in one recording, with * for 10."""
    first = Option("0", 0, "scale")
    rest = tuple(Option(str(number), number, also=("*",) if number == 10 else ()) for number in range(1, 11))
    return _further("recommend-11", "recommend", (first, *rest), **changes)


def _further(key: str, intro: str, options: tuple[Option, ...], **changes: object) -> Layout:
    values: dict[str, object] = {
        "key": key,
        "language": "en",
        "question": intro,
        "categories": tuple(str(number) for number in range(len(options))),
        "intro": intro,
        "thanks": "thanks",
        "invalid": "invalid",
        "no_key": "no-key",
        "options": options,
        "opt_out_key": "#" if len(options) > 9 else "9",
        "timeout_seconds": 4.0,
    }
    return Layout(**{**values, **changes})  # type: ignore[arg-type]


CONFIRMATION = Confirmation("sure", 1.0)
COMMENT = CommentRequest("say", longest_seconds=30.0, silence_seconds=3.0, retention_days=60)


def questionnaire(*layouts: Layout) -> LayoutVersion:
    """Return the version of the first of ``layouts``, with the others as those that can follow."""
    return join_further({each.key: version(each) for each in layouts})[layouts[0].key]


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
        primary_metric=PrimaryMetric.TOP_BOX,
        minimum_sample=100,
        stop_rule=StopRule.NONE,
    )


def assignment(delay_seconds: float = 0.0) -> Assignment:
    """Return what a call was given."""
    return Assignment("default", "*", "sequential-123", 1.0, "sequential-123:1", delay_seconds, 1.0)


def offering(of: Experiment | None = None, versions: Mapping[str, LayoutVersion] | None = None) -> CurrentOffering:
    """Return what callers are given: everybody ``sequential-123``, where nothing else is said."""
    return CurrentOffering(Offering(of or experiment(), versions or {"sequential-123": version()}))
