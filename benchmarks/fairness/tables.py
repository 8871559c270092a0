"""Tables: the scores of a scenario with its bars, and a line for each scenario at the end."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.fairness.bars import Held, Means, bars_of, verdict_of
from benchmarks.fairness.generators import Generator
from benchmarks.fairness.means import Mean

_FIGURES = ("observed", "standardised", "corrected", "oracle", "everybody")
_COLUMNS = {
    "bias": "bias",
    "rmse": "RMSE",
    "rmse_level_removed": "RMSE, level off",
    "ratio": "/ raw",
    "coverage": "coverage",
    "width": "width",
    "tau": "tau",
    "tau_gain": "- raw",
    "bottom_tenth": "bottom 10th",
    "missing": "none",
}
_OTHERS = {
    "ok_of_enough": "agents with 30 ratings or more that are ok",
    "ok": "agents whose corrected is ok",
    "not_identified": "agents whose corrected is not_identified",
    "standardised.own_coverage": "coverage of standardised for what it estimates",
    "ranks.coverage": "coverage of rank intervals, by the true standardised",
    "ranks.coverage_of_truth": "coverage of rank intervals, by the truth",
    "ranks.width": "width of rank intervals, in ranks",
    "flags.recall": "selective agents who are flagged",
    "flags.false_discovery": "flagged agents who are not selective",
    "flags.false": "agents not selective who are flagged",
    "oracle.recall": "selective agents whom the oracle suspects",
    "oracle.false_discovery": "agents whom the oracle suspects who are not selective",
}
_SUMMARY = {
    "corrected.ratio": "RMSE / raw",
    "oracle.ratio": "oracle / raw",
    "corrected.bias": "bias",
    "observed.bias": "raw bias",
    "corrected.coverage": "coverage",
    "standardised.tau_gain": "tau - raw",
    "oracle.tau_gain": "oracle's",
    "ok_of_enough": "ok",
    "ranks.coverage": "ranks",
    "flags.recall": "recall",
    "flags.false_discovery": "false disc.",
}
_NONE = "-"


def scenario_lines(generator: Generator, means: Means, seeds: int, seconds: Mapping[str, float]) -> Iterator[str]:
    """Yield the table of one scenario and its bars; ``seconds`` are medians by command."""
    yield f"\n{generator.name}: {generator.scenario.about}"
    took = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    yield f"{seeds} seeds, mean (Monte-Carlo standard error){'; median ' + took if took else ''}"
    yield f"{'':<13}" + "".join(f"{title:>16}" for title in _COLUMNS.values())
    for figure in _FIGURES:
        cells = (_with_error(means.get(f"{figure}.{column}")) for column in _COLUMNS)
        yield f"{figure:<13}" + "".join(f"{cell:>16}" for cell in cells)
    for score, text in _OTHERS.items():
        if means.get(score) is not None:
            yield f"  {text:<52} {_with_error(means.get(score))}"
    yield from (bar_line(bar) for bar in bars_of(generator, means))


def bar_line(bar: Held) -> str:
    """Return a bar as a line: whether it is met, what was found, and what was wanted."""
    return f"{'ok    ' if bar.is_met else 'MISSED'} {bar.text}: {_with_error(bar.mean)} ({bar.limits})"


def summary_lines(all_means: Sequence[tuple[Generator, Means]]) -> Iterator[str]:
    """Yield the summary: a line for each scenario."""
    yield f"\n{'':<26}" + "".join(f"{title:>15}" for title in _SUMMARY.values()) + "  verdict"
    for generator, means in all_means:
        cells = "".join(f"{_with_error(means.get(score), short=True):>15}" for score in _SUMMARY)
        yield f"{generator.name:<26}{cells}  {verdict_of(generator, means)}"


def summary_page(all_means: Sequence[tuple[Generator, Means]]) -> Iterator[str]:
    """Yield the summary as a table of Markdown."""
    yield "| scenario | " + " | ".join(_SUMMARY.values()) + " | verdict |"
    yield "|---|" + "---|" * (len(_SUMMARY) + 1)
    for generator, means in all_means:
        cells = " | ".join(_with_error(means.get(score), short=True) for score in _SUMMARY)
        yield f"| `{generator.name}` | {cells} | {verdict_of(generator, means)} |"


def _with_error(mean: Mean | None, *, short: bool = False) -> str:
    if mean is None:
        return _NONE
    value = f"{mean.value:.3f}" if abs(mean.value) < 10 else f"{mean.value:.1f}"
    if mean.standard_error is None:
        return value
    return f"{value} ({mean.standard_error:.3f})" if short else f"{value} ({mean.standard_error:.4f})"
