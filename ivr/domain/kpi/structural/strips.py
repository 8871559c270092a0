"""Strips: the cells of one layout, sorted by agent, and what their calls tell at any place of the agents.

Cells of one stratum, case mix and delay are of one kind and share a row of the matrices, so sums over cells become sums
over a few kinds, and sums over an agent's cells a product with a sparse matrix.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ivr.domain.kpi.structural.answers import Answering, Shares
from ivr.domain.kpi.structural.calibration import SMALLEST, conditional
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray, sums
from ivr.domain.kpi.structural.scales import Scales
from ivr.domain.kpi.structural.surfaces import Surface, surface


@dataclass(frozen=True, slots=True)
class Strip:
    """One layout's cells.

    ``kind`` numbers the rows of ``opinion`` and ``willing`` (kinds x size), which give eta and psi without agents;
    ``begins`` are the first cells of ``agents``. ``rated`` counts each press and silence, ``later`` and ``anyway`` the
    follow-up answers of the cells ``later_rows`` and ``anyway_rows``. ``local`` maps local derivatives to the vector.
    """

    layout: int
    answering: Answering
    agent: IndexArray
    agents: IndexArray
    begins: IndexArray
    kind: IndexArray
    opinion: FloatArray
    willing: FloatArray
    local: FloatArray
    rated: FloatArray
    later_rows: IndexArray
    later: FloatArray
    anyway_rows: IndexArray
    anyway: FloatArray
    wide: Surface
    narrow: Surface

    @classmethod
    def of(cls, design: Design, scales: Scales, vector: FloatArray, layout: int) -> "Strip":
        """Return the strip of a layout that was heard, with its surfaces at ``vector``."""
        rows = design.rows_of(layout)
        codes = (design.stratum[rows], design.delay[rows], *design.mix[rows].T)
        # As one number each: telling rows of numbers apart takes far longer.
        numbers = np.ravel_multi_index(codes, tuple(int(code.max()) + 1 for code in codes))
        _, first, kind = np.unique(numbers, return_index=True, return_inverse=True)
        opinion, willing = scales.linear(design.of_cells(rows.start + first))
        answering = Answering.of(scales, vector, layout)
        agent = design.agent[rows]
        begins = np.flatnonzero(np.r_[True, agent[1:] != agent[:-1]])
        rated = design.rated[rows, : design.layouts[layout].categories]
        later, anyway = design.later[rows], design.anyway[rows]
        later_rows, anyway_rows = (np.flatnonzero(each.sum(axis=1) > 0) for each in (later, anyway))
        wide = _surface(answering, opinion @ vector, willing @ vector)
        return cls(
            layout=layout,
            answering=answering,
            agent=agent,
            agents=agent[begins],
            begins=begins,
            kind=kind.reshape(-1),
            opinion=opinion,
            willing=willing,
            local=scales.local_map(layout),
            rated=np.column_stack([rated, design.offered[rows] - rated.sum(axis=1)]),
            later_rows=later_rows,
            later=later[later_rows],
            anyway_rows=anyway_rows,
            anyway=anyway[anyway_rows],
            wide=wide,
            narrow=_without_shared(wide, rated.shape[1]),
        )

    def by_kind(self, values: FloatArray) -> FloatArray:
        """Return the sums of ``values``, one for a cell, over the cells of each kind."""
        return sums(self.kind, values, len(self.opinion))

    def by_agent(self, values: FloatArray, matrix: FloatArray) -> FloatArray:
        """Return the sums over each agent's cells of ``values`` times the cell's row of ``matrix``."""
        ends = np.r_[self.begins, len(self.agent)]
        product: FloatArray = csr_array((values, self.kind, ends), shape=(len(self.agents), len(matrix))) @ matrix
        return product

    def told(self, eta: FloatArray, psi: FloatArray, *, with_given: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what each cell tells: its slope by eta and psi, its information and its log likelihood.

        Information has a row for eta and one for psi; its columns are these two, and ``with_given`` all local ones.
        """
        local = self.answering.locals if with_given else 2
        shares = self._rated(eta, psi, local)
        scores, information, likelihood = _told(self.rated, shares)
        later, anyway = self.later_rows, self.anyway_rows
        asked = (
            (later, self.later, self.answering.silent(eta[later], psi[later])),
            (anyway, self.anyway, self.answering.opinion(eta[anyway])),
        )
        for rows, counts, given in asked:
            found = conditional(given)
            more = _told(counts, Shares(found.value, found.by[:, :, :local]))
            for total, part in zip((scores, information, likelihood), more, strict=True):
                total[rows] += part
        return scores, information, likelihood

    def _rated(self, eta: FloatArray, psi: FloatArray, local: int) -> Shares:
        columns = (self.narrow if local == 2 else self.wide).at(eta, psi)
        categories = self.rated.shape[1] - 1
        value = columns[:, :categories]
        by = columns[:, categories:].reshape(len(eta), categories, local)
        return Shares(
            np.maximum(np.column_stack([value, 1.0 - value.sum(axis=1)]), SMALLEST),
            np.concatenate([by, -by.sum(axis=1, keepdims=True)], axis=1),
        )


def _told(counts: FloatArray, shares: Shares) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return slopes, information and log likelihood of multinomial cells."""
    value, by = shares
    scores = np.einsum("nk,nkl->nl", counts / value, by[:, :, :2])
    scaled = by[:, :, :2] * (counts.sum(axis=1)[:, None] / value)[:, :, None]
    information: FloatArray = np.swapaxes(scaled, 1, 2) @ by
    return scores, information, (counts * np.log(value)).sum(axis=1)


def _surface(answering: Answering, eta: FloatArray, psi: FloatArray) -> Surface:
    def columns(eta: FloatArray, psi: FloatArray) -> FloatArray:
        shares = answering.rated(eta, psi)
        return np.column_stack([shares.value, shares.by.reshape(len(eta), -1)])

    return surface(columns, eta, psi)


def _without_shared(wide: Surface, categories: int) -> Surface:
    """Return the surface of values and their derivatives by eta and psi, all that the search itself reads."""
    grid = wide.table.shape[:2]
    by = wide.table[:, :, categories:].reshape(*grid, categories, -1)[..., :2]
    return wide.with_columns(np.concatenate([wide.table[:, :, :categories], by.reshape(*grid, -1)], axis=2))
