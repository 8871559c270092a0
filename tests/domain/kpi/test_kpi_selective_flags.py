"""Selective-offering flags: recall and false flags on known cheats, the floor, and too little to go by."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.offer_gaps import GapCount, flag_offer_gaps
from ivr.domain.kpi.peer_flags import join_flags
from ivr.domain.kpi.selective_flags import EventCount, flag_shares
from ivr.domain.kpi.signals import Signal

OFFERS = np.array([0.35, 0.60, 0.95])
SHORT_WAIT, LONG_WAIT = np.array([0.17, 0.20, 0.63]), np.array([0.38, 0.26, 0.36])
LOW = Signal.LOW_OFFER_RATE


def _centre(rng, share_selective, agents=200):
    """Return who is selective, offers and calls after a short and after a long wait; honest offers are Beta(46, 4)."""
    calls = np.maximum(30, rng.lognormal(np.log(300) - 0.32, 0.8, agents).astype(int))
    selective = rng.random(agents) < share_selective
    honest, jitter = rng.beta(46, 4, agents), 0.05 * rng.normal(size=agents)
    after = [(calls // 2, OFFERS @ SHORT_WAIT), (calls - calls // 2, OFFERS @ LONG_WAIT)]
    return selective, [
        (rng.binomial(n, np.clip(np.where(selective, rate + jitter, honest), 0, 1)), n) for n, rate in after
    ]


def _counts(offers):
    (short, n_short), (long, n_long) = offers
    return [
        EventCount(f"agent {at:03d}", "sales", int(a + c), int(b + d))
        for at, (a, b, c, d) in enumerate(zip(short, n_short, long, n_long, strict=True))
    ]


def _gaps(offers):
    (short, n_short), (long, n_long) = offers
    return [
        GapCount(f"agent {at:03d}", "sales", int(a), int(b), int(c), int(d))
        for at, (a, b, c, d) in enumerate(zip(short, n_short, long, n_long, strict=True))
    ]


def _score(selective, flags):
    flagged = np.array([each.flagged for each in flags])
    return flagged[selective].mean(), (flagged & ~selective).sum() / max(1, flagged.sum()), flagged[~selective].mean()


@pytest.mark.parametrize(
    ("share", "floors", "recall", "false"),
    [(0.1, None, 0.8, 0.15), (0.3, None, 0.8, 0.15), (0.3, {"": 0.8}, 0.85, 0.12)],
)
def test_cheats_are_found_and_few_others(share, floors, recall, false):
    rng = np.random.default_rng(1)
    scores = []
    for _ in range(12):
        selective, offers = _centre(rng, share)
        scores.append(_score(selective, flag_shares(_counts(offers), LOW, floors=floors)))
    found, wrong, _ = np.mean(scores, axis=0)
    assert found > recall
    assert wrong < false


def test_two_signals_together_find_more_and_fewer_others():
    rng = np.random.default_rng(2)
    alone, joint = [], []
    for _ in range(10):
        selective, offers = _centre(rng, 0.1)
        rates, gaps = flag_shares(_counts(offers), LOW), flag_offer_gaps(_gaps(offers))
        alone.append(_score(selective, rates))
        joint.append(_score(selective, join_flags(rates, gaps)))
    assert np.mean(joint, axis=0)[0] > np.mean(alone, axis=0)[0]
    assert np.mean(joint, axis=0)[1] < np.mean(alone, axis=0)[1]


def test_where_nobody_cheats_hardly_anybody_is_flagged():
    rng = np.random.default_rng(3)
    scores = []
    for _ in range(15):
        _, offers = _centre(rng, 0.0)
        scores.append(
            [each.flagged for each in join_flags(flag_shares(_counts(offers), LOW), flag_offer_gaps(_gaps(offers)))]
        )
    assert np.mean(scores) < 0.03


@pytest.mark.parametrize("signal", [each for each in Signal if each is not Signal.OFFERS_TO_THE_CONTENT])
def test_every_signal_has_its_telling_side(signal):
    base = 20 if signal.is_low else 80
    counts = [EventCount(f"peer {at}", "s", 1000 - 10 * base + at, 1000) for at in range(12)]
    odd = 400 if signal.is_low else 900
    other = 990 if signal.is_low else 5
    flags = {
        each.agent: each
        for each in flag_shares(
            [*counts, EventCount("odd", "s", odd, 1000), EventCount("other", "s", other, 1000)], signal
        )
    }
    assert [agent for agent, each in flags.items() if each.flagged] == ["odd"]
    assert flags["odd"].z > 3
    assert flags["other"].z < 0
    assert flags["odd"].share.estimate == odd / 1000
    assert flags["odd"].reasons


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_relabelling_permutes_and_splitting_a_row_changes_nothing(seed, random):
    _, offers = _centre(np.random.default_rng(seed), 0.2, agents=25)
    counts = _counts(offers)
    names = [each.agent for each in counts]
    random.shuffle(names)
    plain = {each.agent: each for each in flag_shares(counts, LOW)}
    renamed = {
        each.agent: each
        for each in flag_shares(
            [EventCount(name, each.stratum, each.events, each.calls) for name, each in zip(names, counts, strict=True)],
            LOW,
        )
    }
    for name, each in zip(names, counts, strict=True):
        assert renamed[name].flagged == plain[each.agent].flagged
        assert renamed[name].p_value == plain[each.agent].p_value or renamed[name].p_value == pytest.approx(
            plain[each.agent].p_value, abs=1e-9
        )


def test_an_agent_is_compared_on_the_same_calls_only():
    """Whoever works the hard queue offers as little as everybody there does."""
    easy = [EventCount(f"easy {at}", "easy", 940 + at, 1000) for at in range(12)]
    hard = [EventCount(f"hard {at}", "hard", 600 + at, 1000) for at in range(12)]
    mixed = [EventCount("both", "easy", 470, 500), EventCount("both", "hard", 301, 500)]
    flags = {each.agent: each for each in flag_shares([*easy, *hard, *mixed], LOW)}
    assert not any(each.flagged for each in flags.values())
    assert flags["both"].expected == pytest.approx(0.775, abs=0.01)


def test_a_small_difference_is_no_flag_however_many_calls_say_so():
    counts = [EventCount(f"peer {at}", "s", 95_000 + at, 100_000) for at in range(12)]
    flags = {each.agent: each for each in flag_shares([*counts, EventCount("a little", "s", 92_000, 100_000)], LOW)}
    assert flags["a little"].q_value < 1e-6
    assert not flags["a little"].flagged


def test_the_floor_counts_whatever_the_peers_do():
    counts = [EventCount(f"agent {at}", "s", 400 + at, 1000) for at in range(10)]
    assert not any(each.flagged for each in flag_shares(counts, LOW))
    floored = flag_shares(counts, LOW, floors={"s": 0.8})
    assert all(each.flagged for each in floored)
    assert "floor that is set" in floored[0].reasons[0]
    alone = flag_shares(counts[:1], LOW, floors={"": 0.8})
    assert alone[0].flagged
    (joined,) = join_flags(alone)
    assert (joined.flagged, joined.p_value) == (True, None)
    assert "floor that is set" in joined.reasons[0]
    assert not any(each.flagged for each in flag_shares(counts, LOW, floors={"other": 0.8}))


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([EventCount(f"agent {at}", "s", 10 * at, 100) for at in range(7)], "fewer than 8 peers"),
        ([EventCount(f"agent {at}", f"s{at}", 10 * at, 100) for at in range(10)], "fewer than 8 peers"),
        ([EventCount(f"agent {at}", "s", at, 49) for at in range(20)], "fewer than 50 calls"),
    ],
)
def test_too_little_to_go_by_is_no_flag_and_says_so(counts, reason):
    for each in flag_shares(counts, LOW):
        assert (each.flagged, each.z, each.q_value) == (False, None, None)
        assert reason in each.reasons[0]


def test_counts_that_contradict_themselves_are_refused_for_that_agent_alone():
    counts = [EventCount(f"peer {at}", "s", 900 + at, 1000) for at in range(12)]
    flags = {each.agent: each for each in flag_shares([*counts, EventCount("wrong", "s", 9, 5)], LOW)}
    assert flags["wrong"].share.status is Status.REFUSED
    assert not flags["wrong"].flagged
    assert flags["peer 0"].share.status is Status.OK
    assert flag_shares([], LOW) == ()


def test_a_gap_between_likely_content_callers_and_others_is_found():
    counts = [GapCount(f"peer {at}", "s", 450 + at, 500, 448 + at, 500) for at in range(12)]
    flags = {each.agent: each for each in flag_offer_gaps([*counts, GapCount("picky", "s", 470, 500, 300, 500)])}
    assert [agent for agent, each in flags.items() if each.flagged] == ["picky"]
    assert flags["picky"].share.estimate == pytest.approx(0.34)
    assert flags["picky"].share.lo < 0.34 < flags["picky"].share.hi


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([GapCount(f"a{at}", "s", 90, 100, 80, 100) for at in range(7)], "fewer than 8 peers"),
        ([GapCount(f"a{at}", "s", 90, 100, 8, 24) for at in range(9)], "fewer than 25 calls of one"),
        ([GapCount("a", "s", 90, 100, 0, 0)], "fewer than 25 calls of one"),
    ],
)
def test_gaps_that_cannot_be_judged_say_why(counts, reason):
    for each in flag_offer_gaps(counts):
        assert (each.flagged, each.z) == (False, None)
        assert reason in each.reasons[0]


def test_joined_flags_name_their_signals_and_say_nothing_of_the_untested():
    counts = [EventCount(f"peer {at:02d}", "s", 900 + at, 1000) for at in range(12)]
    rates = flag_shares([*counts, EventCount("few", "s", 1, 40)], LOW)
    presses = flag_shares(
        [EventCount(f"peer {at:02d}", "s", 30 + (400 if at == 3 else 0), 1000) for at in range(12)],
        Signal.EARLY_PRESSES,
    )
    joined = {each.agent: each for each in join_flags(rates, presses)}
    assert [agent for agent, each in joined.items() if each.flagged] == ["peer 03"]
    assert joined["peer 03"].signals[0] is Signal.EARLY_PRESSES
    assert joined["peer 03"].reasons == ("more ratings than the peers' were keyed before their option was read",)
    assert (joined["few"].signals, joined["few"].p_value) == ((), None)
    assert join_flags() == ()


def test_an_agent_without_calls_changes_nobody_else():
    _, offers = _centre(np.random.default_rng(8), 0.2, agents=40)
    counts, plain = _counts(offers), flag_shares(_counts(offers), LOW)
    *others, empty = flag_shares([*counts, EventCount("zoe", "sales", 0, 0)], LOW)
    assert tuple(others) == plain
    assert (empty.flagged, empty.share.status) == (False, Status.INSUFFICIENT)
    assert "fewer than 50 calls" in empty.reasons[0]
