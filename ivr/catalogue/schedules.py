"""Schedules in a rules file: weekly hours as text, days off as dates."""

import re
from datetime import date, datetime
from itertools import pairwise

from ivr.catalogue.fields import Fields
from ivr.domain.schedules import MINUTES_OF_DAY, WEEKDAYS, Hours, Schedule

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_EXAMPLE = "08:00-12:00, 13:00-18:00"
_KEYS = (*WEEKDAYS, "days_off")


def read_schedule(fields: Fields) -> Schedule:
    """Return the schedule of one table; every fault is noted."""
    fields.allow(_KEYS)
    week = {number: _hours(fields, day) for number, day in enumerate(WEEKDAYS) if day in fields.names()}
    if not week:
        fields.note((), "has no hours, so nobody would ever be asked", f'write {WEEKDAYS[0]} = "{_EXAMPLE}"')
    return Schedule(week, _days_off(fields))


def _hours(fields: Fields, day: str) -> tuple[Hours, ...]:
    text = fields.optional_text(day, example=_EXAMPLE)
    spans: list[Hours] = []
    for written in [] if text is None else text.split(","):
        hours = _span(written.strip())
        if hours is None:
            fields.note(
                (day,),
                f"{written.strip()!r} is no span of the day",
                f'write from-to on a clock of 24 hours, {day} = "{_EXAMPLE}"; what goes over midnight ends at 24:00 '
                "and goes on from 00:00 on the next day",
            )
            return ()
        spans.append(hours)
    spans.sort()
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            fields.note((day,), f"has spans that overlap ({text})", "write each hour of the day once")
    return tuple(spans)


def _span(written: str) -> Hours | None:
    match = _SPAN.fullmatch(written)
    if match is None:
        return None
    opens, closes = (_minutes(*match.group(place, place + 1)) for place in (1, 3))
    return None if opens is None or closes is None or opens >= closes else Hours(opens, closes)


def _minutes(hour: str, minute: str) -> int | None:
    minutes = int(hour) * 60 + int(minute)
    return minutes if int(minute) < 60 and minutes <= MINUTES_OF_DAY else None


def _days_off(fields: Fields) -> frozenset[date]:
    value = fields.raw("days_off")
    if value is None:
        return frozenset()
    if isinstance(value, list) and all(isinstance(day, date) and not isinstance(day, datetime) for day in value):
        return frozenset(value)
    fields.note(("days_off",), "is no list of dates", "write days_off = [2026-12-25, 2026-12-26], without quotes")
    return frozenset()
