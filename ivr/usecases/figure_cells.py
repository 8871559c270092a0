"""Figures as cells of a CSV file: one column a value, empty where there is none, full precision."""

from collections.abc import Iterable

from ivr.domain.kpi.estimates import Estimate

_PARTS = ("estimate", "lo", "hi", "n", "status")


def figure_columns(figures: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the columns of ``figures``, in the order of :func:`figure_cells`."""
    return tuple(f"{figure}_{part}" for figure in figures for part in _PARTS)


def figure_cells(figure: Estimate | None) -> tuple[str, ...]:
    """Return the values of a figure."""
    if figure is None:
        return ("",) * len(_PARTS)
    return (*map(value_cell, (figure.estimate, figure.lo, figure.hi)), str(figure.n), figure.status.value)


def value_cell(number: float | None) -> str:
    """Return a number, of a whole one the digits alone."""
    return "" if number is None else repr(number)
