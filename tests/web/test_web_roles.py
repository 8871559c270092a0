"""The role matrix: every route of the router, asked by nobody, by each role and by a script with a narrow token.

The table is the statement of who may do what. A new route has to be written into it, or this fails.
What is in braces is filled in from EXAMPLES; a row may stand twice, with another example after a stroke.
"""

from dataclasses import dataclass

import pytest

from ivr.domain.access import Right
from ivr.usecases.make_token import make_token
from ivr.web.sitemap import SITEMAP
from tests.memory_calls import call_id
from tests.memory_ports import StoredCall
from tests.web_site import PASSWORD, Browser, Site

ASKERS = ("nobody", "viewer", "agent", "supervisor", "ops", "admin", "script")
NAMES = {"viewer": "vera", "agent": "ana", "supervisor": "sam", "ops": "otto", "admin": "adam"}

# sam leads the teams blue and red; ana is an agent of blue, zoe one of green; the script's token holds CENTRE alone.
# 303 leads on: nobody to the sign-in, others to where a form has done its work. 400: the form of the example is empty.
TABLE = """
METHOD ADDRESS                                   nobody viewer agent supervisor   ops admin script
GET  /sign-in                                       200    303   303        303   303   303    200
POST /sign-in                                       303    403   403        403   403   403    303
GET  /sign-in/code                                  303    303   303        303   303   303    303
POST /sign-in/code                                  303    303   303        303   303   303    303
POST /sign-out                                      303    303   303        303   303   303    303
POST /language                                      303    303   303        303   303   303    303
GET  /                                              303    303   303        303   303   303    303

GET  /account                                       303    200   200        200   200   200    303
GET  /account/sessions                              303    200   200        200   200   200    303
POST /account/sessions                              303    400   400        400   400   400    303
GET  /account/password                              303    200   200        200   200   200    303
POST /account/password                              303    400   400        400   400   400    303
GET  /account/authenticator                         303    200   200        200   200   200    303
POST /account/authenticator                         303    400   400        400   400   400    303
GET  /account/authenticator/codes                   303    200   200        200   200   200    303
POST /account/authenticator/codes                   303    400   400        400   400   400    303
GET  /account/authenticator/off                     303    200   200        200   200   200    303
POST /account/authenticator/off                     303    400   400        400   400   400    303
GET  /account/tokens                                303    200   200        200   200   200    303
POST /account/tokens                                303    400   400        400   400   400    303
POST /account/tokens/revoke                         303    404   404        404   404   404    303
GET  /account/data                                  303    200   200        200   200   200    303

GET  /people                                        303    403   403        403   403   200    303
GET  /add-person                                    303    403   403        403   403   200    303
POST /add-person                                    303    403   403        403   403   400    303
GET  /people/{name}                                 303    403   403        403   403   200    303
GET  /people/{name}|nobody                          303    403   403        403   403   404    303
POST /people/{name}                                 303    403   403        403   403   303    303
GET  /audit                                         303    403   403        403   403   200    303

GET  /team                                          303    200   403        200   403   200    303
POST /team/fit                                      303    403   403        303   303   303    303
GET  /me                                            303    403   200        403   403   403    303
GET  /agents/{agent}                                303    200   200        200   403   200    303
GET  /agents/{agent}|zoe                            303    200   404        404   403   200    303
GET  /calls                                         303    403   200        200   403   200    303
GET  /calls/{pbx}/{uniqueid}                        303    403   404        200   403   200    303
GET  /calls/{pbx}/{uniqueid}|zoe                    303    403   404        404   403   200    303
POST /calls/{pbx}/{uniqueid}/contest                303    403   404        409   403   409    303
POST /calls/{pbx}/{uniqueid}/decision               303    403   403        409   403   409    303
GET  /contests                                      303    403   200        200   403   200    303

GET  /layouts                                       303    200   403        200   200   200    303
GET  /layouts/{key}                                 303    404   403        404   404   404    303
GET  /layouts/{key}/sound.wav                       303    404   403        404   404   404    303
GET  /experiments                                   303    200   403        200   200   200    303
GET  /experiments/{key}                             303    404   403        404   404   404    303
GET  /wallboard                                     303    200   403        200   200   200    303
GET  /help/{name:.+}                                303    200   200        200   200   200    303
GET  /system                                        303    403   403        403   200   200    303
GET  /events                                        401    200   200        200   200   200    401

GET  /api/v1/openapi.json                           401    200   200        200   200   200    200
GET  /api/v1/kpi/agents                             401    200   200        200   403   200    403
GET  /api/v1/kpi/team                               401    200   403        200   403   200    403
GET  /api/v1/kpi/agents/{agent}                     401    200   200        200   403   200    403
GET  /api/v1/kpi/agents/{agent}|zoe                 401    200   404        404   403   200    403
POST /api/v1/kpi/fit                                401    403   403        202   202   202    403
GET  /api/v1/kpi/layouts                            401    200   403        200   200   200    200
GET  /api/v1/kpi/experiment/{key}                   401    404   403        404   404   404    404
GET  /api/v1/calls                                  401    403   200        200   403   200    403
GET  /api/v1/calls/{pbx}/{uniqueid}                 401    403   404        200   403   200    403
GET  /api/v1/calls/{pbx}/{uniqueid}|zoe             401    403   404        404   403   200    403
POST /api/v1/calls/{pbx}/{uniqueid}/contest         401    403   404        409   403   409    403
POST /api/v1/calls/{pbx}/{uniqueid}/decision        401    403   403        409   403   409    403
GET  /api/v1/contests                               401    403   200        200   403   200    403
GET  /api/v1/layouts                                401    200   403        200   200   200    200
GET  /api/v1/layouts/{key}                          401    404   403        404   404   404    404
GET  /api/v1/experiments                            401    200   403        200   200   200    200
GET  /api/v1/experiments/{key}                      401    404   403        404   404   404    404
GET  /api/v1/wallboard                              401    200   403        200   200   200    200
GET  /api/v1/system                                 401    403   403        403   200   200    403

GET  /healthz                                       200    200   200        200   200   200    200
GET  /readyz                                        200    200   200        200   200   200    200
GET  /metrics                                       200    200   200        200   200   200    200
"""

