"""The team page for scripts."""

from aiohttp import web

from ivr.domain.access import Right
from ivr.domain.kpi.layout_changes import Change
from ivr.domain.kpi.standings import Standing
from ivr.usecases.figure_json import Json, estimate_json, window_json
from ivr.usecases.read_team import Person, TeamOrder, TeamPage
from ivr.usecases.report_json import agent_json, calls_json, fit_json
from ivr.usecases.team_rows import TeamRow
from ivr.web.api.agent_document import endings_json
from ivr.web.api.agent_schemas import ENDINGS
from ivr.web.api.call_days import WITH_DAYS, days_json
from ivr.web.api.figure_schemas import AGENT, CALLS, FIT
from ivr.web.api.schemas import (
    COUNT,
    ESTIMATE,
    FILTERS,
    MOMENT,
    NAME,
    SELECTED,
    SHARE,
    TEXT,
    choice,
    joined,
    list_of,
    maybe,
    record,
    said,
)
from ivr.web.call_days import read_call_days
from ivr.web.ports import PORTS
from ivr.web.routes import Operation, Schema, resource
from ivr.web.team_pages import read_question


async def team(request: web.Request) -> web.Response:
    """GET /api/v1/kpi/team: what the team page shows of the same address."""
    question = read_question(request)
    document = team_document(await request.app[PORTS].pages.read(question))
    return web.json_response(document | days_json(await read_call_days(request, question.window)))


def team_document(page: TeamPage) -> Json:
    """Return the page as plain JSON values; an agent's figures as in the report."""
    return window_json(page.window) | {
        "computed_at": page.computed_at.isoformat(),
        "totals": calls_json(page.totals) | {"response_rate": estimate_json(page.response_rate)},
        "endings": endings_json(page.endings),
        "excluded": page.excluded,
        "groups": [
            {"group": group.standing.value, "number": group.number, "people": list(map(_person, group.people))}
            for group in page.groups
        ],
        "flagged": list(map(_person, page.flagged)),
        "rows": list(map(_row, page.rows)),
        "found": page.found,
        "page": page.page,
        "pages": page.pages,
        "changes": [
            {"layout": each.layout, "change": each.change.value, "at": each.at.isoformat()} for each in page.changes
        ],
        "best_answers": [{"layout": each.layout, "answers": list(each.answers)} for each in page.best_answers],
        "fit": fit_json(page.fitted),
        "middle": None
        if page.middle is None
        else {"standardised": page.middle.standardised, "agents": page.middle.agents},
        "leak": page.leak,
        "warnings": list(page.warnings),
    }


def _person(person: Person) -> Json:
    return {"agent": person.agent, "name": person.name}


def _row(row: TeamRow) -> Json:
    return {
        "name": row.name,
        "group": row.standing.value,
        "figures": agent_json(row.figures),
        "endings": endings_json(row.endings),
        "excluded": row.excluded,
        "with_excluded": None if row.with_excluded is None else estimate_json(row.with_excluded),
    }


_PERSON = record(agent=TEXT, name=TEXT)
_GROUP = choice(*Standing)
_ROW = record(name=TEXT, group=_GROUP, figures=AGENT, endings=ENDINGS, excluded=COUNT, with_excluded=maybe(ESTIMATE))
TEAM_DOCUMENT = joined(
    SELECTED,
    record(
        computed_at=MOMENT,
        totals=joined(CALLS, record(response_rate=ESTIMATE)),
        endings=ENDINGS,
        excluded=COUNT,
        groups=list_of(record(group=_GROUP, number=COUNT, people=list_of(_PERSON))),
        flagged=list_of(_PERSON),
        rows=list_of(_ROW),
        found=COUNT,
        page=COUNT,
        pages=COUNT,
        changes=list_of(record(layout=TEXT, change=choice(*Change), at=MOMENT)),
        best_answers=list_of(record(layout=TEXT, answers=list_of(TEXT))),
        fit=maybe(FIT),
        middle=maybe(record(standardised=SHARE, agents=COUNT)),
        leak=maybe(TEXT),
        warnings=list_of(TEXT),
    ),
)
_ORDERS = [*TeamOrder, *(f"-{order}" for order in TeamOrder)]
_PAGE: Schema = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
QUERY = {
    **FILTERS,
    "order": said(choice(*_ORDERS), "What rows are ordered by within their group; with a minus the other way round."),
    "group": said(_GROUP, "Rows of this group alone."),
    "search": said({**NAME, "maxLength": 200}, "Rows of agents whose name or key holds this."),
    "page": said(_PAGE, "Which fifty rows; one behind the last is the last."),
}
ROUTES = (
    resource(
        "/api/v1/kpi/team",
        team,
        Operation(
            "The agents in groups that can be told apart, fifty at a time, without a place for anybody.",
            joined(TEAM_DOCUMENT, WITH_DAYS),
            query=QUERY,
        ),
        Right.FIGURES,
    ),
)
