"""What links join, beside SciPy's connected components."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ivr.domain.kpi.connectivity import reached

THINGS = 12


@given(st.integers(0, THINGS - 1), st.lists(st.frozensets(st.integers(0, THINGS - 1), max_size=4), max_size=10))
def test_everything_of_the_same_component_is_reached(start: int, links: list[frozenset[int]]) -> None:
    joined = np.zeros((THINGS, THINGS), dtype=np.int8)
    for link in links:
        joined[np.ix_(list(link), list(link))] = 1
    _, component = connected_components(csr_array(joined), directed=False)
    assert reached(start, links) == set(np.flatnonzero(component == component[start]).tolist())


def test_nothing_is_joined_by_no_link() -> None:
    assert reached("alone", []) == {"alone"}
    assert reached("alone", [frozenset({"others", "together"})]) == {"alone"}
