"""Draws: one arm of several, with known probabilities, by a salted hash that is the same in any process.

The hash maps an identity to [0, 1) and the arms are laid end to end over that interval in the order of their
names. Different purposes in the identity give independent draws.
"""

import hashlib
import math
from collections.abc import Mapping
from itertools import accumulate
from typing import TypeVar

from ivr.errors import ExperimentRefused

Arm = TypeVar("Arm", str, float)
READ_TOLERANCE = 1.5e-3
"""So far from 1 the probabilities that are read back may sum: people write a third as .333."""
_SUM_TOLERANCE = 1e-9


def draw(arms: Mapping[Arm, float], *identity: str) -> tuple[Arm, float]:
    """Return the arm that ``identity`` falls on, and its probability."""
    position = uniform(*identity)
    ordered = sorted(arms)
    for arm, upper in zip(ordered, accumulate(arms[arm] for arm in ordered), strict=True):
        if position < upper:
            return arm, arms[arm]
    # Rounding may leave the last bound a hair under 1.
    last = next(arm for arm in reversed(ordered) if arms[arm] > 0)
    return last, arms[last]


def draw_within(
    share: float, arms: Mapping[Arm, float], resting: Arm, *, salt: str, key: str, purpose: str, unit: str
) -> tuple[Arm, float]:
    """Draw for a unit of whose kind only ``share`` take part; the others get ``resting``.

    Who takes part at one share does so at every larger one, with the same arm. The probability is the marginal
    one, over taking part and the draw.
    """
    if share >= 1:
        return draw(arms, salt, key, purpose, unit)
    arm = resting
    if uniform(salt, key, f"{purpose} share", unit) < share:
        arm, _ = draw(arms, salt, key, purpose, unit)
    return arm, mixed(share, arms, resting)[arm]


def mixed(share: float, arms: Mapping[Arm, float], resting: Arm) -> dict[Arm, float]:
    """Return the distribution of a draw in which only ``share`` take part and the others get ``resting``."""
    if share >= 1:
        return dict(arms)
    mixture = {arm: share * probability for arm, probability in arms.items()}
    mixture[resting] = mixture.get(resting, 0.0) + (1 - share)
    return mixture


def uniform(*identity: str) -> float:
    """Map ``identity`` to [0, 1): the first 53 bits of its SHA-256, with lengths in it so that no two run together."""
    text = "".join(f"{len(part)}:{part}" for part in identity)
    return (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 11) / 2**53


def spelled(arms: Mapping[str, float]) -> str:
    """Return a whole distribution as text, ``key:p key:p``, in the order of the names."""
    return " ".join(f"{arm}:{arms[arm]:.12g}" for arm in sorted(arms))


def read_spelled(text: str) -> Mapping[str, float] | None:
    """Read a distribution back from what :func:`spelled` wrote, or somebody by hand; None where it is no such text.

    The numbers are taken as they stand: whether they are probabilities that sum to 1 is for the caller to ask.
    """
    arms: dict[str, float] = {}
    for part in text.split():
        arm, _, probability = part.rpartition(":")
        try:
            number = float(probability)
        except ValueError:
            return None
        if not arm or arm in arms or not math.isfinite(number):
            return None
        arms[arm] = number
    return arms or None


def require_distribution(place: str, arms: Mapping[str, float]) -> None:
    """Refuse probabilities that are none, or that do not sum to 1; raises ExperimentRefused."""
    if not arms:
        raise ExperimentRefused(f"{place} is empty; write at least one arm with its probability")
    for arm, probability in arms.items():
        if not 0 <= probability <= 1:
            raise ExperimentRefused(f"{place}: {arm} = {probability:g}; write a probability from 0 to 1")
    total = math.fsum(arms.values())
    if abs(total - 1) > _SUM_TOLERANCE:
        raise ExperimentRefused(f"{place} sum to {total:.10g}; change them so that they sum to 1")