_ANAS, _ZOES = call_id(0), call_id(12)
EXAMPLES = {
    "/people/{name}": "/people/vera",
    "/people/{name}|nobody": "/people/nobody",
    "/agents/{agent}": "/agents/ana",
    "/agents/{agent}|zoe": "/agents/zoe",
    "/api/v1/kpi/agents/{agent}": "/api/v1/kpi/agents/ana",
    "/api/v1/kpi/agents/{agent}|zoe": "/api/v1/kpi/agents/zoe",
    "/calls/{pbx}/{uniqueid}": f"/calls/{_ANAS.pbx}/{_ANAS.uniqueid}",
    "/calls/{pbx}/{uniqueid}|zoe": f"/calls/{_ZOES.pbx}/{_ZOES.uniqueid}",
    "/calls/{pbx}/{uniqueid}/contest": f"/calls/{_ANAS.pbx}/{_ANAS.uniqueid}/contest",
    "/calls/{pbx}/{uniqueid}/decision": f"/calls/{_ANAS.pbx}/{_ANAS.uniqueid}/decision",
    "/layouts/{key}": "/layouts/none",
    "/layouts/{key}/sound.wav": "/layouts/none/sound.wav",
    "/experiments/{key}": "/experiments/none",
    "/help/{name:.+}": "/help/statistics",
}
"""An address for each that has parts to fill in; those of the API are alike."""
POSTED = {
    "/sign-in": {"name": "sam", "password": PASSWORD},
    "/language": {"language": "en", "back": "/"},
    "/people/{name}": {"action": "unlock"},
}


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    method: str
    address: str
    statuses: dict[str, int]

    @property
    def path(self) -> str:
        """An address that can be asked."""
        bare = self.address.removeprefix("/api/v1")
        example = EXAMPLES.get(self.address)
        if example is not None:
            return example
        if "{" not in self.address:
            return self.address
        return "/api/v1" + EXAMPLES.get(bare, EXAMPLES.get(bare.replace("/kpi/experiment/", "/experiments/"), ""))


def rows() -> list[Row]:
    """Read the table."""
    read = []
    for line in filter(None, TABLE.strip().splitlines()[1:]):
        method, address, *statuses = line.split()
        assert len(statuses) == len(ASKERS), line
        read.append(Row(method, address, dict(zip(ASKERS, map(int, statuses), strict=True))))
    return read


