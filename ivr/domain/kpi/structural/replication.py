"""Replication: by how much repeat callers make the calibration less certain than its likelihood says.

Calls of one caller are alike, and a likelihood takes them for strangers. Callers are in replicate groups by a hash, so
what one group adds to the slope of the likelihood varies between groups as much as callers really do. Deleting one
group at a time moves the parameters by (information)^-1 times that group's slope (a delete-a-group jackknife with one
step of the search). The design effect is the variance of the jackknife over that of the likelihood, averaged over the
parameters that the data settle, and never below 1.

P. S. Kott (2001), Journal of Official Statistics 17:521-526 (the delete-a-group jackknife).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ivr.domain.kpi.period_cells import Contact, GroupCell
from ivr.domain.kpi.structural.calibration import Calibration, blocks
from ivr.domain.kpi.structural.design import Circumstances, Design, FloatArray
from ivr.domain.kpi.structural.scales import Scales
from ivr.domain.outcomes import DISPOSITIONS, Outcome

GROUPS = 32
_MOST = 4.0
_SETTLED = 0.5
_CHANCE = 0.1


def design_effect(
    groups: Sequence[GroupCell],
    contacts: Mapping[Contact, Circumstances],
    design: Design,
    scales: Scales,
    spread: FloatArray,
    fit: Calibration,
) -> float | None:
    """Return the design effect, from 1 up; None where there are fewer than two replicate groups.

    ``design`` is joined over agents, ``contacts`` says where in it a contact stands.
    """
    present = {cell.group % GROUPS for cell in groups}
    if len(present) < 2:
        return None
    table = _tables(groups, contacts, design)
    slopes = np.zeros((GROUPS, scales.size))
    for block in blocks(design, scales, spread, fit.vector):
        counts = table[block.kind][:, block.rows, : block.by.shape[1]]
        if block.kind == "rated":
            categories = block.by.shape[1] - 1
            counts = table["rated"][:, block.rows, :categories]
            silent = table["offered"][:, block.rows, 0] - counts.sum(axis=2)
            counts = np.concatenate([counts, silent[:, :, None]], axis=2)
        slopes += np.einsum("gnk,nkp->gp", counts / block.probability, block.by, optimize=True)
    slopes = slopes[sorted(present)]
    slopes -= slopes.mean(axis=0)
    moved = slopes @ fit.covariance
    number = len(slopes)
    variance = number / (number - 1) * (moved**2).sum(axis=0)
    model = np.diag(fit.covariance)
    settled = scales.prior_precision * model < _SETTLED
    ratio = float(np.mean(variance[settled] / model[settled])) if settled.any() else 1.0
    # With so many groups chance alone makes it differ from 1 by about this much.
    return float(np.clip(ratio - _CHANCE, 1.0, _MOST))


def _tables(
    groups: Sequence[GroupCell], contacts: Mapping[Contact, Circumstances], design: Design
) -> Mapping[str, FloatArray]:
    """Return the counts by replicate group, row of the design and category."""
    row_of = {key: row for row, key in enumerate(zip(design.layout.tolist(), design.kind.tolist(), strict=True))}
    shape = (GROUPS, len(design))
    tables = {
        "offered": np.zeros((*shape, 1)),
        "rated": np.zeros((*shape, design.rated.shape[1])),
        "later": np.zeros((*shape, design.neutral_categories)),
        "anyway": np.zeros((*shape, design.neutral_categories)),
    }
    for cell in groups:
        key = contacts.get(cell.contact)
        row = None if key is None else row_of.get(key)
        outcome = cell.result.outcome
        if row is None or outcome is None or not DISPOSITIONS[outcome].eligible:
            continue
        place = (cell.group % GROUPS, row)
        is_offered = DISPOSITIONS[outcome].offered
        if is_offered:
            tables["offered"][(*place, 0)] += cell.calls
        category, answer = cell.result.category, cell.result.followup_category
        if outcome is Outcome.RATED and category is not None and category < design.rated.shape[1]:
            tables["rated"][(*place, category)] += cell.calls
        elif cell.result.followup == "answered" and answer is not None and answer < design.neutral_categories:
            tables["later" if is_offered else "anyway"][(*place, answer)] += cell.calls
    return tables
