"""Contributions: what calls add to the tallies, merged before anything is written.

Each counted call adds 1 to one daily cell, one period cell and one group cell, and 1 to a press cell where it is known
how far its layout was heard. A call that is corrected takes back what it added and adds anew; sums of whole numbers
lose nothing by that, so seconds are counted in milliseconds.

Theory: calls come by columns (all agents, all queues, ...), as the counting then runs in C. What cells share, such as
a contact, is numbered once, and cells are keyed by these numbers; hashing eleven texts a cell again and again would
cost more than the counting.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from hashlib import blake2s
from itertools import compress, repeat
from typing import Any

from ivr.domain.calls import HandledCall
from ivr.domain.kpi.latencies import latency_bin
from ivr.domain.kpi.local_days import local_days
from ivr.domain.kpi.waits import wait_bin
from ivr.domain.outcomes import Outcome

TALLIED = (
    "pbx",
    "uniqueid",
    "ended_at",
    "caller",
    "team",
    "agent",
    "queue",
    "site",
    "segment",
    "language",
    "wait_seconds",
    "layout",
    "layout_version",
    "allocation",
    "delay_seconds",
    "selection_probability",
    "outcome",
    "category",
    "options_heard",
    "press_ms",
    "confirm_key",
    "followup",
    "followup_category",
    "asked_seconds",
    "ended_by",
)
"""The columns of a call that its contribution is made of; a change of any other one changes no tally."""

LONGEST_ASKED_SECONDS = 86_400
LONGEST_ASKED_MS = 1_000 * LONGEST_ASKED_SECONDS
"""Nobody is asked for longer than a day; a larger number of a file counts as one."""
GROUPS = 256
_GROUP_SALT = b"ivr-grp"


class Numbers(dict[Any, int]):
    """Numbers for what is met, from 0 in the order of meeting."""

    def __missing__(self, met: Hashable) -> int:
        number = self[met] = len(self)
        return number


def replicate_group(person: str) -> int:
    """Return the replicate group of a caller, 0 to 255; taken modulo G it is one of G groups for any G below."""
    return blake2s(person.encode(errors="surrogatepass"), digest_size=1, person=_GROUP_SALT).digest()[0]


class Contributions:
    """What calls add, as cells of the zone's days and months.

    ``daily`` is keyed by (day, place, agent, result) and has calls, asked, asked ms, their squares, first and last
    end; ``presses`` by (day, hearing), ``period`` by (contact, agent, result), ``groups`` by (contact, group, result).
    Places, hearings, contacts, agents and results stand there by their numbers. A result is (outcome, category,
    followup, followup's category, second key, who ended the call, options heard of a rated call); the last two are
    those of days alone, and a group's has no second key.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._days = local_days(zone)
        self.clear()

    def clear(self) -> None:
        """Forget all calls."""
        self.places, self.hearings, self.contacts = Numbers(), Numbers(), Numbers()
        self.agents, self.results = Numbers(), Numbers()
        self.daily: dict[tuple[str, int, int, int], list[int]] = {}
        self.presses: Counter[tuple[str, int]] = Counter()
        self.period: Counter[tuple[int, int, int]] = Counter()
        self.groups: Counter[tuple[int, int, int]] = Counter()

    @property
    def size(self) -> int:
        """How many cells are held."""
        return len(self.daily) + len(self.presses) + len(self.period) + len(self.groups)

    def add_calls(self, calls: Sequence[HandledCall], *, sign: int = 1) -> None:
        """Add calls, or with ``sign`` -1 take them back; test and excluded calls are left out."""
        counted = [call for call in calls if not call.test and not call.excluded]
        columns: dict[str, Sequence[Any]] = {
            name: [getattr(call, name) for call in counted] for name in TALLIED if name not in {"pbx", "uniqueid"}
        }
        columns["pbx"] = [call.call.pbx for call in counted]
        columns["uniqueid"] = [call.call.uniqueid for call in counted]
        self.add_columns(columns, sign=sign)

    def add_columns(self, columns: Mapping[str, Sequence[Any]], *, sign: int = 1) -> None:
        """Add calls given by columns of equal length, named by :data:`TALLIED`.

        Where there are columns ``test`` and ``excluded``, calls with one of them are left out.
        """
        given = _counted(columns)
        if not given["ended_at"]:
            return
        stamps = [moment.timestamp() for moment in given["ended_at"]]
        days = [self._days.day(stamp) for stamp in stamps]
        agents = [self.agents[agent] for agent in given["agent"]]
        contacts = self._contacts(days, given)
        daily_results, results, group_results = self._results(given)
        tally = Counter.update if sign > 0 else Counter.subtract
        tally(self.period, zip(contacts, agents, results, strict=True))
        tally(self.groups, zip(contacts, _groups(given), group_results, strict=True))
        tally(self.presses, self._presses(days, given))
        places = [
            self.places[place]
            for place in zip(
                given["team"],
                given["site"],
                given["queue"],
                given["language"],
                given["layout"],
                given["layout_version"],
                given["allocation"],
                strict=True,
            )
        ]
        self._add_daily(zip(days, places, agents, daily_results, strict=True), stamps, given["asked_seconds"], sign)

    def _contacts(self, days: Sequence[str], given: Mapping[str, Sequence[Any]]) -> list[int]:
        contacts = self.contacts
        return [
            contacts[contact]
            for contact in zip(
                [day[:7] for day in days],
                given["site"],
                given["queue"],
                given["segment"],
                given["language"],
                map(wait_bin, given["wait_seconds"]),
                given["layout"],
                given["layout_version"],
                given["allocation"],
                map(_float, given["delay_seconds"]),
                map(_float, given["selection_probability"]),
                strict=True,
            )
        ]

    def _results(self, given: Mapping[str, Sequence[Any]]) -> tuple[list[int], list[int], list[int]]:
        """Return the results of days, periods and groups."""
        results, keys, outcomes = self.results, given["confirm_key"], given["outcome"]
        columns = (outcomes, given["category"], given["followup"], given["followup_category"])
        # Of other calls the presses tell how far they were heard; here it would make many cells of one.
        heard = [
            options if outcome == Outcome.RATED else None
            for outcome, options in zip(outcomes, given["options_heard"], strict=True)
        ]
        daily = [results[result] for result in zip(*columns, keys, given["ended_by"], heard, strict=True)]
        without = [results[(*result, None, None, None)] for result in zip(*columns, strict=True)]
        if not any(keys):
            return daily, without, without
        with_keys = zip(*columns, keys, repeat(None), repeat(None), strict=False)
        return daily, [results[result] for result in with_keys], without

    def _presses(self, days: Sequence[str], given: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, int]]:
        heard, pressed = given["options_heard"], given["press_ms"]
        layouts = zip(given["layout"], given["layout_version"], given["outcome"], strict=True)
        for day, layout, options, press_ms in zip(days, layouts, heard, pressed, strict=True):
            if options is not None or press_ms is not None:
                yield day, self.hearings[(*layout, options, latency_bin(press_ms))]

    def _add_daily(
        self,
        keys: Iterable[tuple[str, int, int, int]],
        stamps: Sequence[float],
        asked_seconds: Sequence[float | None],
        sign: int,
    ) -> None:
        daily = self.daily
        for key, stamp, seconds in zip(keys, stamps, asked_seconds, strict=True):
            moment = round(stamp * 1e6)
            cell = daily.get(key)
            if cell is None:
                cell = daily[key] = [0, 0, 0, 0, moment, moment]
            elif moment < cell[4]:
                cell[4] = moment
            elif moment > cell[5]:
                cell[5] = moment
            cell[0] += sign
            if seconds is not None:
                asked_ms = round(seconds * 1000) if seconds < LONGEST_ASKED_SECONDS else LONGEST_ASKED_MS
                cell[1] += sign
                cell[2] += sign * asked_ms
                cell[3] += sign * asked_ms * asked_ms


def _counted(columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    tests, excluded = columns.get("test", ()), columns.get("excluded", ())
    if not any(tests) and not any(excluded):
        return columns
    none = (False,) * len(columns["ended_at"])
    counts = [not test and not out for test, out in zip(tests or none, excluded or none, strict=True)]
    return {name: list(compress(columns[name], counts)) for name in TALLIED}


def _groups(given: Mapping[str, Sequence[Any]]) -> list[int]:
    calls = zip(given["caller"], given["pbx"], given["uniqueid"], strict=True)
    return [replicate_group(caller or f"{pbx}/{uniqueid}") for caller, pbx, uniqueid in calls]


def _float(value: float | None) -> float | None:
    # A whole number and a negative zero become what a database gives back for them.
    return None if value is None else value + 0.0
