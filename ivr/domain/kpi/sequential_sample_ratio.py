"""The sequential sample-ratio test: the same question as the fixed one, for whoever looks every day.

Theory: under the logged chances p the counts n of a stratum are multinomial. Bet against that with a Dirichlet prior
around p (parameters k p). The ratio of what the prior predicts to what p predicts,

    E = Gamma(k) / Gamma(k + N)  prod Gamma(k p_i + n_i) / Gamma(k p_i)  prod p_i^(-n_i),

is a martingale that starts at 1, so it ever reaches 1/alpha with a chance of at most alpha (Ville 1939): 1/E is a
p-value at every look. Strata are bet on apart and E is their product, which is such a martingale again. The larger k,
the smaller the mismatch that is found, and the more calls it takes.

M. Lindon and A. Malek (2022), Anytime-Valid Inference for Multinomial Count Data, NeurIPS 35; arXiv 2011.03567.
"""

from collections.abc import Sequence
from math import exp, lgamma, log

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.sample_ratio import (
    MISMATCH_P_VALUE,
    DrawnUnits,
    SampleRatio,
    added,
    fault_of,
    mismatch_text,
)

CONCENTRATION = 1000.0
"""How closely the bet lies around the logged chances: some 1.6 points beside a half."""
_METHOD = "multinomial_e_process"


def sequential_sample_ratio(strata: Sequence[DrawnUnits], *, concentration: float = CONCENTRATION) -> SampleRatio:
    """Test the counts of ``strata`` against their chances, however often one looks; a mismatch is ``refused``.

    Raises:
        ValueError: where ``concentration`` is not positive.
    """
    if not concentration > 0:
        raise ValueError(f"a concentration of {concentration} is none")
    observed, expected = added(strata)
    if (fault := fault_of(strata)) is not None:
        return SampleRatio(observed, expected, None, 0, None, _METHOD, *fault)
    freedom = sum(max(0, sum(1 for chance in stratum.chances.values() if chance > 0) - 1) for stratum in strata)
    if freedom == 0:
        reasons = ("nothing was left to chance: in each stratum one arm has every call",)
        return SampleRatio(observed, expected, None, 0, None, _METHOD, Status.INSUFFICIENT, reasons)
    evidence = sum(_log_evidence(stratum, concentration) for stratum in strata)
    p_value = 1.0 if evidence <= 0 else exp(-evidence)
    if p_value < MISMATCH_P_VALUE:
        told = (mismatch_text(observed, expected, p_value),)
        return SampleRatio(observed, expected, evidence, freedom, p_value, _METHOD, Status.REFUSED, told)
    return SampleRatio(observed, expected, evidence, freedom, p_value, _METHOD, Status.OK)


def _log_evidence(stratum: DrawnUnits, concentration: float) -> float:
    total = sum(stratum.observed.values())
    evidence = lgamma(concentration) - lgamma(concentration + total)
    for arm, chance in stratum.chances.items():
        if chance > 0:
            count = stratum.observed.get(arm, 0)
            prior = concentration * chance
            evidence += lgamma(prior + count) - lgamma(prior) - count * log(chance)
    return evidence
