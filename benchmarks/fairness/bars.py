"""Bars: what the figures are held against, scenario by scenario; met within two Monte-Carlo standard errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.fairness.generators import Generator, Verdict
from benchmarks.fairness.means import Mean
from ivr.simulation.scenarios import SCENARIOS

Means = Mapping[str, Mean | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that a score may be; None: no limit on that side."""

    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}"
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"

    def hold(self, mean: Mean) -> bool:
        """Whether the mean is within, give or take two standard errors."""
        above = self.least is None or mean.value + mean.slack >= self.least
        return above and (self.most is None or mean.value - mean.slack <= self.most)


@dataclass(frozen=True, slots=True)
class Held:
    """One bar and what was found; ``mean`` is None where no seed had a figure, and the bar is missed then."""

    text: str
    mean: Mean | None
    limits: Limits

    @property
    def is_met(self) -> bool:
        """Whether the bar is met."""
        return self.mean is not None and self.limits.hold(self.mean)


_COVERAGE = Limits(0.93, 0.97)
# The most that the ratio to the raw error may be, and the least that Kendall's tau has to gain.
_NAMED = {"S1": (0.58, 0.08), "S2": (0.34, 0.25), "S3": (0.30, 0.22), "S4": (0.20, 0.37), "null": (0.80, None)}
_FOUND_OUT = {"selective_30", "selective_at_half", "selective_above_half"}


def bars_of(generator: Generator, means: Means) -> Sequence[Held]:
    """Return the bars of a generator beside what was found."""
    # A bar is for a scenario as it is, not for one of another size.
    if generator.name in _NAMED and generator.scenario == SCENARIOS[generator.name]:
        return _named_bars(generator.name, means)
    if generator.expected is Verdict.NOT_IDENTIFIED:
        return _silence_bars(generator, means)
    if _is_silent(means):
        # No figure is an honest answer where nobody has promised one.
        return [_held("no corrected figure is shown", means, "corrected.missing", least=1.0)]
    bars = [
        _held("coverage of corrected", means, "corrected.coverage", least=0.90),
        _third_of_raw_bias(means),
        _held("agents whose corrected is ok", means, "ok", least=0.5),
    ]
    return [*bars, *_flag_bars(means)] if generator.name in _FOUND_OUT else bars


def verdict_of(generator: Generator, means: Means) -> str:
    """Return in a word what came of the generator."""
    if not all(bar.is_met for bar in bars_of(generator, means)):
        return "MISSED"
    if _is_silent(means):
        return "not identified" if generator.expected is Verdict.NOT_IDENTIFIED else "withheld"
    return "met"


def _named_bars(name: str, means: Means) -> Sequence[Held]:
    ratio, gain = _NAMED[name]
    bars = [
        _held("RMSE of corrected / raw", means, "corrected.ratio", most=ratio),
        Held("coverage of corrected", means.get("corrected.coverage"), _COVERAGE),
        _held("agents with 30 ratings that are ok", means, "ok_of_enough", least=0.95),
        Held("coverage of rank intervals", means.get("ranks.coverage"), _COVERAGE),
    ]
    if gain is not None:
        bars.append(_held("gain in tau of standardised", means, "standardised.tau_gain", least=gain))
    if name == "null":
        bias = means.get("corrected.bias")
        bars += [
            Held("bias of corrected, absolute", _absolute(bias), Limits(most=0.01)),
            _held("agents flagged wrongly", means, "flags.false", most=0.03),
        ]
    return bars


def _silence_bars(generator: Generator, means: Means) -> Sequence[Held]:
    bars = [
        _held("agents without a corrected figure", means, "corrected.missing", least=1.0),
        _held("agents whose corrected is not_identified", means, "not_identified", least=1.0),
    ]
    if generator.has_order:
        return [*bars, _held("agents without a standardised figure", means, "standardised.missing", most=0.5)]
    return [*bars, _held("agents without a standardised figure", means, "standardised.missing", least=1.0)]


def _flag_bars(means: Means) -> Sequence[Held]:
    return [
        _held("selective agents who are flagged", means, "flags.recall", least=0.8),
        _held("flagged agents who are not selective", means, "flags.false_discovery", most=0.15),
    ]


def _third_of_raw_bias(means: Means) -> Held:
    raw = means.get("corrected.raw_bias")
    most = Limits(most=round(abs(raw.value) / 3, 4)) if raw is not None else Limits(most=0.0)
    return Held("bias of corrected, absolute (a third of raw)", _absolute(means.get("corrected.bias")), most)


def _absolute(mean: Mean | None) -> Mean | None:
    return None if mean is None else Mean(abs(mean.value), mean.standard_error, mean.seeds)


def _is_silent(means: Means) -> bool:
    missing = means.get("corrected.missing")
    return missing is not None and missing.value >= 0.99


def _held(text: str, means: Means, score: str, *, least: float | None = None, most: float | None = None) -> Held:
    return Held(text, means.get(score), Limits(least, most))
