"""Figures as text for people: whole with interval and n, or narrow for the cell of a table."""

from ivr.domain.kpi import burden
from ivr.domain.kpi.estimates import POINTS, Estimate, Status
from ivr.domain.kpi.layouts import REFERENCE
from ivr.domain.kpi.win_probability import UNIT as WIN_UNIT

WIDE = "~"
"""What marks a wide figure in a narrow cell."""


def figure_text(figure: Estimate) -> str:
    """Say a figure with its interval and n, or why there is none: ``80.0 % (49.0 to 94.3), n 10``."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return f"none: {'; '.join(figure.reasons)}"
    if figure.method == REFERENCE:
        return REFERENCE
    if figure.unit == POINTS:
        text = f"{figure.estimate:+.1f} points ({figure.lo:+.1f} to {figure.hi:+.1f}), n {figure.n}"
    elif figure.unit == burden.UNIT:
        text = f"{figure.estimate:.1f} s ({figure.lo:.1f} to {figure.hi:.1f}), n {figure.n}"
    else:
        text = f"{100 * figure.estimate:.1f} % ({100 * figure.lo:.1f} to {100 * figure.hi:.1f}), n {figure.n}"
    return f"{text}, wide" if figure.status is Status.WIDE else text


def narrow_text(figure: Estimate) -> str:
    """Say a figure in a narrow cell, with ``~`` where it is wide; else ``not identified``.

    A share is ``80 % (49-94)``, a difference ``+4.1 (+0.3 to +8.0)``, a win probability ``.560 (.512 to .608)``.
    """
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return status_text(figure.status)
    if figure.method == REFERENCE:
        return REFERENCE
    if figure.unit in {POINTS, WIN_UNIT}:
        value, lo, hi = (effect_text(each, figure.unit) for each in (figure.estimate, figure.lo, figure.hi))
        text = f"{value} ({lo} to {hi})"
    elif figure.unit == burden.UNIT:
        text = f"{figure.estimate:.0f} s ({figure.lo:.0f}-{figure.hi:.0f})"
    else:
        text = f"{100 * figure.estimate:.0f} % ({100 * figure.lo:.0f}-{100 * figure.hi:.0f})"
    return f"{text}{WIDE}" if figure.status is Status.WIDE else text


def effect_text(value: float, unit: str) -> str:
    """Say a number of an effect: points with their sign, a probability without its 0."""
    return f"{value:+.1f}" if unit == POINTS else f"{value:.3f}".lstrip("0")


def two_lines(cell: str) -> str:
    """Put the interval of a narrow text below its figure."""
    return cell.replace(" (", "\n(")


def status_text(status: Status) -> str:
    """Say a status: ``not identified``."""
    return status.value.replace("_", " ")
