"""Cautions: what an experiment may do and seldom should, because its figures will not carry what is asked of them."""

from collections.abc import Collection, Iterator, Mapping

from ivr.domain.counterbalance import reversed_pairs
from ivr.domain.experiments import ANY_SITE, Experiment, Stratum
from ivr.domain.layouts import Layout
from ivr.domain.leading import why_layout_leads

MOST_LEADING_SHARE = 0.2


def cautions(experiment: Experiment, layouts: Mapping[str, Layout], queues: Collection[str] = ()) -> tuple[str, ...]:
    """Return the cautions about ``experiment``, a sentence each.

    ``layouts`` are those that exist, by key; ``queues`` those that the settings name, empty where they name none.
    """
    return tuple(f"experiment {experiment.key}, {caution}" for caution in _cautions(experiment, layouts, queues))


def _cautions(experiment: Experiment, layouts: Mapping[str, Layout], queues: Collection[str]) -> Iterator[str]:
    unmirrored: set[frozenset[str]] = set()
    for stratum in experiment.strata:
        control = experiment.control_of(stratum)
        given = _given(stratum, layouts)
        found = [*_of_place(stratum, experiment, queues), *_of_stratum(stratum, control, layouts)]
        # The same layouts in several strata have one and the same shortcoming.
        if given and not reversed_pairs(given) and frozenset(given) not in unmirrored:
            unmirrored.add(frozenset(given))
            found.append(_without_reverse(given))
        for caution in found:
            yield f"stratum {stratum.name}: {caution}"
    for queue in experiment.queues:
        if queues and queue not in queues:
            yield f"queues: {queue} is not among the settings' queues, so its calls do not count; add it there"


def _of_place(stratum: Stratum, experiment: Experiment, queues: Collection[str]) -> Iterator[str]:
    """Yield where the stratum's name is that of no place that takes part."""
    site, _, queue = stratum.name.partition("/")
    if not queue:
        if site != ANY_SITE and (site in queues or site in experiment.queues):
            yield f'{site} is a queue and reads as a site; write [strata."{ANY_SITE}/{site}"]'
    elif experiment.queues and queue not in experiment.queues:
        yield (
            f"its queue {queue} is not among the experiment's queues, so everybody there gets the control "
            f"{experiment.control_of(stratum)}; add it to queues, or write one of {', '.join(experiment.queues)}"
        )
    elif queues and queue not in queues:
        yield (
            f"its queue {queue} is not among the settings' queues, so its calls do not count; "
            f"add it there, or write one of {', '.join(sorted(queues))}"
        )


def _of_stratum(stratum: Stratum, control: str, layouts: Mapping[str, Layout]) -> Iterator[str]:
    given = _given(stratum, layouts)
    languages = sorted({layout.language for layout in given.values()})
    speaks_another = bool(given) and control in layouts and layouts[control].language not in languages
    if len(languages) > 1:
        yield (
            f"its layouts are in {' and '.join(languages)}, so chance decides which language a caller hears; "
            "give each language a queue, or a site, with a stratum of its own"
        )
    if speaks_another:
        usual = max(given, key=lambda key: stratum.layouts[key])
        yield (
            f"callers who take no part hear {layouts[control].language} ({control}) and the others "
            f'{" or ".join(languages)}; write control = "{usual}" in this stratum'
        )
    if control in layouts and why_layout_leads(layouts[control]):
        yield f"the control {control} leads callers to the best answer; name another control"
    leading = {key: stratum.layouts[key] for key, layout in given.items() if why_layout_leads(layout)}
    if sum(leading.values()) > MOST_LEADING_SHARE + 1e-9:
        yield (
            f"{100 * sum(leading.values()):g} % of the callers get a layout that leads to the best answer "
            f"({', '.join(leading)}); {100 * MOST_LEADING_SHARE:g} % are enough to measure what it does"
        )
    if len(given) > 1 and control not in given and not speaks_another:
        yield f"the control {control} is not among its layouts, so nothing is compared with it there; give it a share"
    if not any(delay > 0 and share > 0 for delay, share in stratum.delays.items()):
        yield "no call has a silence before the first prompt, so non-response cannot be corrected; give 10 % one"


def _given(stratum: Stratum, layouts: Mapping[str, Layout]) -> dict[str, Layout]:
    """Return the layouts that callers of the stratum can be assigned, by key."""
    return {key: layouts[key] for key, share in sorted(stratum.layouts.items()) if share > 0 and key in layouts}


def _without_reverse(given: Collection[str]) -> str:
    if len(given) == 1:
        (only,) = given
        return f"{only} stands alone, so its key habit cannot be told apart; give 5 % to its reverse once there is one"
    return (
        "no layout has its reverse beside it, so the habit of key 1 cannot be told from satisfaction; "
        "give 5 % to a reversed layout"
    )
