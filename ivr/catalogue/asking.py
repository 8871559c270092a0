"""The rules file: who is asked; ``asking.toml`` to ``AskingRules``, each fault with its line and remedy."""

import re
from collections.abc import Collection, Mapping
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.catalogue.document import DocumentUnreadable, Fault, in_file_order, read_document
from ivr.catalogue.fields import Fields
from ivr.catalogue.schedules import read_schedule
from ivr.domain.asking_rules import ALL_OTHERS, AskingRules, Caps, QueueRules, Throttle
from ivr.domain.eligibility import Sampling
from ivr.domain.schedules import Schedule
from ivr.errors import AskingRefused

_KEYS = ("total_caps_from", "throttle", "queues", "agents", "schedules", "sites")
_QUEUE_KEYS = ("one_in", "minimum_talk_seconds", "day_cap", "total_cap", "languages", "schedule")
_AGENT_KEYS = ("day_cap", "total_cap")
_LONGEST_THROTTLE_DAYS = 3660
_MOST = 1_000_000
"""The largest count of a rule; a rule that is larger stands for none."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*")


def rules_without_file(*, zone: ZoneInfo, sampling: Sampling) -> AskingRules:
    """Return the rules where there is no file: the share of the settings is asked, whoever it is."""
    return AskingRules(queues={ALL_OTHERS: QueueRules(sampling)}, zone=zone)


def load_asking_rules(path: Path, *, zone: ZoneInfo, sampling: Sampling, queues: Collection[str] = ()) -> AskingRules:
    """Return the rules of the file.

    Raises:
        AskingRefused: the first fault, by file and line, with the number of the others.
    """
    rules, faults = read_asking_rules(path, zone=zone, sampling=sampling, queues=queues)
    if rules is None:
        others = f" ({len(faults) - 1} more: `ivr asking check`)" if len(faults) > 1 else ""
        raise AskingRefused(f"{faults[0]}{others}")
    return rules


def read_asking_rules(
    path: Path, *, zone: ZoneInfo, sampling: Sampling, queues: Collection[str] = ()
) -> tuple[AskingRules | None, list[Fault]]:
    """Return the rules of the file, or None and all faults in the order of the file.

    ``zone`` is the clock of calls whose site has none, ``sampling`` holds for queues without ``one_in``, ``queues``
    are all that count, empty: any.
    """
    try:
        document = read_document(path)
    except DocumentUnreadable as refused:
        return None, [refused.fault]
    faults: list[Fault] = []
    fields = Fields(document, (), faults, document.table)
    fields.allow(_KEYS)
    schedules = {name: read_schedule(table) for name, table in _tables(fields, "schedules").items()}
    rules = AskingRules(
        queues={ALL_OTHERS: QueueRules(sampling)}
        | {name: _queue(table, schedules, sampling) for name, table in _tables(fields, "queues").items()},
        agents={name: _agent(table) for name, table in _tables(fields, "agents").items()},
        throttle=_throttle(fields),
        zones={name: _zone(table, zone) for name, table in _tables(fields, "sites").items()},
        zone=zone,
        totals_since=_totals_since(fields, zone),
    )
    _require_known(fields, queues)
    return (None, in_file_order(faults)) if faults else (rules, [])


def _tables(fields: Fields, key: str) -> Mapping[str, Fields]:
    """Return the tables under ``key`` by name; none where the key is absent."""
    if key not in fields.names():
        return {}
    return {name: fields.under(key, name) for name in fields.under(key).names()}


def _queue(fields: Fields, schedules: Mapping[str, Schedule], default: Sampling) -> QueueRules:
    fields.allow(_QUEUE_KEYS)
    one_in = _count(fields, "one_in", 4, f"write a whole number from 1 to {_MOST}; 1 asks every caller")
    return QueueRules(
        sampling=default if one_in is None else Sampling(1 / one_in),
        minimum_talk_seconds=_minimum_talk(fields),
        caps=_caps(fields),
        languages=_languages(fields),
        schedule=_schedule(fields, schedules),
    )


def _agent(fields: Fields) -> Caps:
    fields.allow(_AGENT_KEYS)
    return _caps(fields)


def _caps(fields: Fields) -> Caps:
    remedy = f"write a whole number from 1 to {_MOST}, or leave it out where there is no cap"
    return Caps(_count(fields, "day_cap", 20, remedy), _count(fields, "total_cap", 500, remedy))


def _count(fields: Fields, key: str, example: int, remedy: str) -> int | None:
    count = fields.optional_integer(key, example=example)
    if count is not None and not 1 <= count <= _MOST:
        fields.note((key,), f"is {count}", remedy)
        return None
    return count


def _minimum_talk(fields: Fields) -> float | None:
    seconds = fields.optional_number("minimum_talk_seconds", example=15)
    if seconds is None or 0 < seconds <= 86_400:
        return seconds
    remedy = "write seconds above 0, at most a day, or leave it out where any talk is long enough"
    fields.note(("minimum_talk_seconds",), f"is {seconds:g}", remedy)
    return None


def _languages(fields: Fields) -> frozenset[str] | None:
    if "languages" not in fields.names():
        return None
    languages = fields.texts("languages", (), example='["en", "de"]')
    wrong = [each for each in languages if not _LANGUAGE.fullmatch(each)]
    if wrong:
        remedy = "write languages as the dialplan has them, en or en_GB; en is every English"
        fields.note(("languages",), f"{wrong[0]!r} is no language", remedy)
    elif languages == () and fields.raw("languages") == []:
        fields.note(("languages",), "is empty, so nobody would ever be asked", "name a language, or leave it out")
    return frozenset(languages)


def _schedule(fields: Fields, schedules: Mapping[str, Schedule]) -> Schedule | None:
    name = fields.optional_text("schedule", example="office")
    if name is None or name in schedules:
        return None if name is None else schedules[name]
    there = f"write one of {', '.join(sorted(schedules))}" if schedules else f"add a table [schedules.{name}]"
    fields.note(("schedule",), f"is {name!r}, and there is no such schedule", there)
    return None


def _throttle(fields: Fields) -> Throttle | None:
    if "throttle" not in fields.names():
        return None
    throttle = fields.under("throttle")
    throttle.allow(("at_most", "days"))
    at_most, days = throttle.integer("at_most", 1), throttle.integer("days", 30)
    if not 1 <= at_most <= _MOST:
        throttle.note(("at_most",), f"is {at_most}", f"write how often a caller may be asked, from 1 to {_MOST}")
    if not 1 <= days <= _LONGEST_THROTTLE_DAYS:
        throttle.note(("days",), f"is {days}", f"write a number of days, 1 to {_LONGEST_THROTTLE_DAYS}")
        return None
    return Throttle(at_most, days)


def _zone(fields: Fields, default: ZoneInfo) -> ZoneInfo:
    fields.allow(("time_zone",))
    name = fields.text("time_zone", default.key, example="Europe/Berlin")
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        fields.note(("time_zone",), f"{name!r} is no time zone", "write one like Europe/Berlin")
        return default


def _totals_since(fields: Fields, zone: ZoneInfo) -> datetime | None:
    day = fields.raw("total_caps_from")
    if day is None:
        return None
    if isinstance(day, date) and not isinstance(day, datetime):
        # The first and the last year have hours that other clocks cannot show.
        if MINYEAR < day.year < MAXYEAR:
            return datetime.combine(day, time(), tzinfo=zone)
        remedy = f"write a year from {MINYEAR + 1} to {MAXYEAR - 1}"
        fields.note(("total_caps_from",), f"is in the year {day.year}", remedy)
        return None
    fields.note(("total_caps_from",), "is no date", "write total_caps_from = 2026-01-31, without quotes")
    return None


def _require_known(fields: Fields, queues: Collection[str]) -> None:
    for name in _tables(fields, "queues"):
        if queues and name not in {ALL_OTHERS, *queues}:
            remedy = f"write one of {', '.join(sorted(queues))}, or add it to the setting queues"
            fields.note(("queues", name), "is no queue that counts here", remedy)
