"""Strips: the cells of one layout, sorted by agent, and what their calls tell at any place of the agents.

Cells of one kind share a row of the matrices, so sums over cells become sums over a few kinds, and sums over an agent's
cells a product with a sparse matrix.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from ivr.domain.kpi.structural.answers import Answering, conditional, with_rest
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray, numbered, sums
from ivr.domain.kpi.structural.scales import Scales
from ivr.domain.kpi.structural.tellings import SharesAt, Telling, Told


@dataclass(frozen=True, slots=True)
class Strip:
    """One layout's cells.

    ``kind`` numbers the rows of ``opinion`` and ``willing`` (kinds x size), which give eta and psi without agents;
    ``begins`` are the first cells of ``agents``. ``local`` maps local derivatives to the vector. ``rated`` tells of
    presses and silence, ``followed_up`` of the follow-up answers of some of the cells.
    """

    layout: int
    agent: IndexArray
    agents: IndexArray
    begins: IndexArray
    kind: IndexArray
    opinion: FloatArray
    willing: FloatArray
    local: FloatArray
    rated: Telling
    followed_up: tuple[tuple[IndexArray, Telling], ...]

    @classmethod
    def of(cls, design: Design, scales: Scales, vector: FloatArray, layout: int) -> "Strip":
        """Return the strip of a layout that was heard, as its calls tell at ``vector``."""
        rows = design.rows_of(layout)
        heard, kind = numbered(design.kind[rows], len(design.kinds))
        opinion, willing = (matrix[heard] for matrix in scales.linear(design.kinds))
        answering = Answering.of(scales, vector, layout)
        agent = design.agent[rows]
        begins = np.flatnonzero(np.r_[True, agent[1:] != agent[:-1]])
        pressed = design.rated[rows, : design.layouts[layout].categories]
        counts = np.column_stack([pressed, design.offered[rows] - pressed.sum(axis=1)])
        eta, psi = opinion @ vector, willing @ vector
        followed_up = []
        for answers, shares in ((design.later[rows], _silent(answering)), (design.anyway[rows], _opinion(answering))):
            asked = np.flatnonzero(answers.sum(axis=1) > 0)
            if len(asked):
                followed_up.append((asked, Telling.of(answers[asked], shares, eta, psi)))
        return cls(
            layout=layout,
            agent=agent,
            agents=agent[begins],
            begins=begins,
            kind=kind,
            opinion=opinion,
            willing=willing,
            local=scales.local_map(layout),
            rated=Telling.of(counts, _rated(answering), eta, psi),
            followed_up=tuple(followed_up),
        )

    def by_kind(self, values: FloatArray) -> FloatArray:
        """Return the sums of ``values``, one for a cell, over the cells of each kind."""
        return sums(self.kind, values, len(self.opinion))

    def by_agent(self, values: FloatArray, matrix: FloatArray) -> FloatArray:
        """Return the sums over each agent's cells of ``values`` times the cell's row of ``matrix``."""
        ends = np.r_[self.begins, len(self.agent)]
        product: FloatArray = csr_array((values, self.kind, ends), shape=(len(self.agents), len(matrix))) @ matrix
        return product

    def told(self, eta: FloatArray, psi: FloatArray) -> Told:
        """Return what each cell tells at eta and psi."""
        whole = self.rated.told(eta, psi)
        for cells, telling in self.followed_up:
            for total, part in zip(whole, telling.told(eta[cells], psi[cells]), strict=True):
                total[cells] += part
        return whole

    def information(self, eta: FloatArray, psi: FloatArray) -> FloatArray:
        """Return each cell's information by eta and psi (rows) with every local parameter (columns)."""
        whole = self.rated.information(eta, psi)
        for cells, telling in self.followed_up:
            whole[cells] += telling.information(eta[cells], psi[cells])
        return whole


def _rated(answering: Answering) -> SharesAt:
    return lambda eta, psi: with_rest(answering.rated(eta, psi))


def _silent(answering: Answering) -> SharesAt:
    return lambda eta, psi: conditional(answering.silent(eta, psi))


def _opinion(answering: Answering) -> SharesAt:
    return lambda eta, _: conditional(answering.opinion(eta))
