"""Experiments on a million callers: every arm as often as promised, independent of all else, alike in every process.

The draws are fixed, so each test passes or fails for good. The bounds are two-sided at 0.001 over all comparisons of a
test (Bonferroni): a right hash fails such a test once in a thousand salts.
"""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import chi2

from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Stratum, Unit, assign
from ivr.domain.invitations import NONE, assign_invitation

CALLERS = 1_000_000
FEWER = 50_000
DIGESTED = 100_000
AGENTS = 50
ERROR = 0.001
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAYOUTS = {"sequential-123": 0.6, "sparse-531": 0.2, "paced-123": 0.15, "reversed-123": 0.05}
DELAYS = {0.0: 0.9, 2.0: 0.05, 4.0: 0.05}
INVITATIONS = {NONE: 0.5, "stay": 0.3, "stay-please": 0.2}
SCRIPTS = {NONE: 0.8, "be-kind": 0.2}


def experiment(key: str, salt: str) -> Experiment:
    return Experiment(
        key=key,
        salt=salt,
        unit=Unit.CALLER,
        strata=(Stratum("*", LAYOUTS, DELAYS, INVITATIONS, SCRIPTS),),
        primary_metric=PrimaryMetric.TOP_BOX,
        minimum_sample=1000,
        stop_rule=StopRule.NONE,
        control="sequential-123",
    )


TRIAL = experiment("default", "default-2")


def caller(number: int) -> str:
    """Return what a caller's hash looks like."""
    return f"h1:{number:064x}"


def given_to(number: int, trial: Experiment = TRIAL) -> tuple[str, float]:
    assignment = assign(trial, site=None, queue=None, caller=caller(number), call="1.1", at=NOON)
    return assignment.layout, assignment.delay_seconds


def invited(number: int) -> tuple[str, str]:
    drawn = assign_invitation(TRIAL, site=None, queue=None, caller=caller(number), call="1.1", at=NOON)
    assert drawn is not None
    return drawn.invitation, drawn.script


def digest() -> str:
    """Return a hash over a hundred thousand callers' assignments, invitations among them."""
    text = hashlib.sha256()
    for number in range(DIGESTED):
        text.update(repr((*given_to(number), *invited(number))).encode())
    return text.hexdigest()


@pytest.fixture(scope="module")
def drawn() -> Sequence[tuple[str, float]]:
    return [given_to(number) for number in range(CALLERS)]


def require_shares(counts: Counter, shares: dict, total: int) -> None:
    bound = NormalDist().inv_cdf(1 - ERROR / 2 / len(shares))
    assert sum(counts.values()) == total
    for arm, share in shares.items():
        z = (counts[arm] - total * share) / (total * share * (1 - share)) ** 0.5
        assert abs(z) < bound, (arm, z, bound)


def require_independent(pairs: Iterable[tuple[object, object]], tests: int = 1) -> None:
    """Require Pearson's chi-square of the contingency table below its bound; every cell is well filled."""
    table = _table(pairs)
    rows, columns = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    expected = rows * columns / table.sum()
    assert expected.min() > 20
    statistic = float(((table - expected) ** 2 / expected).sum())
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    assert statistic < chi2.isf(ERROR / tests, freedom), (statistic, freedom)
    # Too good a fit is no chance either.
    assert statistic > chi2.ppf(ERROR / tests, freedom), (statistic, freedom)


def _table(pairs: Iterable[tuple[object, object]]) -> np.ndarray:
    counts = Counter(pairs)
    firsts, seconds = sorted({pair[0] for pair in counts}), sorted({pair[1] for pair in counts})
    return np.array([[counts[first, second] for second in seconds] for first in firsts], dtype=float)


def test_every_layout_and_every_delay_comes_as_often_as_promised(drawn: Sequence[tuple[str, float]]) -> None:
    require_shares(Counter(layout for layout, _ in drawn), LAYOUTS, CALLERS)
    require_shares(Counter(delay for _, delay in drawn), DELAYS, CALLERS)
    joint = {(layout, delay): p * q for layout, p in LAYOUTS.items() for delay, q in DELAYS.items()}
    require_shares(Counter(drawn), joint, CALLERS)


def test_the_delay_is_independent_of_the_layout(drawn: Sequence[tuple[str, float]]) -> None:
    require_independent(drawn)


def test_layouts_and_delays_are_independent_of_the_agents(drawn: Sequence[tuple[str, float]]) -> None:
    # Agents get callers by chance, and by the last digits of their numbers, as a carrier's routing might have it.
    by_chance = np.random.default_rng(1700000000).integers(AGENTS, size=CALLERS)
    by_number = np.arange(CALLERS) % AGENTS
    for agents in (by_chance, by_number):
        for place in (0, 1):
            require_independent(((given[place], agent) for given, agent in zip(drawn, agents.tolist(), strict=True)), 4)


SECOND, RESALTED, NAMESAKE = (
    experiment("second", "second-1"),
    experiment("default", "default-3"),
    experiment("second", "default-2"),
)
OTHERS: dict[str, Callable[[int], tuple[str, object]]] = {
    "another experiment": lambda number: given_to(number, SECOND),
    "the same key with another salt": lambda number: given_to(number, RESALTED),
    "another key with the same salt": lambda number: given_to(number, NAMESAKE),
    "invitation and script": invited,
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_layouts_and_delays_are_independent_of(
    other: Callable[[int], tuple[str, object]], drawn: Sequence[tuple[str, float]]
) -> None:
    others = [other(number) for number in range(FEWER)]
    for here in (0, 1):
        for there in (0, 1):
            pairs = ((given[here], far[there]) for given, far in zip(drawn[:FEWER], others, strict=True))
            require_independent(pairs, 4)


def test_two_processes_assign_alike_without_talking() -> None:
    program = f"import runpy; print(runpy.run_path({__file__!r})['digest']())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for seed in ("1", "4242")
    ]
    one, other = (process.communicate(timeout=300)[0].strip() for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert one == other
    assert len(one) == 64
