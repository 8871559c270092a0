"""Instruments: what a figure has to know of each layout version, so that a rating is read by what its caller heard."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Instrument:
    """A layout's version as the figures see it.

    ``categories`` are from worst to best. ``leads`` says why it leads callers to the best answer, empty where it does
    not; ``signed_by`` is who signed for it all the same. ``keys`` says which category each key meant, empty where it
    is not known. ``first_read`` is the category that is read first, and ``read_seconds`` says, from the worst category
    to the best, how long after the introduction each has been read; None and empty where it is not known. ``options``
    is how many answers are read out.
    """

    categories: tuple[str, ...]
    leads: tuple[str, ...] = ()
    signed_by: str | None = None
    keys: Mapping[str, int] = field(default_factory=dict)
    first_read: int | None = None
    read_seconds: tuple[float, ...] = ()
    options: int | None = None

    @property
    def is_kept_out(self) -> bool:
        """Whether appraisals leave its ratings out."""
        return bool(self.leads) and self.signed_by is None


@dataclass(frozen=True, slots=True)
class Instruments:
    """The instruments by layout key as defined today (``current``), and by key and version as once noted."""

    current: Mapping[str, Instrument] = field(default_factory=dict)
    noted: Mapping[tuple[str, str], Instrument] = field(default_factory=dict)
    _unsigned: dict[str, Instrument] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of_scales(cls, scales: Mapping[str, tuple[str, ...]]) -> "Instruments":
        """Return instruments of which nothing but their categories is known."""
        return cls({key: Instrument(categories) for key, categories in scales.items()})

    def of(self, layout: str | None, version: str | None) -> Instrument | None:
        """Return what a rating was given on; None where that is not known.

        A call without a version (an imported one) is read by today's definition. So is one of a version that was
        never noted here, but no signature counts for it: a signature is for one version.
        """
        if layout is None:
            return None
        current = self.current.get(layout)
        if version is None:
            return current
        noted = self.noted.get((layout, version))
        if noted is not None:
            return noted
        if current is None or current.signed_by is None:
            return current
        if layout not in self._unsigned:
            self._unsigned[layout] = replace(current, signed_by=None)
        return self._unsigned[layout]
