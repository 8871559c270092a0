"""The pages that are asked, and the same questions to the rows of the calls as a plain tool would put them.

A page of rows (a list of calls, one call) has no such question: it is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

COUNTED = "FROM calls WHERE state = 'closed' AND NOT test AND NOT excluded"
_COUNTS = "count(*), min(ended_at), max(ended_at), count(asked_seconds), sum(asked_seconds)"
_WINDOW = "AND ended_at >= :since AND ended_at < :until"
_BY_AGENT = (
    f"SELECT agent, team, layout, layout_version, outcome, category, {_COUNTS} {COUNTED} {{}} GROUP BY 1, 2, 3, 4, 5, 6"
)
_BY_LAYOUT = f"SELECT layout, layout_version, outcome, category, {_COUNTS} {COUNTED} {{}} GROUP BY 1, 2, 3, 4"
_BY_DAY = f"SELECT date(ended_at), outcome, category, count(*) {COUNTED} {{}} GROUP BY 1, 2, 3"
_HANDLED = f"SELECT count(*) {COUNTED} {{}}"
_OPTIONS = "agent, layout, layout_version, options_heard"
_HEARD = f"SELECT {_OPTIONS}, count(*) {COUNTED} AND outcome = 'rated' {{}} GROUP BY 1, 2, 3, 4"
_OWN = "AND agent = :agent"
_OF_QUEUE = "AND queue = :queue"


@dataclass(frozen=True, slots=True)
class Page:
    """One address, with names in braces for what is chosen, and what a plain tool asks the rows for it.

    ``is_heavy``: its first view takes minutes of arithmetic on millions of calls, so it is asked on demand only.
    """

    name: str
    path: str
    statements: Sequence[str] = ()
    is_heavy: bool = False


def _year(statement: str) -> str:
    return statement.format("")


def _some(statement: str, *more: str) -> str:
    return statement.format(" ".join((_WINDOW, *more)))


MONTH = "from={month_begin}&to={month_end}"
SPAN = "from={span_begin}&to={span_end}"
PAGES = (
    Page("team, all calls", "/team", (_year(_HANDLED), _year(_BY_AGENT))),
    Page("team, a month", f"/team?{MONTH}", (_some(_HANDLED), _some(_BY_AGENT))),
    Page("team, 97 days", f"/team?{SPAN}", (_some(_HANDLED), _some(_BY_AGENT))),
    Page(
        "team, one queue",
        "/team?queue=billing",
        (_HANDLED.format(_OF_QUEUE), _BY_AGENT.format(_OF_QUEUE)),
    ),
    Page("agent", "/agents/{agent}", (_BY_AGENT.format(_OWN), _BY_DAY.format(_OWN), _year(_HEARD))),
    Page(
        "agent, a month",
        f"/agents/{{agent}}?{MONTH}",
        (_some(_BY_AGENT, _OWN), _some(_BY_DAY, _OWN), _some(_HEARD)),
    ),
    Page("calls of an agent", f"/calls?agent={{agent}}&{MONTH}"),
    Page("calls", f"/calls?{MONTH}"),
    Page("layouts", "/layouts", (_year(_HANDLED), _year(_BY_LAYOUT))),
    Page("layout", "/layouts/{layout}", (_year(_BY_LAYOUT), _year(_BY_DAY))),
    Page("wallboard", "/wallboard"),
    Page("experiments", "/experiments"),
    Page("experiment", "/experiments/{experiment}", is_heavy=True),
    Page("system", "/system"),
    Page("API: agents", "/api/v1/kpi/agents", (_year(_HANDLED), _year(_BY_AGENT))),
    Page("API: agents, a month", f"/api/v1/kpi/agents?{MONTH}", (_some(_HANDLED), _some(_BY_AGENT))),
    Page("API: layouts", "/api/v1/kpi/layouts", (_year(_HANDLED), _year(_BY_LAYOUT))),
    Page("API: calls", f"/api/v1/calls?agent={{agent}}&{MONTH}"),
)


def chosen(last_day: date) -> Mapping[str, str]:
    """Return what is asked for, by the names in paths and statements."""
    month_begin = (last_day.replace(day=1) - timedelta(days=1)).replace(day=1)
    month_end = last_day.replace(day=1) - timedelta(days=1)
    return {
        "agent": "agent-0293",
        "layout": "sequential-123",
        "queue": "billing",
        "experiment": "simulated",
        "month_begin": month_begin.isoformat(),
        "month_end": month_end.isoformat(),
        "span_begin": (last_day - timedelta(days=120)).isoformat(),
        "span_end": (last_day - timedelta(days=24)).isoformat(),
    }


def window_of(page: Page, names: Mapping[str, str]) -> Mapping[str, str]:
    """Return what the statements of ``page`` are given."""
    begin, end = ("span_begin", "span_end") if SPAN in page.path else ("month_begin", "month_end")
    until = date.fromisoformat(names[end]) + timedelta(days=1)
    return {**names, "since": names[begin], "until": until.isoformat()}
