"""The tail of chi-square beside SciPy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc

from ivr.domain.kpi.chi_square import chi_square_tail


@given(st.floats(0, 600), st.integers(1, 60))
def test_it_agrees_with_scipy(statistic: float, freedom: int) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(float(chdtrc(freedom, statistic)), rel=1e-9, abs=1e-200)


@pytest.mark.parametrize(("statistic", "freedom"), [(-1.0, 2), (1.0, 0), (float("nan"), 2)])
def test_what_is_no_chi_square_is_an_error(statistic: float, freedom: int) -> None:
    with pytest.raises(ValueError, match="no chi-square"):
        chi_square_tail(statistic, freedom)
