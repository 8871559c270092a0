"""A selective agent's calls: what is pressed, who stays silent, who is not offered the rating.

All of it is linear in the chances, in what callers would press and in what they mean, so one formula gives the shares
and their derivatives.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ivr.domain.kpi.structural.design import FloatArray


@dataclass(frozen=True, slots=True)
class SelectiveCalls:
    """Shares of the calls (cells x categories): pressed; silent and passed over, both by what the caller means."""

    pressed: FloatArray
    silent: FloatArray
    passed: FloatArray

    @property
    def results(self) -> FloatArray:
        """Each press, silence, not offered (cells x results)."""
        return np.column_stack([self.pressed, self.silent.sum(axis=1), self.passed.sum(axis=1)])

    @classmethod
    def of(cls, parameters: FloatArray, crossed: FloatArray, meant: FloatArray) -> "SelectiveCalls":
        """Return the shares from what offered callers would press (cells x neutral x pressed) and what all mean."""
        offers, own = expit(parameters[:-1]), float(expit(parameters[-1]))
        return cls._made(offers, 1.0 - offers, own, 1.0 - own, crossed, meant)

    @classmethod
    def _made(
        cls, offers: FloatArray, passes: FloatArray, own: float, left: float, crossed: FloatArray, meant: FloatArray
    ) -> "SelectiveCalls":
        pressed = left * np.einsum("njk,j->nk", crossed, offers)
        pressed[:, -1] += own * (meant @ offers)
        return cls(pressed, left * offers * (meant - crossed.sum(axis=2)), passes * meant)

    def by_parameters(self, parameters: FloatArray, crossed: FloatArray, meant: FloatArray) -> list["SelectiveCalls"]:
        """Return the derivatives by the logit of each chance, and by that of self-pressing."""
        offers, own = expit(parameters[:-1]), float(expit(parameters[-1]))
        found = []
        for place in range(len(offers)):
            change = np.zeros(len(offers))
            change[place] = offers[place] * (1.0 - offers[place])
            found.append(self._made(change, -change, own, 1.0 - own, crossed, meant))
        slope = own * (1.0 - own)
        found.append(self._made(offers, np.zeros(len(offers)), slope, -slope, crossed, meant))
        return found
