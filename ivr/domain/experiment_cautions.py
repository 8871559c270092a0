"""Cautions: what an experiment may do and seldom should, because its figures will not carry what is asked of them."""

from collections.abc import Iterator, Mapping

from ivr.domain.counterbalance import reversed_pairs
from ivr.domain.experiments import Experiment, Stratum
from ivr.domain.layouts import Layout
from ivr.domain.leading import why_layout_leads

MOST_LEADING_SHARE = 0.2


def cautions(experiment: Experiment, layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    """Return the cautions about ``experiment``, a sentence each; ``layouts`` are those that exist, by key."""
    return tuple(f"experiment {experiment.key}, {caution}" for caution in _cautions(experiment, layouts))


def _cautions(experiment: Experiment, layouts: Mapping[str, Layout]) -> Iterator[str]:
    for stratum in experiment.strata:
        for caution in _of_stratum(stratum, experiment.control_of(stratum), layouts):
            yield f"stratum {stratum.name}: {caution}"


def _of_stratum(stratum: Stratum, control: str, layouts: Mapping[str, Layout]) -> Iterator[str]:
    given = {key: layouts[key] for key, share in sorted(stratum.layouts.items()) if share > 0 and key in layouts}
    if control in layouts and why_layout_leads(layouts[control]):
        yield f"the control {control} leads callers to the best answer; name another control"
    leading = {key: stratum.layouts[key] for key, layout in given.items() if why_layout_leads(layout)}
    if sum(leading.values()) > MOST_LEADING_SHARE + 1e-9:
        yield (
            f"{100 * sum(leading.values()):g} % of the callers get a layout that leads to the best answer "
            f"({', '.join(leading)}); {100 * MOST_LEADING_SHARE:g} % are enough to measure what it does"
        )
    if len(given) > 1 and not reversed_pairs(given):
        yield (
            "no layout has its reverse beside it, so the habit of key 1 cannot be told from satisfaction; "
            "give 5 % to a reversed layout"
        )
    if len(given) > 1 and control not in given:
        yield f"the control {control} is not among its layouts, so nothing is compared with it there; give it a share"
    if not any(delay > 0 and share > 0 for delay, share in stratum.delays.items()):
        yield "no call has a silence before the first prompt, so non-response cannot be corrected; give 10 % one"
