"""Tellings: what the results of calls tell of eta and psi, for many cells at once.

A call with result k adds d log p_k to its cell's slope and log p_k to its likelihood, and whatever its result, it adds
sum_k dp_k dp_k' / p_k to the information (Fisher). All of it hangs on eta and psi alone, so for many cells it is
computed on a surface and read off; for a few it is computed where they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ivr.domain.kpi.structural.answers import PSI, Shares
from ivr.domain.kpi.structural.design import FloatArray
from ivr.domain.kpi.structural.surfaces import reader

SharesAt = Callable[[FloatArray, FloatArray], Shares]
"""Returns the probabilities of all results of a call at eta and psi."""
_READINGS = 8
"""So often a search reads what each cell tells."""


class Told(NamedTuple):
    """What each cell tells: slopes by eta and psi, information (cells x 2 x 2), log likelihood."""

    scores: FloatArray
    information: FloatArray
    likelihood: FloatArray


@dataclass(frozen=True, slots=True)
class Telling:
    """Some cells and their ``counts`` (cells x results); ``read`` gives columns at eta and psi."""

    counts: FloatArray
    calls: FloatArray
    shares: SharesAt
    read: Callable[[FloatArray, FloatArray], FloatArray]

    @classmethod
    def of(cls, counts: FloatArray, shares: SharesAt, eta: FloatArray, psi: FloatArray) -> "Telling":
        """Return what cells with ``counts`` tell; ``eta`` and ``psi`` are where cells lie without their agents."""

        def columns(eta: FloatArray, psi: FloatArray) -> FloatArray:
            value, by = shares(eta, psi)
            of_result = by[:, :, : PSI + 1] / value[:, :, None]
            information = np.swapaxes(of_result, 1, 2) @ by[:, :, : PSI + 1]
            slopes = np.swapaxes(of_result, 1, 2)
            return np.column_stack([slopes.reshape(len(eta), -1), np.log(value), information.reshape(len(eta), -1)])

        return cls(counts, counts.sum(axis=1), shares, reader(columns, eta, psi, _READINGS * len(counts)))

    def told(self, eta: FloatArray, psi: FloatArray) -> Told:
        """Return what the cells tell where they are with their agents."""
        results = self.counts.shape[1]
        columns = self.read(eta, psi)
        by_result = columns[:, : 3 * results].reshape(len(eta), 3, results)
        total = np.einsum("nck,nk->nc", by_result, self.counts)
        information = columns[:, 3 * results :] * self.calls[:, None]
        return Told(total[:, :2], information.reshape(-1, 2, 2), total[:, 2])

    def information(self, eta: FloatArray, psi: FloatArray) -> FloatArray:
        """Return the information by eta and psi (rows) with every local parameter (columns) of each cell."""

        def columns(eta: FloatArray, psi: FloatArray) -> FloatArray:
            value, by = self.shares(eta, psi)
            information: FloatArray = np.swapaxes(by[:, :, : PSI + 1] / value[:, :, None], 1, 2) @ by
            return information.reshape(len(eta), -1)

        found = reader(columns, eta, psi, len(eta))(eta, psi) * self.calls[:, None]
        return found.reshape(len(eta), 2, -1)
