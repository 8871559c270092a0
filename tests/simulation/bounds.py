"""Bounds within which chance alone keeps a frequency; five standard errors, so that a true one hardly ever fails."""

import math

import numpy as np

FIVE = 5.0


def close(share: float, chance: float, count: int) -> bool:
    """Return whether ``share`` of ``count`` independent trials is what a chance of ``chance`` gives."""
    assert count > 100, "too few to say anything"
    return abs(share - chance) <= FIVE * math.sqrt(chance * (1 - chance) / count)


def happened(events: np.ndarray, chances: np.ndarray) -> bool:
    """Return whether so many events happened as their own chances say."""
    assert len(events) > 100, "too few to say anything"
    spread = math.sqrt(float(np.sum(chances * (1 - chances))))
    return abs(float(events.sum() - chances.sum())) <= FIVE * spread
