import numpy as np
import pytest

from ivr.domain.kpi.structural.design import numbered


@pytest.mark.parametrize("beyond", [40, 10**9])
def test_keys_are_numbered_alike_whether_they_lie_close_or_far_apart(beyond):
    keys = np.random.default_rng(1).integers(0, 40, 200)
    different, number = numbered(keys, beyond)
    assert different.tolist() == sorted(set(keys.tolist()))
    assert (different[number] == keys).all()


def test_no_keys_have_no_numbers():
    different, number = numbered(np.zeros(0, dtype=np.intp), 5)
    assert len(different) == len(number) == 0
