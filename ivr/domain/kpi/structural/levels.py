"""Levels: each agent's share in the best category at the pooled case mix, and how it hangs on every parameter.

The pooled case mix is that of all eligible calls of the centre, so that nobody is judged by the queues that came; the
agent's own strata stay, so the site's quality stays in. The neutral share is the level; the pressed share stands on the
reference layout, with its habit of key 1, as if everybody answered.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ivr.domain.kpi.structural.design import Design, FloatArray, Kinds, sums
from ivr.domain.kpi.structural.scales import Scales

_MOST_POINTS = 64


@dataclass(frozen=True, slots=True)
class Mix:
    """Where agents are compared: points of strata and case mix (points x size), and each agent's weights of them."""

    points: FloatArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Level:
    """A share for each agent, 0 to 1; its derivatives by the vector, by the agent's u, and twice by u."""

    share: FloatArray
    by_vector: FloatArray
    by_effect: FloatArray
    curvature: FloatArray


def pooled_mix(design: Design, scales: Scales, vector: FloatArray) -> Mix:
    """Return the pooled case mix at each stratum; many kinds of calls are joined with those next to them."""
    mix, of = np.unique(design.kinds.mix, axis=0, return_inverse=True)
    nowhere = np.zeros(len(mix), dtype=np.intp)
    opinion, _ = scales.linear(Kinds(nowhere, nowhere, mix))
    weight = sums(of.reshape(-1), design.by_kind(design.weighted), len(mix))
    opinion, weight = opinion[weight > 0], weight[weight > 0] / weight.sum()
    if len(weight) > _MOST_POINTS:
        opinion, weight = _joined(opinion, weight, opinion @ vector)
    strata = np.zeros((len(design.strata), scales.size))
    part = scales.parts["stratum"]
    for number in range(1, len(design.strata)):
        strata[number, part.start + number - 1] = 1.0
    own = _own_strata(design)
    points = (strata[:, None, :] + opinion[None, :, :]).reshape(-1, scales.size)
    return Mix(points, (own[:, :, None] * weight[None, None, :]).reshape(len(design.agents), -1))


def _own_strata(design: Design) -> FloatArray:
    """Return each agent's shares of the strata (agents x strata).

    The agent's own is the share of calls at each site and language. What was drawn from there is not: a stratum counts
    by all calls of its site, or an agent would be judged by the weeks in which an allocation happened to hold.
    """
    place = [(stratum.site, stratum.language) for stratum in design.strata]
    number = {name: at for at, name in enumerate(sorted(set(place), key=repr))}
    of_stratum = np.array([number[name] for name in place], dtype=np.intp)
    stratum = design.kinds.stratum
    calls = sums(stratum, design.by_kind(design.eligible), len(place))
    within = calls / np.maximum(sums(of_stratum, calls, len(number))[of_stratum], 1.0)
    own = np.zeros((len(design.agents), len(number)))
    np.add.at(own, (design.agent, of_stratum[stratum[design.kind]]), design.eligible)
    own /= np.maximum(own.sum(axis=1, keepdims=True), 1.0)
    shares: FloatArray = own[:, of_stratum] * within
    return shares


def neutral_level(scales: Scales, mix: Mix, vector: FloatArray, effect: FloatArray) -> Level:
    """Return the share that means the best category of the neutral scale, for agents with parts ``effect`` of S."""
    place = np.zeros(scales.size)
    place[scales.parts["neutral"].stop - 1] = 1.0
    return _above(mix, vector, effect, place)


def pressed_level(scales: Scales, mix: Mix, vector: FloatArray, effect: FloatArray, layout: int) -> Level:
    """Return the share that would press the best category of a layout if everybody answered."""
    own = scales.local_map(layout)
    categories = scales.layouts[layout].categories
    best = _above(mix, vector, effect, own[4 + categories - 2])
    category = scales.layouts[layout].habit_category
    if category is None:
        return best
    habit = float(vector[scales.parts["habit"]][0])
    pressed = (1.0 - habit) * best.share + habit * (category == categories - 1)
    by_vector = (1.0 - habit) * best.by_vector
    by_vector[:, scales.parts["habit"].start] += float(category == categories - 1) - best.share
    return Level(pressed, by_vector, (1.0 - habit) * best.by_effect, (1.0 - habit) * best.curvature)


def _above(mix: Mix, vector: FloatArray, effect: FloatArray, threshold: FloatArray) -> Level:
    """Return P(S above a threshold), which is ``threshold`` times the vector."""
    eta = (mix.points - threshold) @ vector
    share = expit(effect[:, None] + eta[None, :])
    density = share * (1.0 - share) * mix.weights
    return Level(
        (share * mix.weights).sum(axis=1),
        density @ (mix.points - threshold),
        density.sum(axis=1),
        (density * (1.0 - 2.0 * share)).sum(axis=1),
    )


def _joined(points: FloatArray, weight: FloatArray, value: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Join points whose values lie side by side, each with its part of the weight."""
    order = np.argsort(value, kind="stable")
    group = np.minimum((np.cumsum(weight[order]) * _MOST_POINTS).astype(np.intp), _MOST_POINTS - 1)
    total = sums(group, weight[order], _MOST_POINTS)
    kept = total > 0
    summed = np.zeros((_MOST_POINTS, points.shape[1]))
    np.add.at(summed, group, points[order] * weight[order, None])
    return summed[kept] / total[kept, None], total[kept]