@pytest.fixture(scope="module")
def table() -> list[Row]:
    return rows()


@pytest.fixture
async def site() -> Site:
    """Twelve rated calls each of ana (blue) and zoe (green, whom sam does not lead), of yesterday."""
    made = Site()
    await made.add_users()
    made.tallies.calls += [StoredCall(agent="ana", team="blue", ended_at=made.now) for _ in range(12)]
    made.tallies.calls += [StoredCall(agent="zoe", team="green", ended_at=made.now) for _ in range(12)]
    made.experiments.calls["trial"] = []
    made.pass_time(days=1)
    return made


async def _asker(site: Site, address: str, who: str) -> tuple[Browser, dict[str, str]]:
    """Return a browser in the state of ``who``, and the headers that a script sends."""
    browser = Browser(address)
    if who == "script":
        made = await make_token(site.sign_in, "sam", "sam", name="narrow", scope={Right.CENTRE}, days=1)
        return browser, {"Authorization": f"Bearer {made.secret}"}
    if who != "nobody":
        assert (await browser.sign_in(NAMES[who])).status == 303
    return browser, {}


async def _status(browser: Browser, row: Row, headers: dict[str, str]) -> int:
    url = browser.address + row.path
    if row.method == "GET":
        # A stream never ends, so nothing but its head is read.
        async with browser.client.get(url, headers=headers, allow_redirects=False) as answer:
            return answer.status
    fields = dict(POSTED.get(row.address, {}))
    if browser.cookie("ivr_session") is not None:
        fields["csrf_token"] = await browser.token("/account/password")
    if row.address == "/sign-in":
        fields["csrf_token"] = await browser.token("/sign-in") if browser.cookie("ivr_session") is None else ""
    async with browser.client.post(url, data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status


@pytest.mark.parametrize("who", ASKERS)
async def test_every_route_answers_each_role_as_the_table_says(site, table, who):
    wrong = []
    async with site.serve() as address:
        browser, headers = await _asker(site, address, who)
        for row in table:
            if row.method == "POST":  # what it changes must not reach the next
                await browser.client.close()
                browser, headers = await _asker(site, address, who)
            status = await _status(browser, row, headers)
            if status != row.statuses[who]:
                wrong.append(f"{row.method} {row.address} for {who}: {status} instead of {row.statuses[who]}")
        await browser.client.close()
    assert wrong == []


@pytest.mark.parametrize(("user", "reads"), [("sam", {Right.FIGURES, Right.CALLS}), ("ana", {Right.OWN_FIGURES})])
async def test_a_token_that_reads_calls_contests_none(site, user, reads):
    async with site.serve() as address:
        browser = Browser(address)
        for scope, expected in ((reads, 403), (reads | {Right.CONTEST}, 409), ({Right.CONTEST}, 404)):
            made = await make_token(site.sign_in, user, user, name="script", scope=scope, days=1)
            headers = {"Authorization": f"Bearer {made.secret}"}
            listed = await browser.client.get(f"{address}/api/v1/calls", headers=headers)
            assert listed.status == (200 if reads <= scope else 403)
            first = (await listed.json())["calls"][0] if reads <= scope else {}
            named = f"~own/{first['reference']}" if first.get("reference") else f"{_ANAS.pbx}/{_ANAS.uniqueid}"
            call = f"/api/v1/calls/{named}"
            answer = await browser.client.post(f"{address}{call}/contest", data={"reason": ""}, headers=headers)
            assert answer.status == expected, scope
            if expected == 403:
                assert (await answer.json())["error"] == "This API token does not include this; make one that does."
        await browser.client.close()


def test_every_route_of_the_router_stands_in_the_table(table):
    # An example of an address is written behind a stroke: /agents/{agent}|zoe.
    listed = {(row.method, row.address.partition("|")[0]) for row in table}
    routes = {(route.method, route.path) for route in SITEMAP}
    assert routes - listed == set(), "write these routes into TABLE"
    assert listed - routes == set(), "these rows of TABLE have no route"


def test_nobody_reads_anything_but_what_is_listed_open(table):
    is_open = {row.address for row in table if row.statuses["nobody"] == 200}
    assert is_open == {"/sign-in", "/healthz", "/readyz", "/metrics"}
